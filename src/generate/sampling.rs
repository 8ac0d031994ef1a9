//! Sampling settings and their ranges.

use super::ngrams::MAX_NGRAM;
use crate::error::{Error, ErrorCode, Result};
use serde::Deserialize;

/// Number of most recent tokens the repetition penalty considers.
///
/// Transformers uses the whole text. For a character model that would soon penalise the whole alphabet
/// equally, which merely flattens the distribution; the last 64 characters are about two lines of a song.
/// Subword models, for which 64 tokens are about six lines, use the same window: a long text keeps needing
/// its articles and line breaks. (llama.cpp uses the same window.)
pub const REPETITION_WINDOW: usize = 64;

/// Sampling settings. The default samples from the model's own distribution.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(default = "usual")]
pub struct Sampling {
    /// Divisor of the logits: 0 always takes the likeliest token, 1 leaves the distribution unchanged, larger
    /// values flatten it. Range 0 to 10.
    pub temperature: f32,
    /// Keeps only the `top_k` likeliest tokens and any ties with the last of them; 0 is off.
    pub top_k: usize,
    /// Keeps only the smallest set of likeliest tokens (at least one) whose total probability reaches this
    /// value; 1 is off. Range 0 to 1.
    pub top_p: f32,
    /// Keeps only tokens at least `min_p` times as likely as the likeliest (Nguyen et al. 2024); 0 is off.
    /// Range 0 to 1.
    pub min_p: f32,
    /// Keeps only the smallest set of tokens whose surprisal is closest to the expected one and whose total
    /// probability reaches this value (locally typical sampling, Meister et al. 2023); 1 is off. Above 0, up
    /// to 1.
    pub typical_p: f32,
    /// For tokens among the last [`REPETITION_WINDOW`], positive logits are divided and negative ones
    /// multiplied by this; 1 is off. Range 0.1 to 10.
    pub repetition_penalty: f32,
    /// No n-gram of this many tokens occurs twice in a text, prompt included; 0 is off. At most
    /// [`MAX_NGRAM`].
    pub no_repeat_ngram: usize,
}

impl Default for Sampling {
    fn default() -> Self {
        Self {
            temperature: 1.0,
            top_k: 0,
            top_p: 1.0,
            min_p: 0.0,
            typical_p: 1.0,
            repetition_penalty: 1.0,
            no_repeat_ngram: 0,
        }
    }
}

/// The default settings for writing songs.
pub(super) fn usual() -> Sampling {
    Sampling { temperature: 0.8, top_p: 0.95, ..Sampling::default() }
}

impl Sampling {
    /// Checks that every setting is in range.
    ///
    /// # Errors
    /// `bad-option`, naming the setting.
    pub fn check(&self) -> Result<()> {
        let settings = [
            ("temperature", self.temperature, 0.0, 10.0),
            ("top_p", self.top_p, 0.0, 1.0),
            ("min_p", self.min_p, 0.0, 1.0),
            ("typical_p", self.typical_p, 0.0, 1.0),
            ("repetition_penalty", self.repetition_penalty, 0.1, 10.0),
        ];
        for (name, value, low, high) in settings {
            // Written so that NaN fails, too.
            if !(low <= value && value <= high) {
                return bad_option(format!("{name} is {value}; it must be between {low} and {high}"));
            }
        }
        if self.typical_p == 0.0 {
            return bad_option("typical_p is 0; it must be above 0 and at most 1");
        }
        if self.no_repeat_ngram > MAX_NGRAM {
            let n = self.no_repeat_ngram;
            return bad_option(format!("no_repeat_ngram is {n}; it must be at most {MAX_NGRAM}"));
        }
        Ok(())
    }
}

/// Checks the logit biases against a vocabulary of `vocab_size` tokens.
///
/// # Errors
/// `bad-option` for an id outside the vocabulary or given twice, and for a bias that is NaN or +infinity.
pub(super) fn check_bias(bias: &[(u32, f32)], vocab_size: usize) -> Result<()> {
    for (at, &(id, value)) in bias.iter().enumerate() {
        if id as usize >= vocab_size {
            return bad_option(format!("logit_bias names the token {id}, but there are {vocab_size} tokens"));
        }
        if value.is_nan() || value == f32::INFINITY {
            return bad_option(format!(
                "logit_bias of token {id} is {value}; it must be a number or -infinity"
            ));
        }
        if bias[..at].iter().any(|(other, _)| *other == id) {
            return bad_option(format!("logit_bias names the token {id} twice"));
        }
    }
    Ok(())
}

pub(super) fn bad_option<T>(message: impl Into<String>) -> Result<T> {
    Err(Error::new(ErrorCode::BadOption, message))
}
