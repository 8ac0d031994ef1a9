//! Reads labelled texts from tab-separated columns.

use super::{decode, plain};
use crate::error::{Error, ErrorCode, Result};
use crate::text::{LabelledText, Note, TaggedSentence};

/// Examples, with notes about how they were read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LabelReading<T> {
    /// The examples in file order.
    pub examples: Vec<T>,
    /// Codes listed at [`labelled`], [`tagged`] and [`decode`].
    pub notes: Vec<Note>,
}

/// Reads lines `label TAB text`; with more columns, the first and the last. Empty lines are ignored.
///
/// Notes: `lines-without-label` with the numbers of the lines that were skipped, and those of [`decode`].
///
/// # Errors
/// `not-text`; `bad-labels` if no line has a label. `file` is the name used in messages.
///
/// ```
/// let reading = liedwerk::text::reading::labelled("a.tsv", b"pos\tSo warm!\nsad\nneg\tSo cold.\n")?;
/// assert_eq!(reading.examples[1].label, "neg");
/// assert_eq!(reading.notes[0].characters.as_deref(), Some("2"));
/// # Ok::<(), liedwerk::Error>(())
/// ```
pub fn labelled(file: &str, bytes: &[u8]) -> Result<LabelReading<LabelledText>> {
    let decoded = decode(file, bytes)?;
    let mut reading = labelled_of(file, &decoded.text)?;
    reading.notes.splice(0..0, decoded.notes);
    Ok(reading)
}

/// Like [`labelled`], for text that is already decoded, such as pasted text.
///
/// # Errors
/// `bad-labels`.
pub fn labelled_of(file: &str, text: &str) -> Result<LabelReading<LabelledText>> {
    let (mut examples, mut skipped) = (Vec::new(), Vec::new());
    for (number, line) in (1..).zip(plain(text).lines()).filter(|(_, line)| !line.trim().is_empty()) {
        match columns(line) {
            Some((label, text)) => {
                examples.push(LabelledText { text: text.to_owned(), label: label.to_owned() })
            }
            None => skipped.push(number),
        }
    }
    if examples.is_empty() {
        return Err(bad(format!("{file}: no line is a label, a tab and a text")));
    }
    let notes = skipped_note("lines-without-label", "no label, a tab and a text", &skipped);
    Ok(LabelReading { examples, notes: notes.into_iter().collect() })
}

/// Reads lines `word TAB label` with an empty line between sentences; with more columns, the first and the
/// last.
///
/// Notes: `sentences-without-tags` with the first line numbers of sentences that were skipped because a word
/// has no label, and those of [`decode`].
///
/// # Errors
/// `not-text`; `bad-labels` if no sentence is complete. `file` is the name used in messages.
pub fn tagged(file: &str, bytes: &[u8]) -> Result<LabelReading<TaggedSentence>> {
    let decoded = decode(file, bytes)?;
    let mut reading = tagged_of(file, &decoded.text)?;
    reading.notes.splice(0..0, decoded.notes);
    Ok(reading)
}

/// Like [`tagged`], for text that is already decoded, such as pasted text.
///
/// # Errors
/// `bad-labels`.
pub fn tagged_of(file: &str, text: &str) -> Result<LabelReading<TaggedSentence>> {
    let text = plain(text);
    let lines: Vec<&str> = text.lines().collect();
    let (mut examples, mut skipped, mut number) = (Vec::new(), Vec::new(), 1);
    for block in lines.split(|line| line.trim().is_empty()) {
        let rows: Vec<Option<(&str, &str)>> = block.iter().map(|line| columns(line)).collect();
        match rows.iter().copied().collect::<Option<Vec<_>>>() {
            Some(rows) if !rows.is_empty() => examples.push(TaggedSentence {
                words: rows.iter().map(|(word, _)| (*word).to_owned()).collect(),
                labels: rows.iter().map(|(_, label)| (*label).to_owned()).collect(),
            }),
            Some(_) => {}
            None => skipped.push(number),
        }
        number += block.len() + 1;
    }
    if examples.is_empty() {
        return Err(bad(format!("{file}: no sentence is lines of a word, a tab and a label")));
    }
    let notes = skipped_note("sentences-without-tags", "a word without a label", &skipped);
    Ok(LabelReading { examples, notes: notes.into_iter().collect() })
}

/// The first and the last column, if there are at least two and both are non-empty.
fn columns(line: &str) -> Option<(&str, &str)> {
    let (first, rest) = line.split_once('\t')?;
    let last = rest.rsplit('\t').next().unwrap_or(rest);
    let (first, last) = (first.trim(), last.trim());
    (!first.is_empty() && !last.is_empty()).then_some((first, last))
}

fn skipped_note(code: &'static str, what: &str, lines: &[usize]) -> Option<Note> {
    let numbers: Vec<String> = lines.iter().take(20).map(usize::to_string).collect();
    let more = if lines.len() > 20 { ", …" } else { "" };
    let numbers = numbers.join(", ");
    let message = format!("{} left out, with {what}; lines {numbers}{more}", lines.len());
    (!lines.is_empty()).then(|| Note::new(code, message).about(numbers))
}

fn bad(message: String) -> Error {
    Error::new(ErrorCode::BadLabels, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_between_label_and_text_do_not_matter() {
        let reading = labelled("a", "pos\tde\tSo warm!\r\n\r\n\tno label\r\nneg\t\r\n".as_bytes()).unwrap();
        assert_eq!(reading.examples, [LabelledText { text: "So warm!".into(), label: "pos".into() }]);
        assert_eq!(reading.notes[0].characters.as_deref(), Some("3, 4"));
        for empty in ["", "\n\n", "no tab\n"] {
            assert_eq!(labelled("a", empty.as_bytes()).unwrap_err().code(), ErrorCode::BadLabels);
            assert_eq!(tagged("a", empty.as_bytes()).unwrap_err().code(), ErrorCode::BadLabels);
        }
    }

    #[test]
    fn a_sentence_with_fewer_labels_than_words_is_left_out_and_named() {
        let reading = tagged("a", b"I\tPRON\nsing\tVERB\n\n\nlost\nword\tNOUN\n\nla\tINTJ").unwrap();
        assert_eq!(reading.examples[0].labels, ["PRON", "VERB"]);
        assert_eq!(reading.examples[1].words, ["la"]);
        assert_eq!(reading.notes[0].code, "sentences-without-tags");
        assert_eq!(reading.notes[0].characters.as_deref(), Some("5"));
    }
}
