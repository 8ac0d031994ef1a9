//! How words end for the ear: rhymes and syllables, of English by a table of pronunciations, of German by rules.
//!
//! A [`Lexicon`] is read from a file; [`Lexicon::build`] makes that file from a pronouncing dictionary (English)
//! or from the rules in `german.rs`, and from texts that say how frequent a word is. A word that stands in no
//! table is guessed at: by analogy with words that end alike (English) or by the rules (German).

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
