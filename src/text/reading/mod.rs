//! Readers for the files people actually have: bytes in; text, songs or sentence pairs out, with notes about
//! how they were read.
//!
//! The page, the command line and the PyTorch trainer (through a twin in
//! `training/torch/liedwerk_torch/reading.py`) all read files this way. `tests/fixtures/reading` has test
//! vectors for both.

mod codepages;
mod columns;
mod encoding;
mod labels;
mod lyrics;
mod lyrics_page;
mod markup;
mod pairs;
mod plain;
mod subtitles;
mod table;

pub use encoding::decode;
pub use labels::{LabelReading, labelled, labelled_of, tagged, tagged_of};
pub use lyrics_page::{Remain, page_remains, without_page_remains};
pub use markup::without_tags;
pub use pairs::{PairReading, pairs, pairs_of};
pub use plain::{line_ends, plain, plain_line};

use super::Note;
use crate::error::Result;

/// A text, with notes about how it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    /// The text.
    pub text: String,
    /// Codes listed at [`decode`] and [`songs`].
    pub notes: Vec<Note>,
}

/// Reads songs: decodes them, makes them [plain], and extracts the sung lines of timed lyrics (LRC) and
/// subtitles (SRT, VTT).
///
/// Leftovers of lyrics pages are kept but noted; [`without_page_remains`] removes them.
///
/// Notes: `lrc-read`, `subtitles-read`, `lyrics-page` with line numbers, and those of [`decode`].
///
/// # Errors
/// `not-text`; `file` is the name used in messages.
///
/// ```
/// let reading = liedwerk::text::reading::songs("a.lrc", b"[00:01.00]Sing,\r\n[00:02.50]sing!\r\n")?;
/// assert_eq!((reading.text.as_str(), reading.notes[0].code), ("Sing,\nsing!\n", "lrc-read"));
/// # Ok::<(), liedwerk::Error>(())
/// ```
pub fn songs(file: &str, bytes: &[u8]) -> Result<Reading> {
    let decoded = decode(file, bytes)?;
    let mut reading = songs_of(&decoded.text);
    reading.notes.splice(0..0, decoded.notes);
    Ok(reading)
}

/// Like [`songs`], for text that is already decoded, such as pasted text.
pub fn songs_of(text: &str) -> Reading {
    let text = plain(text);
    let (text, timed) = if let Some(words) = lyrics::lrc(&text) {
        (words, Some(Note::new("lrc-read", "Timed lyrics (LRC): the times and tags were left out.")))
    } else if let Some(words) = subtitles::subtitles(&text) {
        (words, Some(Note::new("subtitles-read", "Subtitles: their numbers and times were left out.")))
    } else {
        (text, None)
    };
    let remains = remains_note(&text);
    Reading { text, notes: timed.into_iter().chain(remains).collect() }
}

fn remains_note(text: &str) -> Option<Note> {
    let remains = page_remains(text);
    let numbers: Vec<String> = remains.iter().take(5).map(|(number, _)| number.to_string()).collect();
    let more = if remains.len() > 5 { ", …" } else { "" };
    let message = format!(
        "{} lines are marks of sections or remains of a page of lyrics, no verse: {}{more}",
        remains.len(),
        numbers.join(", ")
    );
    (!remains.is_empty()).then(|| Note::new("lyrics-page", message).about(numbers.join(", ")))
}

#[cfg(test)]
mod tests;
