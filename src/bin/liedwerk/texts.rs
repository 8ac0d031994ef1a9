//! Input texts: read by the library's readers, with notes on standard error.

use crate::files::read;
use liedwerk::text::reading::{PairReading, Reading, decode, line_ends, pairs, songs};
use liedwerk::text::{Note, SentencePair};
use liedwerk::{Error, ErrorCode};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::io::{self, BufRead, Read};
use std::path::Path;

/// Number of lines that the models that read process at once.
pub const LINES: usize = 100;

/// Notes as `{code, message}`.
pub fn notes_json(notes: &[Note]) -> Value {
    notes.iter().map(|note| json!({"code": note.code, "message": note.message})).collect()
}

/// Prints each note once, in the given order.
pub fn note(notes: &[Note]) {
    let mut said = BTreeSet::new();
    for note in notes.iter().filter(|note| said.insert(&note.message)) {
        eprintln!("note[{}]: {}", note.code, note.message);
    }
}

/// Reads songs from any supported kind of file.
pub fn read_songs(path: &Path) -> Result<String, Error> {
    Ok(said(songs(&path.display().to_string(), &read(path)?)?))
}

/// Reads sentence pairs from any supported kind of file.
pub fn read_pairs(path: &Path) -> Result<Vec<SentencePair>, Error> {
    let PairReading { pairs, notes, .. } = pairs(&path.display().to_string(), &read(path)?)?;
    note(&notes);
    Ok(pairs)
}

/// Reads a file in any supported encoding, without other changes.
pub fn read_decoded(path: &Path) -> Result<String, Error> {
    Ok(said(decode(&path.display().to_string(), &read(path)?)?))
}

/// Reads all of standard input in any supported encoding, without other changes.
pub fn read_input() -> Result<String, Error> {
    let mut bytes = Vec::new();
    io::stdin().read_to_end(&mut bytes).map_err(|e| unreadable_input(&e))?;
    Ok(said(decode("standard input", &bytes)?))
}

/// Reads the next `most` lines, or everything if the input is UTF-16; empty at the end of the input.
pub fn next_lines(input: &mut impl BufRead, most: usize) -> Result<Vec<String>, Error> {
    let mut bytes = Vec::new();
    for _ in 0..most {
        if input.read_until(b'\n', &mut bytes).map_err(|e| unreadable_input(&e))? == 0 {
            break;
        }
        // In UTF-16 a line break takes two bytes, so reading up to a `\n` byte splits it.
        if bytes.contains(&0) {
            input.read_to_end(&mut bytes).map_err(|e| unreadable_input(&e))?;
        }
    }
    let text = line_ends(&said(decode("standard input", &bytes)?));
    Ok(text.lines().map(str::to_owned).collect())
}

fn said(reading: Reading) -> String {
    note(&reading.notes);
    reading.text
}

fn unreadable_input(e: &io::Error) -> Error {
    Error::new(ErrorCode::File, format!("standard input cannot be read: {e}"))
}
