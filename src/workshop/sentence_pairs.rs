//! From a visitor's sentence pairs to those that are trained on and those held out.

use super::cleaning::check_text;
use super::facts::{Facts, Unit};
use super::songs::held_out;
use super::source::RecipeFiles;
use crate::error::{Error, ErrorCode, Result};
use crate::generate::Note;
use crate::text::{SentencePair, fold};
use crate::train::PlannedData;
use std::collections::BTreeSet;

/// With fewer pairs there is nothing to learn from.
pub const MIN_PAIRS: usize = 20;
/// Lines that a note names.
const NAMED: usize = 5;

/// Pairs to train on and pairs held out, both in the order of the text.
#[derive(Clone, Debug)]
pub struct PairCorpus {
    /// Trained on.
    pub train: Vec<SentencePair>,
    /// Never trained on.
    pub held_out: Vec<SentencePair>,
    /// What the text holds.
    pub facts: Facts,
}

impl PairCorpus {
    /// Reads lines `source TAB target`, of which further columns are ignored, as in the lecture's file; lines that
    /// are no pair are skipped with a note.
    ///
    /// # Errors
    /// `not-text`, `text-too-long`; `bad-pairs` if hardly a line is a pair, `text-too-short` if there are too few.
    pub fn new(text: &str, data: &PlannedData, seed: u64) -> Result<Self> {
        check_text(text)?;
        let (pairs, skipped) = read(text, data.reverse);
        if skipped.len() > pairs.len() {
            let message = format!(
                "{} lines have no tab between two sentences, first line {}",
                skipped.len(),
                skipped[0]
            );
            return Err(Error::new(ErrorCode::BadPairs, message));
        }
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
        corpus.facts.lines += skipped.len();
        corpus.facts.notes.extend(note(&skipped));
        // The same source must not stand on both sides; held-out pairs give way.
        let known: BTreeSet<&str> = corpus.train.iter().map(|pair| pair.source.as_str()).collect();
        corpus.held_out.retain(|pair| !known.contains(pair.source.as_str()));
        Ok(corpus)
    }

    /// The pairs of a recipe.
    ///
    /// # Errors
    /// `bad-pairs`, naming file and line.
    pub fn of_files(files: &RecipeFiles, data: &PlannedData) -> Result<Self> {
        Ok(Self::of(files.train_pairs(data.reverse)?, files.dev_pairs(data.reverse)?))
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

/// The pairs, and the numbers of lines that are none; blank lines are nothing.
fn read(text: &str, reverse: bool) -> (Vec<SentencePair>, Vec<usize>) {
    let (mut pairs, mut skipped) = (Vec::new(), Vec::new());
    // Invisible characters would make two words of one; a tab must stay.
    let text = fold(text, |c| !matches!(c, '\r' | '\u{feff}' | '\u{ad}' | '\u{200b}'));
    for (line, number) in text.lines().zip(1..).filter(|(line, _)| !line.trim().is_empty()) {
        let mut columns = line.split('\t').map(str::trim);
        match (columns.next(), columns.next()) {
            (Some(source), Some(target)) if !source.is_empty() && !target.is_empty() => {
                let (source, target) = if reverse { (target, source) } else { (source, target) };
                pairs.push(SentencePair { source: source.to_owned(), target: target.to_owned() });
            }
            _ => skipped.push(number),
        }
    }
    (pairs, skipped)
}

fn note(skipped: &[usize]) -> Option<Note> {
    let named: Vec<String> = skipped.iter().take(NAMED).map(usize::to_string).collect();
    (!skipped.is_empty()).then(|| Note {
        code: "pairs-skipped",
        message: format!("{} lines are no pair: {}", skipped.len(), named.join(", ")),
        characters: Some(named.join(", ")),
    })
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
