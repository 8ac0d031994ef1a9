//! Added tokens: vocabulary entries that are matched in a text as a whole, before the rest is split into
//! words.
//!
//! The matching rules are exactly those of Hugging Face's `tokenizers`, with special tokens left as plain
//! text (that library's `encode_special_tokens`).

use super::Normalizer;
use crate::text::unicode::is_mark;
use serde::{Deserialize, Serialize};

/// An entry of the file's `added_tokens`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct AddedToken {
    pub id: u32,
    pub content: String,
    /// Does not match inside a word.
    #[serde(default)]
    pub single_word: bool,
    /// Absorbs white space before it.
    #[serde(default)]
    pub lstrip: bool,
    /// Absorbs white space after it.
    #[serde(default)]
    pub rstrip: bool,
    /// Matched in the normalised text.
    #[serde(default)]
    pub normalized: bool,
    pub special: bool,
}

/// All added tokens of a vocabulary.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct AddedTokens {
    tokens: Vec<AddedToken>,
    /// Tokens matched in the original text.
    exact: Search,
    /// Tokens matched in the normalised text.
    normalized: Search,
}

/// Spellings with the indices of their tokens.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct Search {
    /// Ascending.
    spellings: Vec<(String, usize)>,
    /// Byte lengths of the spellings, longest first.
    lengths: Vec<usize>,
}

impl AddedToken {
    /// A special token with default settings.
    pub fn special(id: u32, content: &str) -> Self {
        Self {
            id,
            content: content.to_owned(),
            single_word: false,
            lstrip: false,
            rstrip: false,
            normalized: false,
            special: true,
        }
    }
}

impl AddedTokens {
    pub fn new(tokens: Vec<AddedToken>, normalizer: &Normalizer) -> Self {
        // Special tokens are never matched, but they hide others that overlap with them.
        let are_found = tokens.iter().any(|token| !token.special);
        let search = |normalized: bool| {
            let spelling = |token: &AddedToken| {
                if normalized { normalizer.apply(&token.content) } else { token.content.clone() }
            };
            let of_kind =
                tokens.iter().enumerate().filter(|(_, token)| are_found && token.normalized == normalized);
            Search::new(of_kind.map(|(place, token)| (spelling(token), place)).collect())
        };
        let (exact, normalized) = (search(false), search(true));
        Self { tokens, exact, normalized }
    }

    /// The tokens in file order.
    pub fn tokens(&self) -> &[AddedToken] {
        &self.tokens
    }

    /// Splits a text at the tokens matched before normalisation, into token ids and the text in between.
    pub fn split<'t>(&self, text: &'t str) -> Vec<Result<u32, &'t str>> {
        self.cut(&self.exact, text)
    }

    /// Splits a normalised text at the remaining tokens.
    pub fn split_normalized<'t>(&self, text: &'t str) -> Vec<Result<u32, &'t str>> {
        self.cut(&self.normalized, text)
    }

    fn cut<'t>(&self, search: &Search, text: &'t str) -> Vec<Result<u32, &'t str>> {
        let mut pieces = Vec::new();
        // Start of the current piece, and where to search next.
        let (mut begin, mut at) = (0, 0);
        while let Some((found, place)) = search.next(text, at) {
            let token = &self.tokens[place];
            let (before, after) = (&text[..found.start], &text[found.end..]);
            at = found.end;
            let inside_word = before.ends_with(is_word) || after.starts_with(is_word);
            if token.special || (token.single_word && inside_word) {
                continue;
            }
            let start = if token.lstrip { before.trim_end().len().max(begin) } else { found.start };
            let end = if token.rstrip { text.len() - after.trim_start().len() } else { found.end };
            if begin < start {
                pieces.push(Err(&text[begin..start]));
            }
            pieces.push(Ok(token.id));
            begin = end;
        }
        if begin < text.len() {
            pieces.push(Err(&text[begin..]));
        }
        pieces
    }
}

impl Search {
    fn new(mut spellings: Vec<(String, usize)>) -> Self {
        spellings.retain(|(spelling, _)| !spelling.is_empty());
        spellings.sort_unstable();
        let mut lengths: Vec<usize> = spellings.iter().map(|(spelling, _)| spelling.len()).collect();
        lengths.sort_unstable_by(|a, b| b.cmp(a));
        lengths.dedup();
        Self { spellings, lengths }
    }

    /// Finds the first spelling in `text` from `at` on; the longest one if several start there.
    fn next(&self, text: &str, at: usize) -> Option<(std::ops::Range<usize>, usize)> {
        if self.spellings.is_empty() {
            return None;
        }
        text[at..].char_indices().map(|(offset, _)| at + offset).find_map(|start| {
            self.lengths.iter().find_map(|length| {
                let candidate = text.get(start..start + length)?;
                let place = self.spellings.binary_search_by_key(&candidate, |(spelling, _)| spelling).ok()?;
                Some((start..start + length, self.spellings[place].1))
            })
        })
    }
}

/// `\w`
fn is_word(c: char) -> bool {
    let connects =
        matches!(c, '_' | '‿' | '⁀' | '⁔' | '︳' | '︴' | '﹍'..='﹏' | '＿' | '\u{200c}' | '\u{200d}');
    c.is_alphanumeric() || connects || is_mark(c)
}
