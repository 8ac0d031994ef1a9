//! The cleaning applied to a model's text before training.
//!
//! A model knows only the characters it was trained on, so text that it scores or continues must be cleaned
//! the same way. The policy is named in the model's `tokenizer.json`.

use serde::{Deserialize, Serialize};

/// A cleaning policy, by its name in `tokenizer.json`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Normalize {
    /// No cleaning.
    None,
    /// The lecture's cleaning: lower case, only `a-z` and single spaces (27 symbols).
    Lecture,
    /// Songs with their line breaks: title lines (`=== ...`) are dropped, three or more consecutive line
    /// breaks become two, then only line break, space, `a-z A-Z 0-9 . , ; : ! ? ' " ( ) - —` are kept, in
    /// this order. Bits per character are computed on text cleaned this way.
    Songs,
    /// The same for German songs, also keeping `ÄÖÜäöüß`.
    Lieder,
}

/// A cleaned text, and what was removed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Normalized {
    /// The cleaned text.
    pub text: String,
    /// The removed characters, each once, in order of first appearance.
    pub dropped: Vec<char>,
}

impl Normalized {
    /// Records `c` as removed, unless already recorded.
    pub(crate) fn drop_char(&mut self, c: char) {
        if !self.dropped.contains(&c) {
            self.dropped.push(c);
        }
    }
}

impl Normalize {
    /// Cleans a training text.
    ///
    /// ```
    /// use liedwerk::text::Normalize;
    /// let cleaned = Normalize::Lecture.normalize("I said, \"That's a lie\"");
    /// assert_eq!(cleaned.text, "i said thats a lie");
    /// assert_eq!(cleaned.dropped, [',', '"', '\'']);
    /// ```
    pub fn normalize(&self, text: &str) -> Normalized {
        match self {
            Self::None => Normalized { text: text.to_owned(), dropped: Vec::new() },
            Self::Lecture => letters(text, |c| c.is_ascii_lowercase()),
            Self::Songs => songs(&without_titles(text), is_song_character),
            Self::Lieder => songs(&without_titles(text), is_lied_character),
        }
    }

    /// Cleans user input. Like [`normalize`](Self::normalize), but a line starting with `===` does not count
    /// as a title: its words are kept.
    pub fn normalize_prompt(&self, text: &str) -> Normalized {
        match self {
            Self::Songs => songs(text, is_song_character),
            Self::Lieder => songs(text, is_lied_character),
            Self::None | Self::Lecture => self.normalize(text),
        }
    }

    /// All characters that cleaned text can contain, in code point order; `None` if the policy sets no limit.
    pub fn alphabet(&self) -> Option<Vec<char>> {
        match self {
            Self::None => None,
            Self::Lecture => Some(std::iter::once(' ').chain('a'..='z').collect()),
            Self::Songs => Some(('\0'..='—').filter(|&c| is_song_character(c)).collect()),
            Self::Lieder => Some(('\0'..='—').filter(|&c| is_lied_character(c)).collect()),
        }
    }
}

/// Lowercases `text` and keeps only letters accepted by `is_letter`, with single spaces between words.
pub(super) fn letters(text: &str, is_letter: impl Fn(char) -> bool) -> Normalized {
    let mut out = Normalized::default();
    let mut space_due = false;
    for c in text.chars() {
        if c.is_whitespace() {
            space_due = true;
            continue;
        }
        for lower in c.to_lowercase() {
            if !is_letter(lower) {
                out.drop_char(c);
                continue;
            }
            if space_due && !out.text.is_empty() {
                out.text.push(' ');
            }
            space_due = false;
            out.text.push(lower);
        }
    }
    out
}

fn without_titles(text: &str) -> String {
    let lines: Vec<&str> = text.split('\n').filter(|line| !is_title(line)).collect();
    lines.join("\n")
}

/// Whether the line is a title; titles are not part of a song's text.
pub(super) fn is_title(line: &str) -> bool {
    line.starts_with("===")
}

/// Line breaks are reduced before characters are dropped, as the evaluation rule demands: a blank line that
/// held only dropped characters therefore still counts as a line.
fn songs(text: &str, is_kept: impl Fn(char) -> bool) -> Normalized {
    let mut out = Normalized::default();
    let mut breaks = 0;
    for c in text.chars() {
        breaks = if c == '\n' { breaks + 1 } else { 0 };
        if breaks > 2 {
            continue;
        }
        if is_kept(c) {
            out.text.push(c);
        } else {
            out.drop_char(c);
        }
    }
    out
}

/// Characters allowed in English songs.
pub(super) fn is_song_character(c: char) -> bool {
    c.is_ascii_alphanumeric() || "\n .,;:!?'\"()-—".contains(c)
}

/// Characters allowed in German songs.
fn is_lied_character(c: char) -> bool {
    is_song_character(c) || "ÄÖÜäöüß".contains(c)
}
