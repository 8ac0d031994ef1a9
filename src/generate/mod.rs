//! Decoding: from a model's logits to text, token by token or sentence by sentence.

pub mod beam;
mod candidates;
mod compare;
mod generator;
mod language;
mod ngrams;
mod options;
mod output;
mod processors;
mod prompt;
pub mod sampler;
mod sampling;
mod session;
mod translator;

pub use beam::Search;
pub use candidates::{Candidate, Cut};
pub use compare::{Agreement, Difference};
pub use generator::Generator;
pub use ngrams::MAX_NGRAM;
pub use options::{
    End, MAX_BEAM_TOKENS, MAX_CANDIDATES, MAX_NEW_TOKENS, MAX_STOP_CHARACTERS, MAX_STOPS, Note, Options, Row,
    Started, Token,
};
pub use prompt::MAX_PROMPT_CHARACTERS;
pub use sampler::Sampling;
pub use translator::{
    MAX_PIECE_TOKENS, MAX_SOURCE_TOKENS, MAX_TEXT_CHARACTERS, MAX_WORD_CHARS, TranslateOptions,
    TranslatedPiece, TranslationStarted, Translator,
};
