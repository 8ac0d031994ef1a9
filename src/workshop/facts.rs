//! Facts about a text, shown to people before they train on it.

use crate::generate::Note;
use serde::Serialize;
use std::collections::BTreeSet;

/// An unusual character.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Odd {
    /// The character.
    pub character: char,
    /// Number of occurrences in the text.
    pub count: usize,
    /// Whether it was removed.
    pub dropped: bool,
}

/// The units into which a text is split so that some can be held out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Unit {
    /// Songs with a title line `=== title`.
    Title,
    /// Songs separated by two or more blank lines.
    Song,
    /// Stanzas, if the text does not mark the ends of songs.
    Stanza,
    /// Groups of lines, in a text without blank lines.
    Lines,
    /// Sentence pairs.
    Pair,
    /// Texts with one label each.
    LabelledText,
    /// Sentences with a label for every word.
    TaggedSentence,
    /// Sentences, stanzas or paragraphs.
    Text,
}

/// Counts and remarks about a text.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Facts {
    /// The unit counted by `songs`.
    pub unit: Unit,
    /// Number of units.
    pub songs: usize,
    /// Number of units trained on.
    pub train_songs: usize,
    /// Number of units held out.
    pub held_out_songs: usize,
    /// Number of non-blank lines.
    pub lines: usize,
    /// Number of characters after cleaning; for pairs, of both sides.
    pub characters: usize,
    /// Number of characters trained on.
    pub train_characters: usize,
    /// Number of characters held out.
    pub held_out_characters: usize,
    /// Number of distinct characters.
    pub vocabulary: usize,
    /// Unusual characters, removed ones first.
    pub odd: Vec<Odd>,
    /// The labels of a labelled text, in code point order.
    pub labels: Vec<String>,
    /// Codes: `characters-dropped`, `held-out-empty`, `unknown-label`, and those of [`crate::text::reading`].
    #[serde(serialize_with = "notes")]
    pub notes: Vec<Note>,
}

impl Facts {
    /// Combines the numbers of units and characters to train on with those held out. `letters` are all
    /// characters in any order.
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

/// The note about removed characters, if there are any.
pub fn dropped_note(odd: &[Odd]) -> Option<Note> {
    let dropped: Vec<&Odd> = odd.iter().filter(|odd| odd.dropped).collect();
    let total: usize = dropped.iter().map(|odd| odd.count).sum();
    (total > 0).then(|| Note {
        code: "characters-dropped",
        message: format!("{total} characters were left out: {} different ones", dropped.len()),
        characters: Some(dropped.iter().take(20).map(|odd| odd.character).collect()),
    })
}
