//! Finds the tokens that would repeat an n-gram of the text.

/// The longest n-gram whose repetition can be blocked.
pub const MAX_NGRAM: usize = 16;

/// Tokens that would complete an n-gram already in `tokens`; none if `n` is 0.
pub(super) fn repeating_tokens(tokens: &[u32], n: usize) -> Vec<u32> {
    if n == 0 || tokens.len() < n {
        return Vec::new();
    }
    let prefix = &tokens[tokens.len() + 1 - n..];
    tokens.windows(n).filter(|window| window[..n - 1] == *prefix).map(|window| window[n - 1]).collect()
}

/// Whether any n-gram occurs twice in `tokens`.
pub(super) fn repeats(tokens: &[u32], n: usize) -> bool {
    n > 0 && (n..tokens.len()).any(|end| repeating_tokens(&tokens[..end], n).contains(&tokens[end]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn n_grams_are_found() {
        assert_eq!(repeating_tokens(&[5, 6, 7, 5, 6], 3), [7]);
        assert_eq!(repeating_tokens(&[5, 6, 7, 5, 6, 8, 5, 6], 3), [7, 8]);
        assert_eq!(repeating_tokens(&[5, 6], 1), [5, 6]);
        assert!(repeating_tokens(&[5, 6, 7, 5, 6], 0).is_empty());
        assert!(repeating_tokens(&[5, 6], 3).is_empty());
        assert!(repeats(&[5, 6, 7, 5, 6, 7], 3) && !repeats(&[5, 6, 7, 5, 6, 8], 3));
        assert!(repeats(&[4, 4, 4], 2) && !repeats(&[4, 4], 2) && !repeats(&[4, 4, 4], 0));
    }
}
