//! Splits a text into words the way treebanks do.

use super::words::{is_inner, is_word};
use std::ops::Range;

/// English contractions that treebanks split off: `do|n't`, `it|'s`, `we|'ll`.
const CLITICS: [&str; 7] = ["n't", "'s", "'m", "'d", "'re", "'ve", "'ll"];

/// Byte ranges of the words of a text, following Universal Dependencies: runs of letters and digits including
/// inner punctuation, every other punctuation mark by itself (a run of the same mark together), and
/// contractions after an apostrophe split off.
///
/// ```
/// let text = "Don't go, my love...";
/// let words: Vec<&str> = liedwerk::text::word_spans(text).into_iter().map(|span| &text[span]).collect();
/// assert_eq!(words, ["Do", "n't", "go", ",", "my", "love", "..."]);
/// ```
pub fn word_spans(text: &str) -> Vec<Range<usize>> {
    let (places, chars): (Vec<usize>, Vec<char>) = text.char_indices().unzip();
    // The rules treat a curly apostrophe like a straight one.
    let chars: Vec<char> = chars.into_iter().map(|c| if c == '’' { '\'' } else { c }).collect();
    let end = |at: usize| places.get(at).copied().unwrap_or(text.len());
    let mut spans = Vec::new();
    let mut at = 0;
    while at < chars.len() {
        let begin = at;
        at += 1;
        if chars[begin].is_whitespace() {
            continue;
        }
        while at < chars.len() && continues(&chars, begin, at) {
            at += 1;
        }
        for (from, to) in parts(&chars, begin, at) {
            spans.push(end(from)..end(to));
        }
    }
    spans
}

/// Whether the character at `at` continues the word that began at `begin`.
fn continues(chars: &[char], begin: usize, at: usize) -> bool {
    let (before, c) = (chars[at - 1], chars[at]);
    if is_word(chars[begin]) {
        return (is_word(c) && (is_word(before) || is_inner(chars, at - 1))) || is_inner(chars, at);
    }
    c == before && !is_word(c)
}

/// The word, or its stem and its contraction.
fn parts(chars: &[char], begin: usize, end: usize) -> Vec<(usize, usize)> {
    let word: Vec<char> = chars[begin..end].iter().map(char::to_ascii_lowercase).collect();
    let is_clitic = |length: &usize| {
        CLITICS.iter().any(|clitic| {
            clitic.chars().count() == *length
                && word[word.len() - length..].iter().copied().eq(clitic.chars())
        })
    };
    match (2..word.len().min(4)).rev().find(is_clitic) {
        Some(length) => vec![(begin, end - length), (end - length, end)],
        None => vec![(begin, end)],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<&str> {
        word_spans(text).into_iter().map(|span| &text[span]).collect()
    }

    #[test]
    fn words_are_counted_as_in_treebanks() {
        assert_eq!(words("I can't, it’s 3,5 km!!"), ["I", "ca", "n't", ",", "it", "’s", "3,5", "km", "!!"]);
        assert_eq!(
            words("Wie geht's dir, Ännchen? (\"So.\")"),
            ["Wie", "geht", "'s", "dir", ",", "Ännchen", "?", "(", "\"", "So", ".", "\"", ")"]
        );
        assert_eq!(words(" \n"), Vec::<&str>::new());
        assert_eq!(words("👍🏽 'tis n't 's"), ["👍", "🏽", "'", "tis", "n't", "'", "s"]);
    }
}
