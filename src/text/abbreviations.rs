//! German and English abbreviations, after which a full stop does not, or not always, end a sentence.

/// Whether a full stop after a word ends the sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Abbreviation {
    /// It ends the sentence.
    None,
    /// `No. 5`, but "No. I won't.": does not end the sentence before a digit.
    Number,
    /// Never ends the sentence: `Dr.`, `z.B.`
    Always,
    /// A single letter, as in `J. S. Bach` or `z. B.`; sometimes the last word (`Plan B.`).
    Initial,
    /// Ends the sentence if the next word often starts one: `usw.`, `am 3. Mai`, `etc.`
    Sometimes,
}

/// In lower case, without the final full stop; sorted.
const ALWAYS: &[&str] = &[
    "bzw", "ca", "capt", "col", "d.h", "dipl", "dr", "e.g", "engl", "evtl", "exkl", "fr", "frl", "frz",
    "geb", "gen", "ggf", "gov", "hl", "hr", "hrn", "hrsg", "i.e", "inkl", "kgl", "lt", "messrs", "mlle",
    "mme", "mr", "mrs", "ms", "mx", "nr", "prof", "rev", "sgt", "sr", "st", "vgl", "vs", "z.b", "zzgl",
];

/// Likewise. "Jan." may also be a name, "Art." an ordinary word.
const SOMETIMES: &[&str] = &[
    "abb", "abs", "abt", "approx", "apr", "art", "aufl", "aug", "bd", "betr", "co", "corp", "dec", "dept",
    "dez", "dt", "ed", "est", "etc", "feb", "ff", "fig", "gest", "hon", "inc", "ing", "jan", "jh", "jhd",
    "jr", "jun", "kap", "lat", "ltd", "mio", "mrd", "mt", "nov", "oct", "okt", "rep", "sen", "sept", "sog",
    "std", "str", "tel", "usf", "usw", "verh", "vol", "ziff",
];

/// Words that are rarely capitalised inside a sentence and often start one.
const BEGINNINGS: &[&str] = &[
    "a", "aber", "after", "all", "als", "also", "am", "an", "and", "at", "auch", "auf", "bei", "but", "da",
    "damals", "danach", "dann", "das", "dein", "deine", "dem", "den", "denn", "der", "deshalb", "die",
    "dies", "diese", "dieser", "dieses", "do", "doch", "dort", "du", "ein", "eine", "einer", "er", "es",
    "for", "gestern", "he", "her", "heute", "hier", "his", "how", "i", "ich", "if", "ihr", "ihre", "im",
    "in", "is", "it", "its", "ja", "jetzt", "kein", "keine", "man", "mein", "meine", "mit", "my", "nach",
    "nein", "nicht", "no", "noch", "now", "nun", "nur", "ob", "oder", "on", "our", "sein", "seine", "she",
    "sie", "so", "that", "the", "their", "then", "there", "these", "they", "this", "those", "trotzdem", "um",
    "und", "unser", "unsere", "von", "wann", "war", "warum", "was", "we", "weil", "wenn", "wer", "what",
    "when", "where", "who", "why", "wie", "wir", "wo", "yes", "you", "your", "zu", "zum", "zur",
];

/// What a full stop after `word` can mean.
pub fn kind_of(word: &str) -> Abbreviation {
    let lower = word.to_lowercase();
    let in_list = |list: &[&str]| list.binary_search(&lower.as_str()).is_ok();
    let letters = word.chars().count();
    if letters == 1 && word.contains(char::is_alphabetic) {
        Abbreviation::Initial
    } else if lower == "no" {
        Abbreviation::Number
    } else if in_list(ALWAYS) {
        Abbreviation::Always
    } else if in_list(SOMETIMES) || is_dotted(word) || is_ordinal(word) {
        Abbreviation::Sometimes
    } else {
        Abbreviation::None
    }
}

/// Whether `word` often starts a sentence.
pub fn begins_sentence(word: &str) -> bool {
    BEGINNINGS.binary_search(&word.to_lowercase().as_str()).is_ok()
}

/// Single letters separated by full stops: `u.s.w`, `p.m`, `U.S`.
fn is_dotted(word: &str) -> bool {
    let letter = |part: &str| part.chars().count() == 1 && part.contains(char::is_alphabetic);
    word.contains('.') && word.split('.').all(letter)
}

/// One or two digits, or a Roman numeral: `am 3. Mai`, `Ludwig XIV.`
fn is_ordinal(word: &str) -> bool {
    let digits = word.bytes().all(|byte| byte.is_ascii_digit());
    let roman = word.bytes().all(|byte| b"IVXLCDM".contains(&byte));
    !word.is_empty() && ((digits && word.len() <= 2) || roman)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_sorted_for_binary_search() {
        for list in [ALWAYS, SOMETIMES, BEGINNINGS] {
            if let Some(pair) = list.windows(2).find(|pair| pair[0] >= pair[1]) {
                panic!("{:?} stands before {:?}", pair[0], pair[1]);
            }
        }
    }

    #[test]
    fn kinds() {
        for (word, expected) in [
            ("Dr", Abbreviation::Always),
            ("z.B", Abbreviation::Always),
            ("B", Abbreviation::Initial),
            ("usw", Abbreviation::Sometimes),
            ("u.s.w", Abbreviation::Sometimes),
            ("31", Abbreviation::Sometimes),
            ("XIV", Abbreviation::Sometimes),
            ("1990", Abbreviation::None),
            ("No", Abbreviation::Number),
            ("Haus", Abbreviation::None),
            ("", Abbreviation::None),
        ] {
            assert_eq!(kind_of(word), expected, "{word}");
        }
    }
}
