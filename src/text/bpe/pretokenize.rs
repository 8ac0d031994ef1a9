//! GPT-2's splitting of a text into words, which precedes byte-pair merging.
//!
//! It is defined by a regular expression,
//! `'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`, which is matched by hand
//! because the `regex` crate has no look-ahead and would be a large part of the page's download.

use crate::text::unicode::is_mark;

/// The character classes of the expression: `\p{L}`, `\p{N}`, `\s`, and the rest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// `\p{L}`.
    Letter,
    /// `\p{N}`.
    Number,
    /// `\s`.
    Space,
    /// Everything else.
    Other,
}

/// The class of a character.
///
/// The standard library has no general categories. By definition, though, Alphabetic is L, Nl, some marks and
/// the circled and squared letters, and `is_numeric` is N.
pub fn class(c: char) -> Class {
    if c.is_whitespace() {
        Class::Space
    } else if c.is_numeric() {
        Class::Number
    } else if c.is_alphabetic() && !is_mark(c) && !is_enclosed(c) {
        Class::Letter
    } else {
        Class::Other
    }
}

/// Symbols (category So) that count as alphabetic.
fn is_enclosed(c: char) -> bool {
    matches!(c, 'Ⓐ'..='ⓩ' | '🄰'..='🅉' | '🅐'..='🅩' | '🅰'..='🆉')
}

/// Splits `text` into words, whose concatenation is the text.
pub fn words(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let (word, after) = rest.split_at(first_word(rest)?);
        rest = after;
        Some(word)
    })
}

/// Length in bytes of the word at the start of `text`; `None` if the text is empty.
fn first_word(text: &str) -> Option<usize> {
    let first = text.chars().next()?;
    if let Some(length) = contraction(text) {
        return Some(length);
    }
    // ` ?` belongs to the next word if one follows directly.
    let inside = text.strip_prefix(' ').unwrap_or(text);
    let kind = inside.chars().next().map(class);
    if let Some(kind) = kind.filter(|&kind| kind != Class::Space) {
        return Some(text.len() - inside.len() + run(inside, kind));
    }
    // Only white space is left. White space before a word leaves its last character to that word.
    let spaces = run(text, Class::Space);
    let last = text[..spaces].chars().next_back().unwrap_or(first).len_utf8();
    let shorter = if spaces < text.len() { spaces - last } else { spaces };
    Some(if shorter > 0 { shorter } else { spaces })
}

fn contraction(text: &str) -> Option<usize> {
    let endings = ["'s", "'t", "'re", "'ve", "'m", "'ll", "'d"];
    endings.iter().find(|ending| text.starts_with(**ending)).map(|ending| ending.len())
}

/// Length in bytes of the run of `kind` at the start of `text`.
fn run(text: &str, kind: Class) -> usize {
    text.find(|c| class(c) != kind).unwrap_or(text.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(text: &str) -> Vec<&str> {
        words(text).collect()
    }

    #[test]
    fn words_numbers_and_punctuation() {
        assert_eq!(cut(" Über den Weg, 1½km!?"), [" Über", " den", " Weg", ",", " 1½", "km", "!?"]);
        assert_eq!(cut(""), [""; 0]);
    }

    #[test]
    fn contractions_come_first_and_only_lower_case() {
        assert_eq!(cut("it's we'll 'tis I'D"), ["it", "'s", " we", "'ll", " '", "tis", " I", "'", "D"]);
    }

    #[test]
    fn white_space_leaves_its_last_to_the_next_word() {
        assert_eq!(cut("a   b"), ["a", "  ", " b"]);
        assert_eq!(cut("a\n\nb \n"), ["a", "\n", "\n", "b", " \n"]);
        assert_eq!(cut("a\u{a0}b\u{3000} "), ["a", "\u{a0}", "b", "\u{3000} "]);
        assert_eq!(cut("\tx"), ["\t", "x"]);
    }

    #[test]
    fn classes_of_the_doubtful() {
        for (c, expected) in [
            ('ª', Class::Letter),
            ('ǅ', Class::Letter),
            ('ʰ', Class::Letter),
            ('爱', Class::Letter),
            ('\u{345}', Class::Other),
            ('\u{93e}', Class::Other),
            ('ⓐ', Class::Other),
            ('🅰', Class::Other),
            ('Ⅷ', Class::Number),
            ('〇', Class::Number),
            ('²', Class::Number),
            ('♥', Class::Other),
            ('\u{85}', Class::Space),
            ('\u{200b}', Class::Other),
            ('\u{1c}', Class::Other),
        ] {
            assert_eq!(class(c), expected, "{c:?}");
        }
    }
}
