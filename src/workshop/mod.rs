//! A training from a text and a plan to a model in one file: what the page's trainer does, and what
//! `liedwerk train --plan` repeats to the bit.

mod card;
mod checkpoint;
mod cleaning;
mod facts;
mod learner;
mod plan;
mod preset;
mod sample;
mod sentence_pairs;
mod songs;
mod validation;
mod watch;
mod workbench;

pub use card::Card;
pub use cleaning::MAX_TEXT_BYTES;
pub use facts::{Facts, Odd, Unit};
pub use plan::{Plan, PlannedData, PlannedModel, PlannedTokenizer, PlannedTraining};
pub use preset::{Kind, Size};
pub use sample::{Sample, Sampled, SampledPair};
pub use sentence_pairs::MIN_PAIRS;
pub use songs::MIN_CHARACTERS;
pub use validation::Measured;
pub use workbench::Workshop;

/// A model that is trained on: the contents of its files.
#[derive(Clone, Debug)]
pub struct Base {
    /// `config.json`.
    pub config: String,
    /// `tokenizer.json`.
    pub tokenizer: String,
    /// `model.safetensors`.
    pub weights: Vec<u8>,
}

/// Counts a text before anybody decides to train on it.
///
/// # Errors
/// `not-text`, `text-too-long`, `text-too-short`, `bad-pairs`.
pub fn inspect(text: &str, kind: Kind, data: &PlannedData, seed: u64) -> crate::error::Result<Facts> {
    Ok(match kind {
        Kind::CharLstm | Kind::Gpt2 => songs::SongCorpus::new(text, data, seed)?.facts,
        Kind::Seq2seq | Kind::Transformer => sentence_pairs::PairCorpus::new(text, data, seed)?.facts,
    })
}
