//! Splits labelled examples into training and held-out ones.

use super::cleaning::check_text;
use super::facts::{Facts, Unit};
use super::songs::held_out;
use super::source::Source;
use crate::error::{Error, ErrorCode, Result};
use crate::generate::Note;
use crate::text::reading::{LabelReading, labelled, labelled_of, tagged, tagged_of};
use crate::text::{LabelledText, TaggedSentence};
use crate::train::{PlannedData, TokenPair};
use std::collections::BTreeSet;

/// Minimum number of examples.
pub const MIN_EXAMPLES: usize = 20;

/// Number of examples in a sample.
const SAMPLED: usize = 5;

/// An example with one or several labels.
pub trait Labelled: Clone {
    /// The unit of such examples.
    const UNIT: Unit;
    /// Reads a file.
    const READ: fn(&str, &[u8]) -> Result<LabelReading<Self>>;
    /// Reads a text.
    const READ_TEXT: fn(&str, &str) -> Result<LabelReading<Self>>;

    /// The labels.
    fn labels(&self) -> &[String];

    /// The text to be labelled.
    fn text(&self) -> String;
}

impl Labelled for LabelledText {
    const UNIT: Unit = Unit::LabelledText;
    const READ: fn(&str, &[u8]) -> Result<LabelReading<Self>> = labelled;
    const READ_TEXT: fn(&str, &str) -> Result<LabelReading<Self>> = labelled_of;

    fn labels(&self) -> &[String] {
        std::slice::from_ref(&self.label)
    }

    fn text(&self) -> String {
        self.text.clone()
    }
}

impl Labelled for TaggedSentence {
    const UNIT: Unit = Unit::TaggedSentence;
    const READ: fn(&str, &[u8]) -> Result<LabelReading<Self>> = tagged;
    const READ_TEXT: fn(&str, &str) -> Result<LabelReading<Self>> = tagged_of;

    fn labels(&self) -> &[String] {
        &self.labels
    }

    fn text(&self) -> String {
        self.words.join(" ")
    }
}

/// Training and held-out examples, both in text order.
pub struct LabelCorpus<T> {
    /// Training examples.
    pub train: Vec<T>,
    /// Held-out examples.
    pub held_out: Vec<T>,
    /// Facts about the text.
    pub facts: Facts,
}

impl<T: Labelled> LabelCorpus<T> {
    /// Reads a source. Lines without labels are skipped with a note.
    ///
    /// # Errors
    /// `not-text`, `text-too-long`; `bad-labels` if there are fewer than two labels; `text-too-short` for too
    /// few examples.
    pub fn new(source: &Source<'_>, data: &PlannedData, seed: u64) -> Result<Self> {
        let ([train, held_out], notes) = match source {
            Source::Text(text) => Self::split(text, data, seed)?,
            Source::Files(files) => files.labelled(T::READ)?,
        };
        let corpus = Self::of(train, held_out, notes);
        corpus.check()?;
        Ok(corpus)
    }

    /// Checks that there is enough to learn from.
    fn check(&self) -> Result<()> {
        let (count, labels) = (self.train.len(), &self.facts.labels);
        if labels.len() < 2 {
            let message = format!("the only label is {labels:?}; there is nothing to tell apart");
            return Err(Error::new(ErrorCode::BadLabels, message));
        }
        if count < MIN_EXAMPLES {
            let message = format!("{count} labelled examples; at least {MIN_EXAMPLES} are needed");
            return Err(Error::new(ErrorCode::TextTooShort, message));
        }
        Ok(())
    }

    fn split(text: &str, data: &PlannedData, seed: u64) -> Result<([Vec<T>; 2], Vec<Note>)> {
        check_text(text)?;
        let LabelReading { examples, notes } = T::READ_TEXT("the text", text)?;
        let lengths: Vec<usize> = examples.iter().map(|example| example.text().chars().count()).collect();
        let apart = held_out(&lengths, data.held_out, seed);
        let mut both = [Vec::new(), Vec::new()];
        for (index, example) in examples.into_iter().enumerate() {
            both[usize::from(apart.contains(&index))].push(example);
        }
        // The same text must not be on both sides; held-out duplicates are dropped.
        let known: BTreeSet<String> = both[0].iter().map(T::text).collect();
        both[1].retain(|example| !known.contains(&example.text()));
        Ok((both, notes))
    }

    fn of(train: Vec<T>, held_out: Vec<T>, notes: Vec<Note>) -> Self {
        let characters = |part: &[T]| part.iter().map(|example| example.text().chars().count()).sum();
        let counts = [&train, &held_out].map(|part| (part.len(), characters(part)));
        let all = || train.iter().chain(&held_out);
        let letters = all().flat_map(|example| example.text().chars().collect::<Vec<char>>());
        let mut facts = Facts::new(T::UNIT, counts, train.len() + held_out.len(), letters);
        let labels: BTreeSet<&String> = all().flat_map(|example| example.labels()).collect();
        facts.labels = labels.into_iter().cloned().collect();
        facts.notes = notes;
        Self { train, held_out, facts }
    }

    /// The first held-out examples, or the first training examples if none are held out.
    pub fn sampled(&self) -> Vec<T> {
        let examples = if self.held_out.is_empty() { &self.train } else { &self.held_out };
        examples.iter().take(SAMPLED).cloned().collect()
    }

    /// Drops examples whose labels are not among `labels`, with a note.
    ///
    /// # Errors
    /// `bad-labels` or `text-too-short` if too little is left.
    pub fn keep_known(&mut self, labels: &[String]) -> Result<()> {
        let unknown: Vec<&str> =
            self.facts.labels.iter().filter(|label| !labels.contains(label)).map(String::as_str).collect();
        if unknown.is_empty() {
            return Ok(());
        }
        let unknown = unknown.join(", ");
        let is_known = |example: &T| example.labels().iter().all(|label| labels.contains(label));
        let before = self.train.len() + self.held_out.len();
        self.train.retain(is_known);
        self.held_out.retain(is_known);
        let dropped = before - self.train.len() - self.held_out.len();
        let message = format!("{dropped} examples left out, whose labels the model does not have: {unknown}");
        let mut notes = std::mem::take(&mut self.facts.notes);
        notes.push(Note::new("unknown-label", message).about(unknown));
        *self = Self::of(std::mem::take(&mut self.train), std::mem::take(&mut self.held_out), notes);
        self.check()
    }
}

/// Examples as ids: the ids that `read` gives for each, at most `max_tokens`, and the indices of its labels
/// in `labels`.
pub fn numbered<T: Labelled>(
    examples: &[T],
    labels: &[String],
    max_tokens: usize,
    mut read: impl FnMut(&T) -> Vec<u32>,
) -> Vec<TokenPair> {
    let place = |label: &String| labels.iter().position(|other| other == label).map(|place| place as u32);
    let pair = |example: &T| {
        let target: Option<Vec<u32>> = example.labels().iter().map(place).collect();
        Some(TokenPair { source: read(example), target: target? })
    };
    let fits = |pair: &TokenPair| (1..=max_tokens).contains(&pair.source.len());
    examples.iter().filter_map(pair).filter(fits).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn corpus(text: &str) -> Result<LabelCorpus<LabelledText>> {
        LabelCorpus::new(&Source::Text(text), &PlannedData::default(), 3)
    }

    #[test]
    fn a_text_is_split_and_strange_labels_are_left_out() {
        let line = |k: usize| format!("{}\tline {k}\n", ["bad", "good", "odd"][k % 3]);
        let mut corpus = corpus(&(0..60).map(line).collect::<String>()).unwrap();
        assert_eq!(corpus.facts.labels, ["bad", "good", "odd"]);
        assert!((8..=16).contains(&corpus.held_out.len()), "{}", corpus.held_out.len());
        corpus.keep_known(&["bad".into(), "good".into()]).unwrap();
        assert_eq!(corpus.facts.labels, ["bad", "good"]);
        assert_eq!(corpus.keep_known(&["bad".into()]).unwrap_err().code(), ErrorCode::BadLabels);
        let mut corpus = self::corpus(&(0..60).map(line).collect::<String>()).unwrap();
        corpus.keep_known(&["bad".into(), "good".into()]).unwrap();
        assert_eq!(corpus.train.len() + corpus.held_out.len(), 40);
        assert_eq!(corpus.facts.notes[0].code, "unknown-label");
    }

    #[test]
    fn what_holds_nothing_to_tell_apart_is_refused() {
        let one = |k: usize| format!("good\tline {k}\n");
        assert_eq!(corpus(&(0..60).map(one).collect::<String>()).err().unwrap().code(), ErrorCode::BadLabels);
        assert_eq!(corpus("good\ta\nbad\tb\n").err().unwrap().code(), ErrorCode::TextTooShort);
        assert_eq!(corpus("no tab").err().unwrap().code(), ErrorCode::BadLabels);
    }
}
