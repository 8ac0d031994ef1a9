//! Detects text that is probably not German, mostly by frequent words.

use crate::text::letter_costs;
use std::ops::ControlFlow;

/// Frequent German words that are not also frequent in English ("in", "an", "war", "die" and the like are
/// left out).
const GERMAN: [&str; 48] = [
    "der", "das", "und", "ist", "nicht", "ich", "du", "er", "sie", "es", "wir", "ihr", "ein", "eine",
    "einen", "einem", "einer", "mit", "von", "zu", "den", "dem", "des", "auf", "für", "sich", "auch", "sind",
    "mein", "meine", "dein", "deine", "kein", "keine", "wie", "wenn", "aber", "noch", "nur", "im", "am",
    "zum", "zur", "mir", "mich", "dir", "dich", "doch",
];
/// More German words, used by [`not_german`] only: [`foreign`] decides how a model reads a text, so its list
/// must not change.
const MORE_GERMAN: [&str; 14] =
    ["um", "bei", "nach", "vor", "aus", "hat", "habe", "haben", "ja", "nein", "ach", "wo", "ob", "als"];
/// Frequent English words that are not German ones.
const ENGLISH: [&str; 44] = [
    "the", "and", "of", "to", "is", "that", "it", "you", "he", "she", "we", "they", "for", "on", "with",
    "as", "are", "this", "have", "has", "from", "or", "by", "but", "not", "what", "there", "can", "which",
    "their", "your", "my", "me", "do", "if", "were", "been", "would", "when", "who", "how", "don't", "i'm",
    "i",
];
/// Frequent words of French, Spanish, Italian and Dutch that neither German nor English has.
const OTHERS: [&str; 50] = [
    "je", "tu", "nous", "vous", "les", "une", "est", "pas", "que", "qui", "dans", "pour", "mon", "avec",
    "sur", "et", "mais", "el", "una", "por", "para", "con", "yo", "mi", "te", "como", "pero", "y", "il",
    "che", "non", "di", "sono", "della", "io", "ti", "mio", "è", "ik", "je", "jij", "het", "een", "niet",
    "van", "en", "dat", "hou", "mijn", "zijn",
];
/// A line without a frequent word of either language counts as English if English letters cost this many half
/// bits less. On the dev texts this misjudges 2 of 5,415 German lines and recognises 97% of as many English
/// ones.
const ENGLISH_MARGIN: u32 = 16;
/// The margin for a line with a frequent English word.
const ENGLISH_MARGIN_WITH_WORD: u32 = 8;
/// Text in neither language costs more half bits per letter than this under both; text in its own language
/// costs 6.
const NO_WORDS: f64 = 9.5;
/// A line with fewer letters may be a name.
const LONG_ENOUGH: u32 = 6;
/// With fewer hits than this, the result is undecided.
const ENOUGH: usize = 3;

/// What a text that does not look German looks like instead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Foreign {
    /// Most letters belong to another script.
    Script,
    /// English words and hardly any German ones.
    English,
}

/// Why `text` is probably not German; `None` if it may be German, or in doubt.
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
        // A prefix is enough to judge a long text.
        if german + english < 1000 { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    });
    (english >= ENOUGH && english > 4 * german).then_some(Foreign::English)
}

/// Why a single line is probably not German, phrased to follow "This line"; `None` in doubt. Uses letter
/// statistics for lines in which [`foreign`] would find too few known words.
pub fn not_german(line: &str) -> Option<&'static str> {
    let costs = letter_costs(line);
    let words: Vec<String> = line.split(|c: char| !c.is_alphabetic()).map(str::to_lowercase).collect();
    let known = |list: &[&str]| words.iter().filter(|word| list.contains(&word.as_str())).count();
    let margin = if known(&ENGLISH) > 0 { ENGLISH_MARGIN_WITH_WORD } else { ENGLISH_MARGIN };
    let is_english = costs.german >= costs.english + margin;
    if let Some(Foreign::Script) = foreign(line) {
        Some("is not written in Latin letters")
    } else if known(&GERMAN) + known(&MORE_GERMAN) > 0 {
        None
    } else if f64::from(costs.german.min(costs.english)) > NO_WORDS * f64::from(costs.symbols)
        && costs.symbols >= LONG_ENOUGH
    {
        Some("does not look like words")
    } else if known(&OTHERS) >= 2 {
        Some("does not look German")
    } else {
        is_english.then_some("looks English")
    }
}

/// Latin letters, including those of the extended blocks.
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
