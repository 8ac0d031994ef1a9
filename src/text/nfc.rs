//! Unicode normalisation form C (Unicode Standard Annex #15).
//!
//! From the crate's tables of single characters, not through its iterators: those choose between the
//! canonical and the compatibility forms while they run, and so bring the compatibility tables, which nobody
//! here needs, into the page.

use unicode_normalization::char::{canonical_combining_class, compose, decompose_canonical};

/// Everything below this is composed already and composes with nothing below it.
const FIRST_MARK: char = '\u{300}';

/// `text` with letters and their accents composed: `a` and a combining diaeresis become `ä`.
pub(super) fn nfc(text: &str) -> String {
    if text.chars().all(|c| c < FIRST_MARK) {
        return text.to_owned();
    }
    let mut parts: Vec<(char, u8)> = Vec::with_capacity(text.len());
    for c in text.chars() {
        decompose_canonical(c, |part| parts.push((part, canonical_combining_class(part))));
    }
    // Marks on one letter stand in the order of their classes; equal ones keep theirs.
    for marks in parts.split_mut(|&(_, class)| class == 0) {
        marks.sort_by_key(|&(_, class)| class);
    }
    composed(&parts).into_iter().collect()
}

/// Each mark, or second half of a syllable, joined to the letter before it where there is a character for both
/// and nothing of its class or a higher one stands between.
fn composed(parts: &[(char, u8)]) -> Vec<char> {
    let mut out: Vec<char> = Vec::with_capacity(parts.len());
    let mut letter: Option<usize> = None;
    let mut last_class = 0;
    for &(c, class) in parts {
        if let Some(index) = letter {
            let blocked = out.len() > index + 1 && last_class >= class;
            if let Some(joined) = compose(out[index], c).filter(|_| !blocked) {
                out[index] = joined;
                continue;
            }
        }
        if class == 0 {
            letter = Some(out.len());
        }
        last_class = class;
        out.push(c);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use unicode_normalization::UnicodeNormalization;

    #[test]
    fn every_character_alone_and_after_a_letter() {
        for c in '\0'..=char::MAX {
            for text in [String::from(c), format!("e{c}\u{301}")] {
                assert_eq!(nfc(&text), text.nfc().collect::<String>(), "{text:?}");
            }
        }
    }

    #[test]
    fn sequences_of_letters_and_marks() {
        // Latin, Hangul, Hebrew, musical notes, Bengali, Oriya, and characters that never come back.
        let letters = "ab ç가\u{1100}\u{1161}\u{11a8}\u{2126}\u{9c7}\u{b47}\u{fb1d}\u{f900}\u{1d158}";
        let marks = "\u{300}\u{301}\u{308}\u{323}\u{327}\u{345}\u{5b0}\u{9be}\u{b3e}\u{1d165}";
        let alphabet: Vec<char> = letters.chars().chain(marks.chars()).collect();
        let mut state = 1_u32;
        let mut below = |limit: usize| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) as usize % limit
        };
        for _ in 0..20_000 {
            let length = 1 + below(9);
            let text: String = (0..length).map(|_| alphabet[below(alphabet.len())]).collect();
            assert_eq!(nfc(&text), text.nfc().collect::<String>(), "{text:?}");
        }
    }

    #[test]
    fn a_pile_of_marks_takes_no_longer_than_it_should() {
        let text: String =
            std::iter::once('a').chain("\u{301}\u{323}".chars().cycle().take(200_000)).collect();
        assert_eq!(nfc(&text).chars().next(), Some('ạ'));
    }
}
