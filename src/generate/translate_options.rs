//! How to translate a text.

use super::beam::Search;
use crate::error::{Error, ErrorCode, Result};
use serde::Deserialize;

/// The most tokens that one may ask for in a piece.
pub const MAX_PIECE_TOKENS: usize = 1_000;

/// How to translate.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(default)]
pub struct TranslateOptions {
    /// How each sentence is searched for. JavaScript has these beside the other, in one object.
    #[serde(skip)]
    pub search: Search,
    /// Tokens that a piece may have at most, 1 to [`MAX_PIECE_TOKENS`]; no translation is longer than twice
    /// its source and ten tokens anyway.
    pub max_new_tokens: usize,
}

impl Default for TranslateOptions {
    fn default() -> Self {
        Self { search: Search::default(), max_new_tokens: MAX_PIECE_TOKENS }
    }
}

impl TranslateOptions {
    /// Checks that every option is in its range.
    ///
    /// # Errors
    /// `bad-option`, naming the option.
    pub fn check(&self) -> Result<()> {
        if !(1..=MAX_PIECE_TOKENS).contains(&self.max_new_tokens) {
            let message = format!(
                "max_new_tokens is {}; it must be between 1 and {MAX_PIECE_TOKENS}",
                self.max_new_tokens
            );
            return Err(Error::new(ErrorCode::BadOption, message));
        }
        self.search.check()
    }
}
