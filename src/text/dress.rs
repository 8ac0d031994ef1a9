//! Strips formatting that a translator has not learned to read (Markdown and HTML marks, list numbers, all
//! capitals) before translating, and restores it afterwards.

use super::reading::plain_line;
use std::borrow::Cow;

/// Marks that enclose words, longer ones first.
const PAIRS: [(&str, &str); 12] = [
    ("**", "**"),
    ("__", "__"),
    ("~~", "~~"),
    ("*", "*"),
    ("_", "_"),
    ("`", "`"),
    ("<b>", "</b>"),
    ("<i>", "</i>"),
    ("<u>", "</u>"),
    ("<em>", "</em>"),
    ("<strong>", "</strong>"),
    ("<p>", "</p>"),
];
/// The first entries of `PAIRS`: Markdown marks that do not occur in ordinary sentences.
const MARKS: usize = 3;
/// Index of the first HTML tag in `PAIRS`.
const TAGS: usize = 6;
/// With fewer letters, capitals are an abbreviation rather than shouting.
const SHOUTED: usize = 4;

/// The formatting removed from a line.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Dress {
    before: String,
    after: String,
    capitals: bool,
}

impl Dress {
    /// Returns the line as a translator reads it, and the formatting removed. Also turns all kinds of spaces
    /// into plain ones, composes letters, and turns paired single quotation marks into double ones unless the
    /// line already has double ones.
    ///
    /// ```
    /// use liedwerk::text::Dress;
    /// let (line, dress) = Dress::off("1. **ICH LIEBE DICH.**");
    /// assert_eq!(line, "Ich liebe dich.");
    /// assert_eq!(dress.on("I love you."), "1. **I LOVE YOU.**");
    /// ```
    pub fn off(text: &str) -> (Cow<'_, str>, Self) {
        let mut dress = Self::default();
        let plain = plain_line(text);
        let mut rest = plain.trim();
        while let Some((before, inside, after)) = outermost(rest) {
            dress.before.push_str(before);
            dress.after.insert_str(0, after);
            rest = inside;
        }
        let mut line = undressed(rest);
        line = double_quoted(line.trim()).unwrap_or_else(|| line.trim().to_owned());
        if is_shouted(&line) {
            line = as_sentence(&line);
            dress.capitals = true;
        }
        if line == text { (Cow::Borrowed(text), dress) } else { (Cow::Owned(line), dress) }
    }

    /// Applies the formatting of the source to its translation.
    pub fn on(&self, translation: &str) -> String {
        let Self { before, after, capitals } = self;
        let shouted: Cow<'_, str> = if *capitals {
            translation.chars().flat_map(char::to_uppercase).collect()
        } else {
            translation.into()
        };
        format!("{before}{shouted}{after}")
    }
}

/// Splits off the outermost prefix or pair of marks as (before, inside, after); `None` if there is none or no
/// letters would be left.
fn outermost(line: &str) -> Option<(&str, &str, &str)> {
    let found =
        leading(line).map(|length| (&line[..length], &line[length..], "")).or_else(|| enclosing(line));
    found.filter(|(_, inside, _)| inside.contains(char::is_alphabetic))
}

/// Length of a list number, a bullet or a marker such as `[Chorus]`, including the space after it.
fn leading(line: &str) -> Option<usize> {
    let number = line.trim_start_matches(|c: char| c.is_ascii_digit());
    let digits = line.len() - number.len();
    let rest = if (1..=3).contains(&digits) {
        number.strip_prefix(['.', ')'])?
    } else if let Some(marked) = line.strip_prefix('[') {
        marked.split_once(']')?.1
    } else {
        line.strip_prefix(['•', '*', '#']).map(|rest| rest.trim_start_matches('#'))?
    };
    let words = rest.trim_start();
    (words.len() < rest.len()).then(|| line.len() - words.len())
}

/// A mark at both ends of the line that does not occur in between.
fn enclosing(line: &str) -> Option<(&str, &str, &str)> {
    PAIRS.iter().find_map(|&(open, close)| {
        let inside = line.strip_prefix(open)?.strip_suffix(close)?;
        (!inside.contains(open) && !inside.contains(close)).then_some((open, inside, close))
    })
}

/// Removes marks and tags inside the line; marks only if they occur in pairs.
fn undressed(line: &str) -> String {
    let mut line = line.to_owned();
    for (at, (open, close)) in PAIRS.iter().enumerate() {
        if at >= TAGS || (at < MARKS && line.matches(open).count().is_multiple_of(2)) {
            line = line.replace(open, "").replace(close, "");
        }
    }
    line
}

/// Turns `‚…‘`, `‹…›` and `›…‹` into double quotation marks: small translators lose closing single ones.
fn double_quoted(line: &str) -> Option<String> {
    if line.contains(['"', '„', '“', '”', '«', '»']) {
        return None;
    }
    let mut out = String::with_capacity(line.len());
    let mut closing = None;
    for c in line.chars() {
        match (closing, c) {
            (None, '‚' | '‹' | '›') => {
                closing = Some(match c {
                    '‚' => '‘',
                    '‹' => '›',
                    _ => '‹',
                });
                out.push('"');
            }
            (Some(mark), c) if c == mark => {
                closing = None;
                out.push('"');
            }
            _ => out.push(c),
        }
    }
    (out != line && closing.is_none()).then_some(out)
}

/// Whether all letters are capitals, and there are enough of them.
fn is_shouted(line: &str) -> bool {
    let letters = || line.chars().filter(|c| c.is_alphabetic());
    letters().all(|c| c.is_uppercase() || c == 'ß') && letters().take(SHOUTED).count() == SHOUTED
}

/// Lower-cases the line except for its first letter.
fn as_sentence(line: &str) -> String {
    let small = line.to_lowercase();
    let first = small.char_indices().find(|(_, c)| c.is_alphabetic());
    first.map_or(small.clone(), |(at, c)| {
        let (before, rest) = small.split_at(at);
        format!("{before}{}{}", c.to_uppercase(), &rest[c.len_utf8()..])
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn off(text: &str) -> String {
        Dress::off(text).0.into_owned()
    }

    #[test]
    fn plain_lines_wear_nothing() {
        for line in [
            "Ich liebe dich.",
            "„Komm zu mir“, sagte er – 'schnell'.",
            "Er geht's an, 2 * 3 = 6.",
            "Der 3. Mai",
            "USA",
            "- Ja",
            "I",
            "",
            "7",
            "[Chorus]",
            "**",
            "2024 war gut.",
        ] {
            let (found, dress) = Dress::off(line);
            assert!(matches!(found, Cow::Borrowed(_)), "{line:?} {found:?}");
            assert_eq!((dress.on("x"), dress), ("x".to_owned(), Dress::default()), "{line}");
        }
    }

    #[test]
    fn case_31_single_quotation_marks_are_balanced() {
        assert_eq!(off("‚Komm zu mir‘, sagte er."), "\"Komm zu mir\", sagte er.");
        assert_eq!(off("‹Ja›, rief sie, ›nein‹!"), "\"Ja\", rief sie, \"nein\"!");
        assert_eq!(off("‚Ja, ich hab’s"), "‚Ja, ich hab’s");
        assert_eq!(off("„Er rief ‚ja‘“"), "„Er rief ‚ja‘“");
    }

    #[test]
    fn case_32_spaces_and_letters_of_all_kinds() {
        assert_eq!(off("Ich\u{2005}liebe\u{205f}dich."), "Ich liebe dich.");
        assert_eq!(off("Er kommt z.\u{202f}B. scho\u{308}n ſpät."), "Er kommt z. B. schön spät.");
    }

    #[test]
    fn cases_36_37_capitals_are_put_on_again() {
        let (line, dress) = Dress::off("ICH LIEBE DICH, ÜBERALL!");
        assert_eq!(
            (line.as_ref(), dress.on("I love you!").as_str()),
            ("Ich liebe dich, überall!", "I LOVE YOU!")
        );
        assert_eq!(off("„HALLO“, SAGTE DIE UNESCO."), "„Hallo“, sagte die unesco.");
    }

    #[test]
    fn case_40_marks_and_numbers_are_kept_or_gone() {
        for (text, line, dressed) in [
            ("**Ich liebe dich.**", "Ich liebe dich.", "**x**"),
            ("<b>Ich liebe dich.</b>", "Ich liebe dich.", "<b>x</b>"),
            ("1. Ich liebe dich.", "Ich liebe dich.", "1. x"),
            ("12) _Ich_", "Ich", "12) _x_"),
            ("• Ich", "Ich", "• x"),
            ("## Ich", "Ich", "## x"),
            ("[Anna] Ich gehe", "Ich gehe", "[Anna] x"),
            ("Ich **liebe** <i>dich</i>.", "Ich liebe dich.", "x"),
            ("<p>Ich <b>liebe</b> dich</p>", "Ich liebe dich", "<p>x</p>"),
        ] {
            let (found, dress) = Dress::off(text);
            assert_eq!((found.as_ref(), dress.on("x").as_str()), (line, dressed));
        }
    }
}
