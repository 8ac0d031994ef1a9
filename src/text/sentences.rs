//! Splits a text into sentences for translation, so that it can be reassembled exactly.

use super::abbreviations::{Abbreviation, begins_sentence, kind_of};
use super::unicode::is_mark;

/// Longer pieces are cut at punctuation or a space, so that no input keeps a model busy indefinitely.
pub const MAX_PIECE_CHARS: usize = 400;

/// A sentence or line, with the white space before it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// White space and line breaks, to be copied to the output unchanged.
    pub before: String,
    /// At most [`MAX_PIECE_CHARS`] characters on one line; not empty, and without white space at either end.
    pub text: String,
}

impl Piece {
    /// Whether there is anything to translate: a letter or a digit.
    pub fn has_words(&self) -> bool {
        self.text.contains(char::is_alphanumeric)
    }

    /// Length of the longest word in letters and digits.
    pub fn longest_word(&self) -> usize {
        let words = self.text.split(|c: char| !c.is_alphanumeric());
        words.map(|word| word.chars().count()).max().unwrap_or(0)
    }
}

/// A text in pieces: concatenating every `before` and `text` in order, then `trailing`, gives the text
/// without the dropped characters.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Pieces {
    /// The pieces in text order.
    pub pieces: Vec<Piece>,
    /// White space after the last piece.
    pub trailing: String,
    /// Removed control and invisible characters, each once, in order of first appearance.
    pub dropped: Vec<char>,
}

/// Splits `text` at every line break, and each line after every sentence, but not after German and English
/// abbreviations, initials and ordinal numbers.
///
/// ```
/// use liedwerk::text::split_pieces;
/// let split = split_pieces("Er wohnt z. B. in Köln. Dr. Maier kommt am 3. Mai.\n\nJa!\n");
/// let texts: Vec<&str> = split.pieces.iter().map(|piece| piece.text.as_str()).collect();
/// assert_eq!(texts, ["Er wohnt z. B. in Köln.", "Dr. Maier kommt am 3. Mai.", "Ja!"]);
/// assert_eq!((split.pieces[2].before.as_str(), split.trailing.as_str()), ("\n\n", "\n"));
/// ```
pub fn split_pieces(text: &str) -> Pieces {
    let mut out = Pieces::default();
    let mut cleaned = String::with_capacity(text.len());
    for c in text.chars() {
        if !is_dropped(c) {
            cleaned.push(c);
        } else if !out.dropped.contains(&c) {
            out.dropped.push(c);
        }
    }
    for line in cleaned.split_inclusive(is_line_break) {
        let mut rest = line;
        for length in sentence_lengths(line) {
            let (sentence, after) = rest.split_at(length);
            out.push_sentence(sentence);
            rest = after;
        }
        out.push_sentence(rest);
    }
    out
}

impl Pieces {
    /// Appends a sentence with its surrounding white space, in several pieces if it is too long.
    fn push_sentence(&mut self, sentence: &str) {
        let mut rest = sentence;
        loop {
            let text = rest.trim_start();
            // The white space after the last piece becomes the white space before this one.
            self.trailing.push_str(&rest[..rest.len() - text.len()]);
            if text.is_empty() {
                return;
            }
            let (part, after) = text.split_at(cut_at(text));
            let part_text = part.trim_end();
            let before = std::mem::take(&mut self.trailing);
            self.pieces.push(Piece { before, text: part_text.to_owned() });
            self.trailing.push_str(&part[part_text.len()..]);
            rest = after;
        }
    }
}

/// Control characters and characters that only affect display. Joiners are kept, since emoji need them.
fn is_dropped(c: char) -> bool {
    let invisible = matches!(
        c,
        '\u{ad}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{feff}' | '\u{fff9}'..='\u{fffb}'
    );
    invisible || (c.is_control() && !matches!(c, '\n' | '\r' | '\t'))
}

fn is_line_break(c: char) -> bool {
    matches!(c, '\n' | '\r' | '\u{2028}' | '\u{2029}')
}

fn is_terminator(c: char) -> bool {
    matches!(c, '.' | '!' | '?' | '…' | '。' | '！' | '？')
}

fn is_closer(c: char) -> bool {
    matches!(c, '"' | '\'' | '”' | '“' | '’' | '‘' | '»' | '«' | '›' | '‹' | ')' | ']' | '}')
}

fn is_opener(c: char) -> bool {
    is_closer(c) || matches!(c, '„' | '‚' | '(' | '[' | '{' | '-' | '–' | '—' | '*' | '_' | '¿' | '¡')
}

/// Byte lengths of all sentences of a line but the last; each must be followed by white space.
fn sentence_lengths(line: &str) -> Vec<usize> {
    let mut lengths = Vec::new();
    let (mut begin, mut searched) = (0, 0);
    while let Some(found) = line[searched..].find(is_terminator) {
        let stop = searched + found;
        let after_stop = line[stop..].trim_start_matches(is_terminator);
        let after = after_stop.trim_start_matches(is_closer);
        let end = line.len() - after.len();
        searched = end;
        let next = after.trim_start();
        if next.len() < after.len()
            && ends_sentence(&line[..stop], &line[stop..line.len() - after_stop.len()], next)
        {
            lengths.push(end - begin);
            begin = end;
        }
    }
    lengths
}

/// Whether the punctuation `stop` ends a sentence, given the line up to it (`before`) and the text after it
/// (`next`).
fn ends_sentence(before: &str, stop: &str, next: &str) -> bool {
    let next = next.trim_start_matches(|c: char| is_opener(c) || c.is_whitespace());
    let Some(initial) = next.chars().next() else { return false };
    if !initial.is_alphanumeric() || initial.is_lowercase() {
        return false;
    }
    if stop != "." {
        return true;
    }
    let mut words = before.rsplit(char::is_whitespace).map(|word| word.trim_start_matches(is_opener));
    let (word, previous) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let next_word = next.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
    match kind_of(word) {
        Abbreviation::None => true,
        Abbreviation::Number => initial.is_alphabetic(),
        Abbreviation::Always => false,
        Abbreviation::Initial => !previous.ends_with('.') && begins_sentence(next_word),
        Abbreviation::Sometimes => begins_sentence(next_word),
    }
}

/// Length in bytes of the first part of a sentence; the whole sentence if it is short enough.
fn cut_at(text: &str) -> usize {
    let Some((limit, _)) = text.char_indices().nth(MAX_PIECE_CHARS) else { return text.len() };
    // Exactly at the limit, if only white space follows.
    if text[limit..].trim_start().is_empty() {
        return text.len();
    }
    // A cut comes before white space, which may itself be the first character beyond the limit.
    let spaces: Vec<usize> = text
        .char_indices()
        .take(MAX_PIECE_CHARS + 1)
        .filter(|(_, c)| c.is_whitespace())
        .map(|(at, _)| at)
        .collect();
    let clause = |at: &&usize| **at > limit / 3 && text[..**at].ends_with([',', ';', ':', '–', '—', '-']);
    let best = spaces.iter().rev().find(clause).or(spaces.last());
    best.copied().unwrap_or_else(|| before_marks(text, limit))
}

/// Where to cut inside a word: not between a letter and its combining marks, unless there are too many of
/// them.
fn before_marks(text: &str, limit: usize) -> usize {
    let joins = |c: char| is_mark(c) || c == '\u{200d}';
    let mut back = text[..limit].char_indices().rev().take(8);
    let mut at = limit;
    while text[at..].starts_with(joins) {
        match back.next() {
            Some((before, _)) => at = before,
            None => return limit,
        }
    }
    at
}
