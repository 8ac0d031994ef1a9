//! Rules of rhyme.

use super::{english, german};
use crate::text::Language;

/// The pronunciation of a word from the start of its rhyme.
///
/// Each sound is written as one character: English in one-letter ARPAbet, German as described in `german.rs`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Sound {
    /// The consonants before the rhyme; `?` if they were only guessed.
    pub onset: String,
    /// The sounds from the last stressed vowel to the end.
    pub rhyme: String,
    /// Number of syllables of the whole word.
    pub syllables: usize,
}

/// How well two words rhyme; the better kind compares greater.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rhyme {
    /// Nearly: one sound differs (`time`, `mine`), verse stresses an unstressed syllable (`memory`, `me`), or
    /// the same consonant precedes the same vowel (`leave`, `believe`).
    Near,
    /// The same sounds from the last stressed vowel on, after different consonants.
    Perfect,
}

impl Sound {
    /// How two sounds rhyme; `Err` if they are homophones, which do not rhyme at all.
    pub(super) fn rhyme_with(&self, other: &Self, language: Language) -> Result<Option<Rhyme>, SameWord> {
        if self.rhyme == other.rhyme {
            return match self.onset == other.onset && self.onset != "?" {
                true if self.syllables == other.syllables => Err(SameWord),
                true => Ok(Some(Rhyme::Near)),
                false => Ok(Some(Rhyme::Perfect)),
            };
        }
        Ok(are_near(&self.rhyme, &other.rhyme, language).then_some(Rhyme::Near))
    }
}

/// Marks two spellings of the same sounds.
pub(super) struct SameWord;

/// Whether two different rhymes are near rhymes.
pub(super) fn are_near(a: &str, b: &str, language: Language) -> bool {
    let (near, promoted) = match language {
        Language::English => (english::are_near(a, b), english::promoted as fn(&str) -> Option<&str>),
        Language::German => (german::are_near(a, b), german::promoted as _),
    };
    // "memory" with "me", and "memory" with "melody".
    let by_last = |x: &str, y: &str| promoted(x).is_some_and(|last| last == y || promoted(y) == Some(last));
    near || by_last(a, b) || by_last(b, a)
}

/// Splits a rhyme into its vowels, each with the consonants after it.
pub(super) fn parts(rhyme: &str, is_vowel: fn(char) -> bool) -> Vec<(char, &str)> {
    let mut starts = rhyme.char_indices().filter(|(_, c)| is_vowel(*c)).peekable();
    let mut parts = Vec::new();
    while let Some((at, vowel)) = starts.next() {
        let end = starts.peek().map_or(rhyme.len(), |(next, _)| *next);
        parts.push((vowel, &rhyme[at + vowel.len_utf8()..end]));
    }
    parts
}

/// Whether two rhymes have the same number of vowels and differ in a single vowel or group of consonants that
/// these rules consider near.
pub(super) fn differ_nearly(
    a: &str,
    b: &str,
    is_vowel: fn(char) -> bool,
    vowels: fn(char, char, bool) -> bool,
    consonants: fn(&str, &str, bool) -> bool,
) -> bool {
    let (a, b) = (parts(a, is_vowel), parts(b, is_vowel));
    if a.len() != b.len() || a.is_empty() {
        return false;
    }
    let mut differences = 0;
    for (i, ((vowel, coda), (other_vowel, other_coda))) in a.iter().zip(&b).enumerate() {
        let last = i + 1 == a.len();
        differences += usize::from(vowel != other_vowel) + usize::from(coda != other_coda);
        let near = (vowel == other_vowel || vowels(*vowel, *other_vowel, i == 0))
            && (coda == other_coda || consonants(coda, other_coda, last));
        if !near || differences > 1 {
            return false;
        }
    }
    true
}
