//! The canonical form in which copies are searched for: words only.

use super::normalize::{is_song_character, is_title};
use super::unicode::{is_mark, nfc};

/// A text as lower-case letters, digits and single spaces, with the origin of each character.
///
/// It is cleaned like songs, with titles dropped ([`Normalize::Songs`](super::Normalize::Songs)), because a
/// character that a song model cannot write must not hide a copy. Punctuation, line breaks and runs of spaces
/// become a single space, so that a changed comma does not hide one either.
pub(super) struct Canonical {
    /// ASCII only, one byte per character.
    pub characters: Vec<u8>,
    /// For each character, the byte offset where it starts in the text; for a space, the offset of the first
    /// character it replaces.
    pub offsets: Vec<usize>,
}

impl Canonical {
    /// Converts `text` to this form.
    pub fn of(text: &str) -> Self {
        let mut out = Self { characters: Vec::new(), offsets: Vec::new() };
        let mut begin = 0;
        for line in text.split_inclusive(['\n', '\r']) {
            if !is_title(line) {
                for (at, letter) in letters(line) {
                    nfc(letter).chars().for_each(|c| out.push(c, begin + at));
                }
            }
            begin += line.len();
        }
        if out.characters.last() == Some(&b' ') {
            out.characters.pop();
            out.offsets.pop();
        }
        out
    }

    fn push(&mut self, c: char, offset: usize) {
        // Unicode spaces and the `\r` of Windows line endings also separate words.
        let c = if c == '\r' || (c.is_whitespace() && !c.is_ascii()) { ' ' } else { c };
        let character = if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() as u8 } else { b' ' };
        let repeated = character == b' ' && matches!(self.characters.last(), None | Some(b' '));
        if is_song_character(c) && !repeated {
            self.characters.push(character);
            self.offsets.push(offset);
        }
    }
}

/// The letters of a line, each with its combining marks and byte offset, so that composed and decomposed
/// letters are equal.
fn letters(line: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let rest = &line[at..];
        let first = rest.chars().next()?.len_utf8();
        let marks = rest[first..].find(|c| !is_mark(c)).unwrap_or(rest.len() - first);
        let begin = at;
        at += first + marks;
        Some((begin, &line[begin..at]))
    })
}

#[cfg(test)]
mod tests {
    use super::super::Normalize;
    use super::*;

    #[test]
    fn it_is_the_form_of_a_song_that_was_cleaned() {
        for text in [
            "",
            "\n\n",
            "=== Nelly Gray | 1859\nOh, my poor NELLY\r\n\n\n\nGray—",
            "na\u{ef}ve \u{1f3b5}caf\u{e9}'s 2nd\tline\n=== last",
            "  =no title\n===title\n\n",
        ] {
            let found = Canonical::of(text);
            assert_eq!(found.characters, Canonical::of(&Normalize::Songs.normalize(text).text).characters);
            assert_eq!(found.characters.len(), found.offsets.len());
            for (&character, &offset) in found.characters.iter().zip(&found.offsets) {
                let source = text.as_bytes()[offset];
                assert!(character == source.to_ascii_lowercase() || character == b' ');
            }
        }
        let song = Canonical::of("=== Nelly Gray\n Oh, my\u{1f3b5}\n\n\"poor\" \n");
        assert_eq!(song.characters, b"oh my poor");
        assert_eq!(song.offsets[..4], [16, 17, 18, 20]);
    }
    #[test]
    fn case_28_composed_or_not_a_text_has_one_form() {
        let composed = Canonical::of("Ich träume süß,\nund na\u{ef}v");
        let apart = Canonical::of("Ich tra\u{308}ume su\u{308}ß,\r\nund\u{2005}nai\u{308}v");
        assert_eq!(apart.characters, composed.characters);
        assert_eq!((composed.offsets[6], apart.offsets[6]), (8, 9));
    }
}
