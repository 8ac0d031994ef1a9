//! Metrics that tell good songs from bad ones: rhymes, words, repetitions, copies. Pure functions on texts.

mod figures;
mod phrases;
mod scheme;
mod songs;

pub use figures::{Figures, Share, VERBATIM};
pub use phrases::{CHAIN_TIMES, CHAIN_WORDS, longest_repetition};
pub use songs::{Song, songs};
