//! The settings of sampling, and their ranges.

use super::ngrams::MAX_NGRAM;
use crate::error::{Error, ErrorCode, Result};
use serde::Deserialize;

/// How many of the latest tokens the repetition penalty looks at.
///
/// Transformers looks at the whole text. For a model of characters that would soon penalise the whole
/// alphabet alike, which does nothing but flatten the distribution; the last 64 characters are about
/// two lines of a song. Subwords, where 64 are about six lines, have the same window: a long text needs its
/// articles and line breaks again and again. (llama.cpp looks back equally far.)
pub const REPETITION_WINDOW: usize = 64;

/// How to choose. The default is plain sampling from the model's own distribution.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(default = "usual")]
pub struct Sampling {
    /// Logits are divided by it: 0 always takes the likeliest token, 1 leaves the distribution as it
    /// is, more makes it flatter. 0 to 10.
    pub temperature: f32,
    /// Only the `top_k` likeliest tokens stay, and those as likely as the last of them; 0 is off.
    pub top_k: usize,
    /// Only the likeliest tokens stay, as few as together have at least this probability (at least
    /// one); 1 is off. 0 to 1.
    pub top_p: f32,
    /// Only tokens stay that are at least `min_p` times as likely as the likeliest (Nguyen et al. 2024);
    /// 0 is off. 0 to 1.
    pub min_p: f32,
    /// Only the tokens stay whose surprise is nearest to the expected one, as few as together have at least
    /// this probability (locally typical sampling, Meister et al. 2023); 1 is off. Above 0, to 1.
    pub typical_p: f32,
    /// Logits of tokens among the last [`REPETITION_WINDOW`] are divided by it where positive and
    /// multiplied where negative; 1 is off. 0.1 to 10.
    pub repetition_penalty: f32,
    /// No sequence of so many tokens comes twice in a text, the prompt included; 0 is off. At most
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

/// What songs are written with, unless a setting says otherwise.
pub(super) fn usual() -> Sampling {
    Sampling { temperature: 0.8, top_p: 0.95, ..Sampling::default() }
}

impl Sampling {
    /// Checks that every setting is in its range.
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
            // Written so that NaN fails too.
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

/// Checks what is to be added to the logits of single tokens; `vocab_size` of them there are.
///
/// # Errors
/// `bad-option` for an id outside the vocabulary or named twice, and for a bias that is NaN or +infinity.
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
