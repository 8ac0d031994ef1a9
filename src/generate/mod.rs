//! Decoding: from a model's logits to text, token by token or sentence by sentence.

pub mod beam;
mod generator;
mod language;
mod ngrams;
pub mod sampler;
mod translator;

pub use beam::Search;
pub use generator::{Generator, MAX_NEW_TOKENS, MAX_PROMPT_CHARACTERS, Note, Options, Started, Token};
pub use sampler::Sampling;
pub use translator::{
    MAX_PIECE_TOKENS, MAX_SOURCE_TOKENS, MAX_TEXT_CHARACTERS, MAX_WORD_CHARS, TranslateOptions,
    TranslatedPiece, TranslationStarted, Translator,
};
