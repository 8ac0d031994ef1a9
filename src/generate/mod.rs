//! Decoding: from a model's logits to text, token by token or sentence by sentence.

pub mod beam;
mod candidates;
mod compare;
pub mod form;
mod generator;
mod inside;
mod language;
mod ngrams;
mod options;
mod output;
mod processors;
mod prompt;
pub mod sampler;
mod sampling;
mod session;
mod translate_options;
mod translated;
mod translator;
mod translator_inside;

pub use beam::Search;
pub use candidates::{Candidate, Cut, TEMPERATURES};
pub use compare::{Agreement, Difference};
pub use generator::Generator;
pub use inside::{MAX_POSITIONS, MAX_ROWS, Rated, Recorded, TranslationInside};
pub use ngrams::MAX_NGRAM;
pub use options::{
    End, MAX_BEAM_TOKENS, MAX_CANDIDATES, MAX_NEW_TOKENS, MAX_STOP_CHARACTERS, MAX_STOPS, Options, Row,
    Started, Token,
};
pub use prompt::MAX_PROMPT_CHARACTERS;
pub use sampler::Sampling;
pub use translate_options::{MAX_PIECE_TOKENS, TranslateOptions};
pub use translated::{MAX_WORD_CHARS, TranslatedPiece, TranslatedText, TranslationStarted};
pub use translator::{MAX_SOURCE_TOKENS, MAX_TEXT_CHARACTERS, Translator};
pub use translator_inside::Side;

pub use crate::text::Note;
