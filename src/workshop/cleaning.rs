//! A visitor's text: whether it is one, and what a model can learn its characters from.

use super::facts::Odd;
use crate::error::{Error, ErrorCode, Result};
use crate::text::fold;
use std::collections::BTreeMap;

/// Longer texts, in bytes, would take a browser's memory and an evening's time.
pub const MAX_TEXT_BYTES: usize = 20 << 20;
/// A letter that is not ASCII and occurs less often is taken for a stray: nothing can be learned about it.
const FEWEST: usize = 3;
/// A text has at most one character in so many that no text has.
const UNREADABLE: usize = 200;

/// # Errors
/// `text-too-long`, or `not-text` for a file that holds something else.
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

/// The text in plain characters, spaces single and none at the ends of lines, and the characters that were dropped
/// with their numbers.
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

/// Letters and digits of any script, and the marks that verse is written with.
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
