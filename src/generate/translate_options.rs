//! Options for translating a text.

use super::beam::Search;
use crate::error::{Error, ErrorCode, Result};
use serde::Deserialize;

/// Maximum number of tokens per translated piece.
pub const MAX_PIECE_TOKENS: usize = 1_000;

/// Options for translating a text.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(default)]
pub struct TranslateOptions {
    /// Search settings for each sentence. In JavaScript these are in the same object as the other option.
    #[serde(skip)]
    pub search: Search,
    /// Maximum number of tokens per piece, 1 to [`MAX_PIECE_TOKENS`]; a translation is never longer than
    /// twice its source plus ten tokens anyway.
    pub max_new_tokens: usize,
}

impl Default for TranslateOptions {
    fn default() -> Self {
        Self { search: Search::default(), max_new_tokens: MAX_PIECE_TOKENS }
    }
}

impl TranslateOptions {
    /// Checks that every option is in range.
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
