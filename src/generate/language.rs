//! Whether a text is German at all, as far as its most frequent words tell.

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
}
