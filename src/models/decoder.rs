//! Writing texts one token at a time, several side by side.

use crate::error::Result;
use std::pin::Pin;

/// A step that may have to wait for a GPU; on the CPU it is done when it is given.
pub type Stepping<'a> = Pin<Box<dyn Future<Output = Result<()>> + 'a>>;

/// A step that is done.
pub(super) fn stepped<'a>() -> Stepping<'a> {
    Box::pin(std::future::ready(Ok(())))
}

/// Texts in progress: each row is one, with what it has read and written so far, and the source if it is a
/// translation.
///
/// A row's logits do not depend on the rows beside it: in portable arithmetic to the bit.
pub trait Decoder {
    /// Feeds one token to each row; `logits` becomes `(R, V)`, the scores of each row's next token.
    ///
    /// # Errors
    /// `gpu-lost` or `out-of-memory`, on a GPU.
    fn step<'a>(&'a mut self, tokens: &'a [u32], logits: &'a mut Vec<f32>) -> Stepping<'a>;

    /// Row `i` goes on as a copy of what row `rows[i]` is; rows not named are given up.
    fn select(&mut self, rows: &[usize]);

    /// For each row the weights over its source's tokens at the last step, if it has one and they were asked
    /// for.
    fn attention(&self) -> &[Vec<f32>];
}

/// The chosen elements in the order chosen, each moved where it is used last and cloned before.
pub(super) fn select<T: Clone>(items: &mut Vec<T>, chosen: &[usize]) {
    let mut left: Vec<Option<T>> = std::mem::take(items).into_iter().map(Some).collect();
    for (i, &index) in chosen.iter().enumerate() {
        let again = chosen[i + 1..].contains(&index);
        let item = if again { left[index].clone() } else { left[index].take() };
        items.push(item.expect("an item is taken only where it is used last"));
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn select_repeats_drops_and_reorders() {
        let mut items = vec!["a", "b", "c", "d"];
        super::select(&mut items, &[2, 0, 2, 3, 2]);
        assert_eq!(items, ["c", "a", "c", "d", "c"]);
        super::select(&mut items, &[]);
        assert!(items.is_empty());
    }
}
