//! Unicode normalisation (Unicode Standard Annex #15) and combining marks.
//!
//! Browsers already have these tables, which would make up a twelfth of the page's download; native builds
//! use a crate.

/// No character below this is a mark or composes with another character below it.
const FIRST_MARK: char = '\u{300}';

/// Converts `text` to normalisation form C: `a` and a combining diaeresis become `ä`.
pub(super) fn nfc(text: &str) -> String {
    match text.chars().all(|c| c < FIRST_MARK) {
        true => text.to_owned(),
        false => tables::nfc(text),
    }
}

/// The canonical decomposition of a character: `ä` becomes `a` and a combining diaeresis.
pub(super) fn decomposed(c: char) -> String {
    if c.is_ascii() { c.to_string() } else { tables::decomposed(c) }
}

/// Whether `c` is a mark that belongs to the previous letter (`\p{M}`).
pub(super) fn is_mark(c: char) -> bool {
    c >= FIRST_MARK && tables::is_mark(c)
}

#[cfg(not(target_arch = "wasm32"))]
mod tables {
    use unicode_normalization::UnicodeNormalization;

    pub use unicode_normalization::char::is_combining_mark as is_mark;

    pub fn nfc(text: &str) -> String {
        text.nfc().collect()
    }

    pub fn decomposed(c: char) -> String {
        std::iter::once(c).nfd().collect()
    }
}

#[cfg(target_arch = "wasm32")]
mod tables {
    use js_sys::{JsString, RegExp};

    thread_local! {
        static MARK: RegExp = RegExp::new(r"^\p{M}", "u");
    }

    pub fn nfc(text: &str) -> String {
        JsString::from(text).normalize("NFC").into()
    }

    pub fn decomposed(c: char) -> String {
        JsString::from(c).normalize("NFD").into()
    }

    pub fn is_mark(c: char) -> bool {
        MARK.with(|mark| mark.test(c.encode_utf8(&mut [0; 4])))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_are_composed_decomposed_and_told_from_marks() {
        for (composed, parts) in [("ä", "a\u{308}"), ("ệ", "e\u{323}\u{302}"), ("가", "\u{1100}\u{1161}")]
        {
            assert_eq!(nfc(parts), composed);
            assert_eq!(nfc(composed), composed);
            assert_eq!(decomposed(composed.chars().next().unwrap()), parts);
        }
        assert_eq!(nfc("a\u{302}\u{323}"), "ậ", "marks stand in the order of their classes");
        assert_eq!(decomposed('x'), "x");
        assert!(is_mark('\u{308}') && is_mark('\u{903}') && is_mark('\u{20dd}'));
        assert!(!is_mark('ä') && !is_mark('…') && !is_mark('가'));
    }
}
