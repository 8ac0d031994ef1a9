//! Repeated sequences of words.

use std::collections::BTreeMap;

use crate::text::rhyme::words_of;

/// A song is a chain if a phrase of this many words occurs [`CHAIN_TIMES`], not counting repeated stanzas.
pub const CHAIN_WORDS: usize = 4;
/// See [`CHAIN_WORDS`].
pub const CHAIN_TIMES: usize = 3;
/// Only this many words at the start of a longer song are compared.
const MOST_WORDS: usize = 3_000;

/// The longest sequence of words that occurs twice in a text without overlap, also across line breaks; empty
/// if no word is repeated.
///
/// ```
/// let lines = ["O the sea is the sea,", "where the sea is the sea"];
/// assert_eq!(liedwerk::judge::longest_repetition(lines).join(" "), "the sea is the sea");
/// ```
pub fn longest_repetition<'a>(lines: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let words: Vec<String> = lines.into_iter().flat_map(words_of).take(MOST_WORDS).collect();
    // For each `i`, the length of the common sequences that end at `i` and at `j`.
    let (mut longest, mut end) = (0, 0);
    let mut above = vec![0; words.len() + 1];
    for i in 1..=words.len() {
        let mut row = vec![0; words.len() + 1];
        for j in 1..i {
            if words[i - 1] == words[j - 1] {
                row[j] = (above[j - 1] + 1).min(i - j);
                if row[j] > longest {
                    (longest, end) = (row[j], i);
                }
            }
        }
        above = row;
    }
    words[end - longest..end].to_vec()
}

/// Counts the sequences of `n` words in these lines; none crosses the end of a line.
pub(super) fn counts<'a>(lines: impl IntoIterator<Item = &'a str>, n: usize) -> BTreeMap<Vec<String>, usize> {
    let mut counts = BTreeMap::new();
    for line in lines {
        let words: Vec<String> = words_of(line).collect();
        for phrase in words.windows(n) {
            *counts.entry(phrase.to_vec()).or_insert(0) += 1;
        }
    }
    counts
}

/// Whether some phrase of [`CHAIN_WORDS`] occurs at least [`CHAIN_TIMES`] in these lines.
pub(super) fn is_chain<'a>(lines: impl IntoIterator<Item = &'a str>) -> bool {
    counts(lines, CHAIN_WORDS).values().any(|&times| times >= CHAIN_TIMES)
}
