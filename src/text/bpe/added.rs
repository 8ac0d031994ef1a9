//! Tokens that a vocabulary was given by name: each is found in a text as a whole, before the rest is cut into words.
//!
//! Where and how is Hugging Face's `tokenizers` to the letter, with special tokens left as plain text (that library's
//! `encode_special_tokens`).

use super::Normalizer;
use crate::text::unicode::is_mark;
use serde::{Deserialize, Serialize};

/// An entry of the file's `added_tokens`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct AddedToken {
    pub id: u32,
    pub content: String,
    /// Not inside a word.
    #[serde(default)]
    pub single_word: bool,
    /// Takes the white space before it along.
    #[serde(default)]
    pub lstrip: bool,
    /// Takes the white space after it along.
    #[serde(default)]
    pub rstrip: bool,
    /// Looked for in the normalised text.
    #[serde(default)]
    pub normalized: bool,
    pub special: bool,
}

/// All added tokens of a vocabulary.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct AddedTokens {
    tokens: Vec<AddedToken>,
    /// Looked for in the text as it is.
    exact: Search,
    /// Looked for in the normalised text.
    normalized: Search,
}

/// Spellings, and which of the tokens each is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct Search {
    /// In ascending order.
    spellings: Vec<(String, usize)>,
    /// Of the spellings, in bytes, the longest first.
    lengths: Vec<usize>,
}

impl AddedToken {
    /// A special token without any of the peculiarities.
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
        // Special ones are never found, but they hide others that they overlap with.
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

    /// As the file has them.
    pub fn tokens(&self) -> &[AddedToken] {
        &self.tokens
    }

    /// Cuts a text at the tokens that are looked for before it is normalised: either a token's id, or what is between.
    pub fn split<'t>(&self, text: &'t str) -> Vec<Result<u32, &'t str>> {
        self.cut(&self.exact, text)
    }

    /// Cuts a normalised text at the others.
    pub fn split_normalized<'t>(&self, text: &'t str) -> Vec<Result<u32, &'t str>> {
        self.cut(&self.normalized, text)
    }

    fn cut<'t>(&self, search: &Search, text: &'t str) -> Vec<Result<u32, &'t str>> {
        let mut pieces = Vec::new();
        // Where the piece in progress begins, and where to look on.
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

    /// The first spelling in `text` from `at` on, and of several that begin there the longest.
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
