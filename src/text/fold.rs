//! Respells the typographic characters people type with the plain characters a model knows.

use super::unicode::{decomposed, is_mark, nfc};

/// Respells every character rejected by `keep` for which there is a plain spelling accepted by `keep`: curly
/// quotes become straight, accents are removed, `ä` becomes `ae`, `–` becomes `-`, a tab becomes a space,
/// `\r\n` one line break. Invisible characters (soft hyphen, zero-width characters, byte order mark) are
/// removed. A character without such a spelling stays, so that the caller can report it.
///
/// ```
/// let ascii = |c: char| c.is_ascii_graphic() || c == ' ' || c == '\n';
/// assert_eq!(liedwerk::text::fold("“Café” – für dich…", ascii), "\"Cafe\" - fuer dich...");
/// ```
pub fn fold(text: &str, keep: impl Fn(char) -> bool) -> String {
    folded(text, &keep)
}

/// Not generic, so that the page downloads only one copy of this code.
fn folded(text: &str, keep: &dyn Fn(char) -> bool) -> String {
    let mut out = String::with_capacity(text.len());
    let mut after_return = false;
    // NFC first: `a` followed by a combining diaeresis is the same letter as `ä`.
    for c in nfc(text).chars() {
        let second_half_of_break = after_return && c == '\n';
        after_return = c == '\r' && !keep(c);
        if second_half_of_break {
            continue;
        }
        if keep(c) {
            out.push(c);
        } else if let Some(spelling) = respell(c).filter(|s| s.chars().all(keep)) {
            out.push_str(&spelling);
        } else {
            out.push(c);
        }
    }
    out
}

/// The plain spelling of a character; `None` if there is none.
fn respell(c: char) -> Option<String> {
    let spelling = match c {
        '‘' | '’' | '‚' | '‛' | '‹' | '›' | '´' | '`' | 'ʼ' | '′' => "'",
        '“' | '”' | '„' | '‟' | '«' | '»' | '″' => "\"",
        '‐' | '‑' | '‒' | '–' | '—' | '―' | '−' => "-",
        '…' => "...",
        '[' | '{' => "(",
        ']' | '}' => ")",
        '&' => "and",
        'ä' => "ae",
        'ö' => "oe",
        'ü' => "ue",
        'Ä' => "Ae",
        'Ö' => "Oe",
        'Ü' => "Ue",
        'ß' => "ss",
        'ẞ' => "SS",
        'æ' => "ae",
        'Æ' => "Ae",
        'œ' => "oe",
        'Œ' => "Oe",
        'ø' => "o",
        'Ø' => "O",
        'ł' => "l",
        'Ł' => "L",
        'đ' | 'ð' => "d",
        'Đ' | 'Ð' => "D",
        'þ' => "th",
        'Þ' => "Th",
        'ı' => "i",
        'ﬀ' => "ff",
        'ﬁ' => "fi",
        'ﬂ' => "fl",
        'ﬃ' => "ffi",
        'ﬄ' => "ffl",
        'ﬅ' | 'ﬆ' => "st",
        '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}' => "\n",
        '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}' | '\u{fe00}'..='\u{fe0f}' => "",
        c if c.is_whitespace() => " ",
        c => return without_marks(c),
    };
    Some(spelling.to_owned())
}

/// Removes accents and other marks, and makes full-width letters narrow: `é` becomes `e`, `Ａ` becomes `A`.
///
/// Uses canonical decomposition only: the tables for compatibility decomposition would be a tenth of the
/// page.
fn without_marks(c: char) -> Option<String> {
    let c = match c {
        '！'..='～' => char::from_u32(u32::from(c) - 0xfee0)?,
        c => c,
    };
    let plain: String = decomposed(c).chars().filter(|&part| !is_mark(part)).collect();
    (!plain.is_empty()).then_some(plain)
}
