//! Unifies characters that look the same: line endings, spaces, composed letters; removes invisible
//! characters.

use crate::text::unicode::nfc;

/// Normalises line endings to `\n`, all kinds of spaces to plain ones, letters with accents to single
/// characters (NFC), and `ſ` and old ligatures to plain letters. Removes soft hyphens and other invisible
/// characters, except joiners, which emoji need. Keeps quotation marks and dashes.
///
/// ```
/// let text = "\u{feff}Grü\u{ad}ße\u{2005}aus u\u{308}bermu\u{308}tigem Muſik\r\nland\r";
/// assert_eq!(liedwerk::text::reading::plain(text), "Grüße aus übermütigem Musik\nland\n");
/// ```
pub fn plain(text: &str) -> String {
    spelled(&line_ends(text), '\n')
}

/// The same for a table, where only `\n` ends a line: any other line ending inside a field becomes a space.
pub(super) fn plain_table(text: &str) -> String {
    spelled(&line_ends(text), ' ')
}

/// [`plain`] for a single line: line endings become spaces.
pub fn plain_line(line: &str) -> String {
    spelled(line, ' ').replace('\n', " ")
}

/// Turns `\r\n` into `\n`, even if a program has doubled the `\r` or swapped the two; a lone `\r` only in a
/// text without other line endings.
///
/// ```
/// assert_eq!(liedwerk::text::reading::line_ends("a\r\nb\r\r\n"), "a\nb\n");
/// ```
pub fn line_ends(text: &str) -> String {
    if !text.contains('\r') {
        return text.to_owned();
    }
    let begins_with_swapped = text.find('\n').is_some_and(|at| text.find('\r') == Some(at + 1));
    if begins_with_swapped && text.matches("\n\r").count() == text.matches('\n').count() {
        return text.replace("\n\r", "\n");
    }
    let mut out = String::with_capacity(text.len());
    let lines = text.contains('\n');
    let mut returns = 0;
    for c in text.chars() {
        match c {
            '\r' => returns += 1,
            '\n' => {
                out.push('\n');
                returns = 0;
            }
            c => {
                out.extend(std::iter::repeat_n(if lines { '\r' } else { '\n' }, returns));
                returns = 0;
                out.push(c);
            }
        }
    }
    out.extend(std::iter::repeat_n('\n', returns));
    out
}

/// `line_end` replaces the rarer characters that end a line.
fn spelled(text: &str, line_end: char) -> String {
    let is_plain = |c: char| c == '\n' || c == '\t' || (' '..='~').contains(&c);
    if text.chars().all(is_plain) {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    for c in nfc(text).chars() {
        match c {
            '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}' => out.push(line_end),
            'ſ' => out.push('s'),
            'ﬀ' => out.push_str("ff"),
            'ﬁ' => out.push_str("fi"),
            'ﬂ' => out.push_str("fl"),
            'ﬃ' => out.push_str("ffi"),
            'ﬄ' => out.push_str("ffl"),
            'ﬅ' | 'ﬆ' => out.push_str("st"),
            c if is_invisible(c) => {}
            c if c.is_whitespace() && !is_plain(c) => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

/// Characters that only affect display, or nothing.
fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\0'..='\u{8}' | '\u{e}'..='\u{1f}' | '\u{7f}' | '\u{ad}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cases_19_20_22_every_line_end_is_one() {
        for text in
            ["\u{feff}a\n\nb\n", "a\n\r\n\rb\n\r", "a\r\n\r\nb\r\n", "a\r\rb\r", "a\r\r\n\r\r\nb\r\r\n"]
        {
            assert_eq!(plain(text), "a\n\nb\n", "{text:?}");
        }
        assert_eq!(plain("a\rb\nc\u{2028}d"), "a\nb\nc\nd");
    }

    #[test]
    fn case_90_a_return_inside_a_pair_is_a_space() {
        assert_eq!(plain_table("Ja\rwohl\tYes\r\nNein\tNo\n"), "Ja wohl\tYes\nNein\tNo\n");
    }

    #[test]
    fn what_is_plain_already_stays() {
        for text in ["", "Am Brunnen vor dem Tore,\n\n\tda steht ein Lindenbaum — „süß“ …", "👩\u{200d}👧"]
        {
            assert_eq!(plain(text), text);
        }
    }
}
