//! Splits user-supplied sentence pairs into training and held-out ones.

use super::cleaning::check_text;
use super::facts::{Facts, Unit};
use super::songs::held_out;
use super::source::RecipeFiles;
use crate::error::{Error, ErrorCode, Result};
use crate::generate::Note;
use crate::text::SentencePair;
use crate::text::reading::{PairReading, pairs_of};
use crate::train::PlannedData;
use std::collections::BTreeSet;

/// Minimum number of pairs.
pub const MIN_PAIRS: usize = 20;

/// Training and held-out pairs, both in text order.
#[derive(Clone, Debug)]
pub struct PairCorpus {
    /// Training pairs.
    pub train: Vec<SentencePair>,
    /// Held-out pairs.
    pub held_out: Vec<SentencePair>,
    /// Facts about the text.
    pub facts: Facts,
}

impl PairCorpus {
    /// Reads German and English from whichever columns hold them, like [`pairs_of`]; with `reverse`, English
    /// is the source. Lines that are not pairs are skipped with a note.
    ///
    /// # Errors
    /// `not-text`, `text-too-long`; `bad-pairs` if hardly any line is a pair, `text-too-short` if there are
    /// too few.
    pub fn new(text: &str, data: &PlannedData, seed: u64) -> Result<Self> {
        check_text(text)?;
        let (pairs, skipped, notes) = match text.trim() {
            "" => Default::default(),
            _ => read(text, data.reverse)?,
        };
        if pairs.len() < MIN_PAIRS {
            let message = format!("{} sentence pairs; at least {MIN_PAIRS} are needed", pairs.len());
            return Err(Error::new(ErrorCode::TextTooShort, message));
        }
        let lengths: Vec<usize> = pairs.iter().map(length).collect();
        let apart = held_out(&lengths, data.held_out, seed);
        let (mut train, mut held_out) = (Vec::new(), Vec::new());
        for (index, pair) in pairs.into_iter().enumerate() {
            if apart.contains(&index) { held_out.push(pair) } else { train.push(pair) }
        }
        let mut corpus = Self::of(train, held_out);
        corpus.facts.lines += skipped;
        corpus.facts.notes = notes;
        // The same source must not be on both sides; held-out duplicates are dropped.
        let known: BTreeSet<&str> = corpus.train.iter().map(|pair| pair.source.as_str()).collect();
        corpus.held_out.retain(|pair| !known.contains(pair.source.as_str()));
        Ok(corpus)
    }

    /// Reads the pairs of a recipe.
    ///
    /// # Errors
    /// `not-text`; `bad-pairs`, naming file and line.
    pub fn of_files(files: &RecipeFiles, data: &PlannedData) -> Result<Self> {
        let ((train, mut notes), (dev, of_dev)) =
            (files.train_pairs(data.reverse)?, files.dev_pairs(data.reverse)?);
        notes.extend(of_dev);
        let mut corpus = Self::of(train, dev);
        corpus.facts.notes = notes;
        Ok(corpus)
    }

    fn of(train: Vec<SentencePair>, held_out: Vec<SentencePair>) -> Self {
        let characters = |pairs: &[SentencePair]| pairs.iter().map(length).sum();
        let counts = [&train, &held_out].map(|pairs| (pairs.len(), characters(pairs)));
        let pairs = || train.iter().chain(&held_out);
        let letters = pairs().flat_map(|pair| pair.source.chars().chain(pair.target.chars()));
        let facts = Facts::new(Unit::Pair, counts, train.len() + held_out.len(), letters);
        Self { train, held_out, facts }
    }
}

fn length(pair: &SentencePair) -> usize {
    pair.source.chars().count() + pair.target.chars().count()
}

/// Returns the pairs, the number of lines that are not pairs, and notes.
fn read(text: &str, reverse: bool) -> Result<(Vec<SentencePair>, usize, Vec<Note>)> {
    let PairReading { mut pairs, notes, skipped } = pairs_of("the text", text)?;
    if reverse {
        pairs.iter_mut().for_each(|SentencePair { source, target }| std::mem::swap(source, target));
    }
    Ok((pairs, skipped.len(), notes))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn corpus(text: &str) -> Result<PairCorpus> {
        PairCorpus::new(text, &PlannedData::default(), 3)
    }

    #[test]
    fn lines_without_a_tab_are_skipped_and_named() {
        let mut lines: Vec<String> = (0..50).map(|k| format!("Satz {k}.\tSentence {k}.\tCC-BY")).collect();
        lines[7] = "kein Tabulator".into();
        lines[9] = "\tno source".into();
        let PairCorpus { train, held_out, facts } = corpus(&lines.join("\r\n")).unwrap();
        assert_eq!((facts.songs, facts.train_songs, facts.held_out_songs), (48, train.len(), held_out.len()));
        assert_eq!(facts.notes[0].characters.as_deref(), Some("8, 10"));
        assert_eq!(
            train[0].target,
            format!("Sentence {}.", &train[0].source["Satz ".len()..train[0].source.len() - 1])
        );
        assert!((8..=11).contains(&held_out.len()), "{}", held_out.len());
    }

    #[test]
    fn what_holds_no_pairs_is_refused() {
        assert_eq!(corpus("Sah ein Knab\nein Röslein stehn").unwrap_err().code(), ErrorCode::BadPairs);
        assert_eq!(corpus("ja\tyes\nnein\tno").unwrap_err().code(), ErrorCode::TextTooShort);
        assert_eq!(corpus("").unwrap_err().code(), ErrorCode::TextTooShort);
    }
}
