//! From texts and a plan to a trained model: what the page's trainer does, and what `liedwerk train` repeats
//! to the bit.

mod card;
mod checkpoint;
mod cleaning;
mod divergence;
mod facts;
mod label_corpus;
mod label_material;
mod material;
mod pair_material;
mod preset;
mod sample;
mod sentence_pairs;
mod shares;
mod song_material;
mod songs;
mod source;
mod tag_material;
mod text_material;
mod workbench;

pub use crate::train::{Kind, Measured, Plan, PlannedData, PlannedTraining};
pub use card::Card;
pub use cleaning::MAX_TEXT_BYTES;
pub use facts::{Facts, Odd, Unit};
pub use label_corpus::MIN_EXAMPLES;
pub use material::{Base, HeldOut};
pub use preset::Size;
pub use sample::{Sample, Sampled, SampledPair};
pub use sentence_pairs::MIN_PAIRS;
pub use songs::MIN_CHARACTERS;
pub use source::{RecipeFiles, Source};
pub use text_material::blocks;
pub use workbench::Workshop;

use crate::text::{LabelledText, TaggedSentence};
use crate::train::Lessons;
use label_corpus::LabelCorpus;

/// Counts what a text contains, before deciding to train on it.
///
/// # Errors
/// `not-text`, `text-too-long`, `text-too-short`, `bad-pairs`, `bad-labels`.
pub fn inspect(text: &str, kind: Kind, data: &PlannedData, seed: u64) -> crate::error::Result<Facts> {
    let source = Source::Text(text);
    Ok(match kind.learns_from() {
        Lessons::Songs => songs::SongCorpus::new(text, data, seed)?.facts,
        Lessons::Pairs => sentence_pairs::PairCorpus::new(text, data, seed)?.facts,
        Lessons::LabelledTexts => LabelCorpus::<LabelledText>::new(&source, data, seed)?.facts,
        Lessons::TaggedSentences => LabelCorpus::<TaggedSentence>::new(&source, data, seed)?.facts,
        Lessons::Texts => text_material::TextCorpus::new(&source, data, seed)?.facts,
    })
}
