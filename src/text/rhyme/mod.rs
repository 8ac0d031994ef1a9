//! Rhymes and syllables: English by a table of pronunciations, German by rules.
//!
//! A [`Lexicon`] is read from a file. [`Lexicon::build`] creates that file from a pronouncing dictionary
//! (English) or the rules in `german.rs`, and from texts that show how frequent each word is. Words in no
//! table are guessed, by analogy with words that end alike (English) or by the rules (German).

mod build;
mod english;
mod file;
mod german;
mod lexicon;
mod sound;
mod words;

pub use lexicon::{Lexicon, Listed};
pub use sound::{Rhyme, Sound};
pub use words::{last_word, words_of};
