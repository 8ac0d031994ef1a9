//! Checks and cleans user-supplied texts, and drops characters that are too rare to learn.

use super::facts::Odd;
use crate::error::{Error, ErrorCode, Result};
use crate::text::fold;
use std::collections::BTreeMap;

/// Maximum text length in bytes; more would exhaust a browser's memory and take hours.
pub const MAX_TEXT_BYTES: usize = 20 << 20;
/// A non-ASCII letter that occurs less often is dropped, as nothing can be learned about it.
const FEWEST: usize = 3;
/// At most one in this many characters of a text may be unreadable.
const UNREADABLE: usize = 200;

/// Checks the length of a text and that it is a text at all.
///
/// # Errors
/// `text-too-long`, or `not-text` for binary data.
pub fn check_text(text: &str) -> Result<()> {
    if text.len() > MAX_TEXT_BYTES {
        let message = format!("the text has {} bytes; at most {MAX_TEXT_BYTES} are possible", text.len());
        return Err(Error::new(ErrorCode::TextTooLong, message));
    }
    let (mut characters, mut unreadable) = (0, 0);
    for c in text.chars() {
        characters += 1;
        unreadable += usize::from(c == '\u{fffd}' || c.is_control() && !"\n\r\t\u{c}".contains(c));
    }
    if unreadable * UNREADABLE > characters {
        let message =
            format!("{unreadable} of {characters} characters are none that a text has: this is another file");
        return Err(Error::new(ErrorCode::NotText, message));
    }
    Ok(())
}

/// Returns the text in plain characters, with single spaces and none at line ends, and the unusual characters
/// with their counts.
pub fn cleaned(text: &str) -> (String, Vec<Odd>) {
    let text = fold(text, is_usual);
    let mut counts: BTreeMap<char, usize> = BTreeMap::new();
    for c in text.chars().filter(|c| !c.is_ascii() || !is_usual(*c)) {
        *counts.entry(c).or_default() += 1;
    }
    let stays = |c: &char| is_usual(*c) && (c.is_ascii() || counts[c] >= FEWEST);
    let mut out = String::with_capacity(text.len());
    for line in text.split('\n') {
        let begin = out.len();
        for c in line.chars().filter(stays) {
            if c != ' ' || !out[begin..].ends_with(' ') {
                out.push(c);
            }
        }
        out.truncate(begin + out[begin..].trim_end().len());
        out.push('\n');
    }
    out.pop();
    let mut odd: Vec<Odd> = counts
        .iter()
        .filter(|(c, _)| !stays(c))
        .map(|(&character, &count)| Odd { character, count, dropped: true })
        .chain(counts.iter().filter(|(c, _)| stays(c)).map(|(&character, &count)| Odd {
            character,
            count,
            dropped: false,
        }))
        .collect();
    odd.sort_by_key(|odd| (!odd.dropped, std::cmp::Reverse(odd.count)));
    (out, odd)
}

/// Letters and digits of any script, and the punctuation used in verse.
fn is_usual(c: char) -> bool {
    c.is_alphanumeric() || "\n .,;:!?'\"()-—…&/=".contains(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_becomes_plain() {
        let (text, odd) = cleaned("\u{feff}„Grün  ist\tschön“ \r\ngrün und für 🎵 müde\r\n");
        assert_eq!(text, "\"Grün ist schn\"\ngrün und für müde\n");
        let found: Vec<(char, usize, bool)> = odd.iter().map(|o| (o.character, o.count, o.dropped)).collect();
        assert_eq!(found, [('ö', 1, true), ('🎵', 1, true), ('ü', 4, false)]);
    }

    #[test]
    fn other_files_are_noticed() {
        assert!(check_text("Röslein, Röslein, Röslein rot,\r\n\tRöslein auf der Heiden.").is_ok());
        let code = |text: &str| check_text(text).unwrap_err().code();
        assert_eq!(code("\u{89}PNG\r\n\u{1a}\n\0\0\0\rIHDR"), ErrorCode::NotText);
        assert_eq!(code(&"\u{fffd}la".repeat(40)), ErrorCode::NotText);
        assert_eq!(code(&" ".repeat(MAX_TEXT_BYTES + 1)), ErrorCode::TextTooLong);
    }
}
