//! Options for continuing a prompt, and the results of doing so.

use super::beam::Search;
use super::candidates::Candidate;
use super::sampling::{Sampling, bad_option, usual};
use crate::error::Result;
use crate::text::Note;
use serde::Deserialize;

/// Maximum number of tokens per text.
pub const MAX_NEW_TOKENS: usize = 100_000;
/// Maximum number of tokens in a beam search, which shows nothing before its end.
pub const MAX_BEAM_TOKENS: usize = 1_000;
/// Maximum number of stop strings.
pub const MAX_STOPS: usize = 16;
/// Maximum length of a stop string, in characters.
pub const MAX_STOP_CHARACTERS: usize = 100;
/// Maximum number of candidates listed per token.
pub const MAX_CANDIDATES: usize = 100;

/// Options for continuing a prompt.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(default)]
pub struct Options {
    /// How each token is chosen. In JavaScript these settings are in the same object as the others.
    #[serde(skip)]
    pub sampling: Sampling,
    /// Biases `(id, bias)` added to the logits before anything else; -infinity bans a token.
    pub logit_bias: Vec<(u32, f32)>,
    /// Random seed. The same seed, prompt and settings give the same text, in every browser and natively.
    pub seed: u64,
    /// Maximum number of tokens to write: 1 to [`MAX_NEW_TOKENS`], or to [`MAX_BEAM_TOKENS`] with a beam.
    pub max_new_tokens: usize,
    /// The text ends before the first of these strings; see [`MAX_STOPS`].
    pub stop: Vec<String>,
    /// Number of likeliest tokens to list with every token, at most [`MAX_CANDIDATES`]; 0 is off and costs
    /// nothing.
    pub candidates: usize,
    /// Records the model's activations at each token it reads, for
    /// [`Generator::take_recorded`](super::Generator::take_recorded); costs nothing when off. CPU only.
    pub recording: bool,
    /// Above 1, nothing is sampled: a beam search of this width, up to
    /// [`MAX_BEAM_WIDTH`](super::beam::MAX_BEAM_WIDTH), finds the likeliest text of `max_new_tokens`. Of
    /// `sampling` only `no_repeat_ngram` then applies.
    pub beam_width: usize,
    /// See [`Search::length_penalty`].
    pub length_penalty: f32,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            sampling: usual(),
            logit_bias: Vec::new(),
            seed: 1,
            max_new_tokens: 600,
            stop: Vec::new(),
            candidates: 0,
            recording: false,
            beam_width: 1,
            length_penalty: 1.0,
        }
    }
}

impl Options {
    /// Checks the options that the sampler does not check itself.
    ///
    /// # Errors
    /// `bad-option`, naming the option.
    pub(super) fn check(&self) -> Result<()> {
        let most = if self.beam_width > 1 { MAX_BEAM_TOKENS } else { MAX_NEW_TOKENS };
        if !(1..=most).contains(&self.max_new_tokens) {
            let beam = if self.beam_width > 1 { " in a beam search" } else { "" };
            let tokens = self.max_new_tokens;
            return bad_option(format!("max_new_tokens is {tokens}; it must be between 1 and {most}{beam}"));
        }
        if self.stop.len() > MAX_STOPS {
            return bad_option(format!("stop has {} strings; at most {MAX_STOPS}", self.stop.len()));
        }
        let wrong = |stop: &&String| !(1..=MAX_STOP_CHARACTERS).contains(&stop.chars().count());
        if let Some(stop) = self.stop.iter().find(wrong) {
            let length = stop.chars().count();
            return bad_option(format!(
                "stop has a string of {length} characters; it must have 1 to {MAX_STOP_CHARACTERS}"
            ));
        }
        if self.candidates > MAX_CANDIDATES {
            return bad_option(format!("candidates is {}; at most {MAX_CANDIDATES}", self.candidates));
        }
        if self.beam_width > 1 {
            let without = [
                ("logit_bias", self.logit_bias.is_empty()),
                ("candidates", self.candidates == 0),
                ("recording", !self.recording),
                ("repetition_penalty", self.sampling.repetition_penalty == 1.0),
            ];
            if let Some((name, _)) = without.iter().find(|(_, unused)| !unused) {
                return bad_option(format!("{name} has no part in a beam search; leave it out"));
            }
        }
        self.search().check()
    }

    /// The beam search settings.
    pub(super) fn search(&self) -> Search {
        let Self { beam_width, length_penalty, .. } = *self;
        Search { beam_width, length_penalty, no_repeat_ngram: self.sampling.no_repeat_ngram }
    }
}

/// How the prompt was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Started {
    /// The prompt as the model read it; the generated text continues it.
    pub prompt: String,
    /// Changes made to the prompt that the user should know about.
    pub notes: Vec<Note>,
}

/// One generated token.
#[derive(Debug, Clone, PartialEq)]
pub struct Token {
    /// Token id.
    pub id: u32,
    /// Text to append now: complete characters, including those of earlier tokens that had to wait. Empty
    /// while a character is incomplete or the text may be the start of a stop string.
    pub text: String,
    /// Candidates for this position, likeliest first, if [`Options::candidates`] is set.
    pub candidates: Vec<Row>,
}

/// One candidate with its printable text.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// The token as printable text, see
    /// [`TextTokenizer::token_text`](crate::text::TextTokenizer::token_text).
    pub text: String,
    /// Its rank and probabilities.
    pub candidate: Candidate,
}

/// Why a text ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// The maximum number of tokens was reached.
    Limit,
    /// The model wrote its end-of-text token.
    EndOfText,
    /// The text reached one of [`Options::stop`].
    Stop,
}

impl End {
    /// The kebab-case name used in JavaScript and by `--json`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Limit => "limit",
            Self::EndOfText => "end-of-text",
            Self::Stop => "stop",
        }
    }
}
