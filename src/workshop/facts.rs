//! What a text holds, for people to look at before they train on it.

use crate::generate::Note;
use serde::Serialize;
use std::collections::BTreeSet;

/// An unusual character.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Odd {
    /// It.
    pub character: char,
    /// How often it stood in the text.
    pub count: usize,
    /// Whether it was taken out.
    pub dropped: bool,
}

/// What a text is cut into so that a part of it can be held out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Unit {
    /// Songs with a title line `=== title`.
    Title,
    /// Songs with two or more blank lines between them.
    Song,
    /// Stanzas, in a text that does not say where a song ends.
    Stanza,
    /// A few lines, in a text without blank lines.
    Lines,
    /// Sentence pairs.
    Pair,
    /// Texts with a label each.
    LabelledText,
    /// Sentences with a label for every word.
    TaggedSentence,
    /// Sentences, stanzas or paragraphs.
    Text,
}

/// The counts.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Facts {
    /// What is counted as `songs`.
    pub unit: Unit,
    /// Units in all.
    pub songs: usize,
    /// Of them, those trained on.
    pub train_songs: usize,
    /// Of them, those held out.
    pub held_out_songs: usize,
    /// Lines that are not blank.
    pub lines: usize,
    /// Characters after cleaning; of pairs, of both sides.
    pub characters: usize,
    /// Of them, those trained on.
    pub train_characters: usize,
    /// Of them, those held out.
    pub held_out_characters: usize,
    /// Different characters.
    pub vocabulary: usize,
    /// Unusual ones, first those that were dropped.
    pub odd: Vec<Odd>,
    /// The labels that stand there, in code point order, where the text is labelled.
    pub labels: Vec<String>,
    /// `characters-dropped`, `held-out-empty`, `unknown-label`, and those of [`crate::text::reading`].
    #[serde(serialize_with = "notes")]
    pub notes: Vec<Note>,
}

impl Facts {
    /// The counts of units to train on and units held out: of each list its length and its characters. `letters` are all
    /// characters, in any order.
    pub(super) fn new(
        unit: Unit,
        [train, held_out]: [(usize, usize); 2],
        lines: usize,
        letters: impl Iterator<Item = char>,
    ) -> Self {
        Self {
            unit,
            songs: train.0 + held_out.0,
            train_songs: train.0,
            held_out_songs: held_out.0,
            lines,
            characters: train.1 + held_out.1,
            train_characters: train.1,
            held_out_characters: held_out.1,
            vocabulary: letters.collect::<BTreeSet<char>>().len(),
            odd: Vec::new(),
            labels: Vec::new(),
            notes: Vec::new(),
        }
    }
}

fn notes<S: serde::Serializer>(notes: &[Note], serializer: S) -> Result<S::Ok, S::Error> {
    #[derive(Serialize)]
    struct Shown<'a> {
        code: &'a str,
        message: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        characters: Option<&'a str>,
    }
    serializer.collect_seq(notes.iter().map(|note| Shown {
        code: note.code,
        message: &note.message,
        characters: note.characters.as_deref(),
    }))
}

/// The note about characters that were taken out, if any were.
pub fn dropped_note(odd: &[Odd]) -> Option<Note> {
    let dropped: Vec<&Odd> = odd.iter().filter(|odd| odd.dropped).collect();
    let total: usize = dropped.iter().map(|odd| odd.count).sum();
    (total > 0).then(|| Note {
        code: "characters-dropped",
        message: format!("{total} characters were left out: {} different ones", dropped.len()),
        characters: Some(dropped.iter().take(20).map(|odd| odd.character).collect()),
    })
}
