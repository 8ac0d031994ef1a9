//! Texts that are handed to the command: read as the library reads them, and what it says of them on standard error.

use crate::files::read;
use liedwerk::text::reading::{PairReading, Reading, decode, line_ends, pairs, songs};
use liedwerk::text::{Note, SentencePair};
use liedwerk::{Error, ErrorCode};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::io::{self, BufRead, Read};
use std::path::Path;

/// Lines that the models that read take from the input at once.
pub const LINES: usize = 100;

/// Notes as `{code, message}` each.
pub fn notes_json(notes: &[Note]) -> Value {
    notes.iter().map(|note| json!({"code": note.code, "message": note.message})).collect()
}

/// Says each note once, in the order given.
pub fn note(notes: &[Note]) {
    let mut said = BTreeSet::new();
    for note in notes.iter().filter(|note| said.insert(&note.message)) {
        eprintln!("note[{}]: {}", note.code, note.message);
    }
}

/// Songs in a file of any kind that has some.
pub fn read_songs(path: &Path) -> Result<String, Error> {
    Ok(said(songs(&path.display().to_string(), &read(path)?)?))
}

/// Sentence pairs in a file of any kind that has some.
pub fn read_pairs(path: &Path) -> Result<Vec<SentencePair>, Error> {
    let PairReading { pairs, notes, .. } = pairs(&path.display().to_string(), &read(path)?)?;
    note(&notes);
    Ok(pairs)
}

/// A file as it is, in whichever encoding.
pub fn read_decoded(path: &Path) -> Result<String, Error> {
    Ok(said(decode(&path.display().to_string(), &read(path)?)?))
}

/// All of standard input as it is, in whichever encoding.
pub fn read_input() -> Result<String, Error> {
    let mut bytes = Vec::new();
    io::stdin().read_to_end(&mut bytes).map_err(|e| unreadable_input(&e))?;
    Ok(said(decode("standard input", &bytes)?))
}

/// The next lines of an input, at most so many unless it is UTF-16; none at its end.
pub fn next_lines(input: &mut impl BufRead, most: usize) -> Result<Vec<String>, Error> {
    let mut bytes = Vec::new();
    for _ in 0..most {
        if input.read_until(b'\n', &mut bytes).map_err(|e| unreadable_input(&e))? == 0 {
            break;
        }
        // A line break of UTF-16 is two bytes: the end of a line is not seen here.
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
