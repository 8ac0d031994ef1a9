//! The cleaning that a model's text went through before training.
//!
//! A model knows only the characters it was trained on, so whoever scores or prompts it cleans
//! the text the same way. The policy's name stands in the model's `tokenizer.json`.

use serde::{Deserialize, Serialize};

/// A cleaning policy, by the name it has in `tokenizer.json`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Normalize {
    /// The text as it is.
    None,
    /// The lecture's cleaning: lower case, nothing but `a-z` and single spaces (27 symbols).
    Lecture,
    /// Songs with their lines: title lines (`=== ...`) dropped, three or more line breaks in a row
    /// made two, then only line break, space, `a-z A-Z 0-9 . , ; : ! ? ' " ( ) - —` kept, in this
    /// order. Bits per character are counted on text cleaned this way.
    Songs,
    /// The same for German songs, with `ÄÖÜäöüß`.
    Lieder,
}

/// A cleaned text, and what it cost.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Normalized {
    /// What is left.
    pub text: String,
    /// The characters that were removed: each once, in the order they first appeared.
    pub dropped: Vec<char>,
}

impl Normalized {
    /// Notes `c` as removed, once.
    pub(crate) fn drop_char(&mut self, c: char) {
        if !self.dropped.contains(&c) {
            self.dropped.push(c);
        }
    }
}

impl Normalize {
    /// Cleans a corpus.
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

    /// Cleans what a visitor typed. Like [`normalize`](Self::normalize), but a line that begins
    /// with `===` is no title here: its words stay.
    pub fn normalize_prompt(&self, text: &str) -> Normalized {
        match self {
            Self::Songs => songs(text, is_song_character),
            Self::Lieder => songs(text, is_lied_character),
            Self::None | Self::Lecture => self.normalize(text),
        }
    }

    /// All characters that text cleaned this way can hold, in code point order; `None` where the
    /// policy sets no limit.
    pub fn alphabet(&self) -> Option<Vec<char>> {
        match self {
            Self::None => None,
            Self::Lecture => Some(std::iter::once(' ').chain('a'..='z').collect()),
            Self::Songs => Some(('\0'..='—').filter(|&c| is_song_character(c)).collect()),
            Self::Lieder => Some(('\0'..='—').filter(|&c| is_lied_character(c)).collect()),
        }
    }
}

/// Lower case, the letters that `is_letter` knows, and single spaces between words.
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

/// Titles do not belong to a song's text.
pub(super) fn is_title(line: &str) -> bool {
    line.starts_with("===")
}

/// Line breaks are reduced before characters are dropped, because the evaluation rule says so: a
/// blank line that held only dropped characters therefore still counts as a line.
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

/// What songs are written with.
pub(super) fn is_song_character(c: char) -> bool {
    c.is_ascii_alphanumeric() || "\n .,;:!?'\"()-—".contains(c)
}

/// What German songs are written with.
fn is_lied_character(c: char) -> bool {
    is_song_character(c) || "ÄÖÜäöüß".contains(c)
}
