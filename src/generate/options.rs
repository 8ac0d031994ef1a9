//! How to continue a prompt, and what is said about it.

use super::beam::Search;
use super::candidates::Candidate;
use super::sampling::{Sampling, bad_option, usual};
use crate::error::Result;
use crate::text::Note;
use serde::Deserialize;

/// The most that one start may ask for.
pub const MAX_NEW_TOKENS: usize = 100_000;
/// The most that one start may ask for in a beam search, of which nothing is seen before its end.
pub const MAX_BEAM_TOKENS: usize = 1_000;
/// Strings that may end a text, and how long each may be.
pub const MAX_STOPS: usize = 16;
/// See [`MAX_STOPS`].
pub const MAX_STOP_CHARACTERS: usize = 100;
/// The most rows that one may ask for with every token.
pub const MAX_CANDIDATES: usize = 100;

/// How to continue a prompt.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(default)]
pub struct Options {
    /// How each token is chosen. JavaScript has these beside the others, in one object.
    #[serde(skip)]
    pub sampling: Sampling,
    /// Added to the logits of single tokens before anything else, `(id, bias)`; -infinity rules one out.
    pub logit_bias: Vec<(u32, f32)>,
    /// The same seed, prompt and settings give the same text, in every browser and natively.
    pub seed: u64,
    /// Where to stop: 1 to [`MAX_NEW_TOKENS`], with a beam [`MAX_BEAM_TOKENS`].
    pub max_new_tokens: usize,
    /// The text ends before the first of these strings that it writes; see [`MAX_STOPS`].
    pub stop: Vec<String>,
    /// With every token, so many of the likeliest ones of its step; 0 is off and costs nothing. At most
    /// [`MAX_CANDIDATES`].
    pub candidates: usize,
    /// Keeps what the model does at each token that it reads, for
    /// [`Generator::take_recorded`](super::Generator::take_recorded); off costs nothing. Only on the CPU.
    pub recording: bool,
    /// Above 1 nothing is drawn: the likeliest text of `max_new_tokens` is searched for with a beam of this
    /// width, 1 to [`MAX_BEAM_WIDTH`](super::beam::MAX_BEAM_WIDTH). Of `sampling` only `no_repeat_ngram`
    /// then counts.
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
    /// Checks what the sampler does not check itself.
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

    /// The beam that these options ask for.
    pub(super) fn search(&self) -> Search {
        let Self { beam_width, length_penalty, .. } = *self;
        Search { beam_width, length_penalty, no_repeat_ngram: self.sampling.no_repeat_ngram }
    }
}

/// What became of the prompt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Started {
    /// The prompt as the model read it; the generated text continues it.
    pub prompt: String,
    /// What had to be changed, for the visitor to know.
    pub notes: Vec<Note>,
}

/// One step of generated text.
#[derive(Debug, Clone, PartialEq)]
pub struct Token {
    /// Its number in the vocabulary.
    pub id: u32,
    /// What can be added to the text now: whole characters, of this token and of those before it that had to
    /// wait for it. Empty while a character is incomplete, or while the text may be the beginning of a
    /// string that ends it.
    pub text: String,
    /// What could have come here, likeliest first, if [`Options::candidates`] asks for it.
    pub candidates: Vec<Row>,
}

/// A row of a step's table.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// The token for showing, see [`TextTokenizer::token_text`](crate::text::TextTokenizer::token_text).
    pub text: String,
    /// Its figures.
    pub candidate: Candidate,
}

/// Why a text ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// All tokens asked for are written.
    Limit,
    /// The model wrote the token that ends a text.
    EndOfText,
    /// One of [`Options::stop`] would have come.
    Stop,
}

impl End {
    /// The name in kebab-case, as JavaScript and `--json` see it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Limit => "limit",
            Self::EndOfText => "end-of-text",
            Self::Stop => "stop",
        }
    }
}
