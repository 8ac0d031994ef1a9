//! Whether a text is German at all, as far as its most frequent words tell.

use crate::text::letter_costs;
use std::ops::ControlFlow;

/// Frequent German words that are no frequent English ones ("in", "an", "war", "die" and the like are both
/// and left out).
const GERMAN: [&str; 48] = [
    "der", "das", "und", "ist", "nicht", "ich", "du", "er", "sie", "es", "wir", "ihr", "ein", "eine",
    "einen", "einem", "einer", "mit", "von", "zu", "den", "dem", "des", "auf", "für", "sich", "auch", "sind",
    "mein", "meine", "dein", "deine", "kein", "keine", "wie", "wenn", "aber", "noch", "nur", "im", "am",
    "zum", "zur", "mir", "mich", "dir", "dich", "doch",
];
/// Frequent English words that are no German ones.
const ENGLISH: [&str; 44] = [
    "the", "and", "of", "to", "is", "that", "it", "you", "he", "she", "we", "they", "for", "on", "with",
    "as", "are", "this", "have", "has", "from", "or", "by", "but", "not", "what", "there", "can", "which",
    "their", "your", "my", "me", "do", "if", "were", "been", "would", "when", "who", "how", "don't", "i'm",
    "i",
];
/// Words that neither language has, and others use all the time: French, Spanish, Italian, Dutch.
const OTHERS: [&str; 52] = [
    "je", "tu", "nous", "vous", "les", "une", "est", "pas", "que", "qui", "dans", "pour", "mon", "avec",
    "sur", "et", "mais", "el", "los", "las", "una", "por", "para", "con", "yo", "mi", "te", "como", "pero",
    "y", "il", "che", "non", "di", "sono", "della", "io", "ti", "mio", "è", "ik", "je", "jij", "het", "een",
    "niet", "van", "en", "dat", "hou", "mijn", "zijn",
];
/// A line that is cheaper by so many half bits as English is English: of 1000 German ones two are, and 98 in 100 English.
const ENGLISH_MARGIN: u32 = 12;
/// Words of no language cost more half bits a letter than this; German costs 6, English taken for German 8.
const NO_WORDS: f64 = 9.5;
/// A line with fewer letters may be a name.
const LONG_ENOUGH: u32 = 6;
/// Fewer hits than this prove nothing.
const ENOUGH: usize = 3;

/// What a text looks like when it does not look German.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Foreign {
    /// Most letters are of another script.
    Script,
    /// English words, and hardly a German one.
    English,
}

/// Why `text` is probably not German; `None` if it may be, in doubt too.
pub fn foreign(text: &str) -> Option<Foreign> {
    let letters = || text.chars().filter(|c| c.is_alphabetic());
    let other = letters().filter(|&c| !is_latin(c)).count();
    if 2 * other > letters().count() {
        return Some(Foreign::Script);
    }
    let (mut german, mut english) = (0, 0);
    let words = text.split(|c: char| !(c.is_alphabetic() || matches!(c, '\'' | '’')));
    let _ = words.filter(|word| !word.is_empty()).try_for_each(|word| {
        let word = word.to_lowercase().replace('’', "'");
        german += usize::from(GERMAN.contains(&word.as_str()) || word.contains(['ä', 'ö', 'ü', 'ß']));
        english += usize::from(ENGLISH.contains(&word.as_str()));
        // A long text need not be read to its end.
        if german + english < 1000 { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    });
    (english >= ENOUGH && english > 4 * german).then_some(Foreign::English)
}

/// Why a single line is probably not German, as the end of a sentence that begins with "This line"; `None` in doubt. It
/// goes by the letters, where [`foreign`] finds too few words it knows.
pub fn not_german(line: &str) -> Option<&'static str> {
    let costs = letter_costs(line);
    let (german, others) = known_words(line);
    if let Some(Foreign::Script) = foreign(line) {
        Some("is not written in Latin letters")
    } else if german > 0 {
        None
    } else if f64::from(costs.german) > NO_WORDS * f64::from(costs.symbols) && costs.symbols >= LONG_ENOUGH {
        // English is dear as well, but much less so to those who speak it.
        let is_english = costs.english + ENGLISH_MARGIN <= costs.german && costs.english < 8 * costs.symbols;
        Some(if is_english { "looks English" } else { "does not look like words" })
    } else if others >= 2 {
        Some("does not look German")
    } else {
        (costs.german >= costs.english + ENGLISH_MARGIN).then_some("looks English")
    }
}

/// How many words of a line are frequent in German, and how many in other languages but not in English.
fn known_words(line: &str) -> (usize, usize) {
    let words = line.split(|c: char| !c.is_alphabetic()).map(str::to_lowercase);
    words.fold((0, 0), |(german, others), word| {
        (
            german + usize::from(GERMAN.contains(&word.as_str())),
            others + usize::from(OTHERS.contains(&word.as_str())),
        )
    })
}

/// Letters that languages written in Latin script use.
fn is_latin(c: char) -> bool {
    matches!(c, 'A'..='Z' | 'a'..='z' | '\u{aa}' | '\u{ba}' | '\u{c0}'..='\u{24f}' | '\u{1e00}'..='\u{1eff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn german_is_not_foreign() {
        for text in [
            "",
            "123 !?",
            "Ja.",
            "Das Wandern ist des Müllers Lust, das Wandern!",
            "Am Brunnen vor dem Tore, da steht ein Lindenbaum",
            "Er sagte: \"It is time to go, my friend.\" Und ich ging mit ihm, denn es war spät.",
            "Computer Software Internet",
            "Bruder Jakob, Bruder Jakob, schläfst du noch?",
        ] {
            assert_eq!(foreign(text), None, "{text}");
        }
    }

    #[test]
    fn other_languages_are_noticed() {
        assert_eq!(foreign("我们今天去公园。"), Some(Foreign::Script));
        assert_eq!(foreign("Привет, как дела? ok"), Some(Foreign::Script));
        assert_eq!(foreign("I would like to know what you think of this"), Some(Foreign::English));
        assert_eq!(foreign("You can get it if you really want, but you must try"), Some(Foreign::English));
    }
    #[test]
    fn case_39_lines_that_are_not_german_are_noticed() {
        for line in [
            "aösldkf aösldkf",
            "AAAAAAAAAAAAAAAA",
            "The river runs away",
            "I love you.",
            "Je t'aime, mon amour, et la vie est belle.",
            "No me digas que no, mi corazón",
            "Ik hou van jou en jij van mij",
            "我们今天去公园。",
        ] {
            assert!(not_german(line).is_some(), "{line}");
        }
        for line in [
            "",
            "Ja.",
            "Tom bat Maria um Hilfe.",
            "Der Computer ist cool",
            "Lalala",
            "Halleluja!",
            "Ich liebe dich",
            "Am Brunnen vor dem Tore",
            "Es war ein König in Thule",
            "Du, du liegst mir im Herzen",
        ] {
            assert_eq!(not_german(line), None, "{line}");
        }
    }
}
