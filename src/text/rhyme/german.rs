//! German sounds derived from spelling, old or new.
//!
//! Each sound is one character: `aeiouyq` are long vowels (`y` is ü, `q` is ö), `AEIOUYQ` the same vowels
//! short, `1` ei, `2` au, `3` eu, `@` the e of *Liebe*; consonants are written as their letters, with `S` for
//! sch, `x` for ch, `N` for ng, `z` for the s of *Rose*. At the end of a syllable `b d g` become `p t k`.

use super::sound::{self, Sound};

/// Endings whose e is unstressed if another vowel precedes them.
const WEAK_ENDINGS: [&str; 36] = [
    "e", "en", "er", "el", "em", "es", "et", "est", "end", "ern", "eln", "erst", "elst", "elt", "ert", "ens",
    "ers", "els", "ends", "erts", "ende", "enden", "ender", "endes", "ere", "eren", "erer", "eres", "erem",
    "ele", "elen", "ene", "enen", "ener", "este", "esten",
];
/// Word endings that look weak but are not.
const STRONG_ENDS: [&str; 30] = [
    "welt", "zelt", "feld", "geld", "held", "fest", "nest", "rest", "test", "west", "best", "herd", "wert",
    "konzert", "pferd", "gebet", "paket", "planet", "poet", "komet", "duett", "hotel", "juwel", "kamel",
    "pastell", "model", "system", "problem", "bequem", "extrem",
];
/// Unstressed prefixes.
const PREFIXES: [&str; 9] = ["be", "ge", "er", "ver", "zer", "ent", "emp", "miss", "miß"];
/// Endings with a full vowel that is unstressed if another vowel precedes it.
const LIGHT_ENDS: [&str; 18] = [
    "ung", "ig", "lich", "isch", "nis", "niß", "ing", "erin", "gin", "tin", "din", "um", "us", "or", "a",
    "o", "i", "u",
];
/// Words with a short vowel although they end in a single consonant, or in ß.
const SHORT: [&str; 62] = [
    "an", "in", "im", "am", "um", "ab", "ob", "mit", "hat", "man", "das", "was", "es", "bis", "von", "vom",
    "zum", "weg", "bin", "hin", "drin", "darin", "worin", "daran", "woran", "heran", "dahin", "wohin",
    "davon", "wovon", "herum", "darum", "warum", "drum", "daß", "muß", "laß", "naß", "haß", "kuß", "fluß",
    "schluß", "genuß", "gewiß", "biß", "riß", "schuß", "roß", "schloß", "goß", "nuß", "blaß", "faß", "paß",
    "wußt", "mußt", "des", "wes", "hab", "grab", "bus", "zug",
];

/// A vowel of a word and the position of its letters.
struct Vowel {
    start: usize,
    end: usize,
    sound: char,
}

impl Vowel {
    fn is_one_letter(&self) -> bool {
        self.end == self.start + 1
    }
}

/// The sound of a word by the rules; `None` if it has no vowel.
pub fn sound(word: &str) -> Option<Sound> {
    let letters: Vec<char> = spelled(word);
    let vowels = vowels(&letters);
    let stressed = stressed(&letters, &vowels)?;
    let mut rhyme = String::new();
    for (at, vowel) in vowels.iter().enumerate().skip(stressed) {
        let next = vowels.get(at + 1);
        let weak = at > stressed && vowel.sound.eq_ignore_ascii_case(&'e');
        rhyme.push(if weak { '@' } else { vowel.sound });
        let coda: String = letters[vowel.end..next.map_or(letters.len(), |next| next.start)].iter().collect();
        rhyme.push_str(&consonants(&coda, next.is_some()));
    }
    let first = vowels[stressed].start;
    let before = vowels[..stressed].last().map_or(0, |vowel| vowel.end);
    let onset = consonants(&letters[before..first].iter().collect::<String>(), true);
    // "sehen" is sung as "sehn".
    let rhyme = if rhyme.len() == 3 && rhyme.ends_with("@n") { rhyme.replace('@', "") } else { rhyme };
    Some(Sound { onset, rhyme, syllables: vowels.len() })
}

/// Number of syllables; at least one.
pub fn syllables(word: &str) -> usize {
    vowels(&spelled(word)).len().max(1)
}

fn spelled(word: &str) -> Vec<char> {
    word.to_lowercase().chars().filter(|c| c.is_alphabetic()).collect()
}

fn is_letter_of_vowel(c: char) -> bool {
    "aeiouäöüyáàâéèêíóôú".contains(c)
}

fn vowels(letters: &[char]) -> Vec<Vowel> {
    const PAIRS: [(&str, char); 13] = [
        ("ei", '1'),
        ("ai", '1'),
        ("ey", '1'),
        ("ay", '1'),
        ("au", '2'),
        ("eu", '3'),
        ("äu", '3'),
        ("oi", '3'),
        ("oy", '3'),
        ("ie", 'i'),
        ("ee", 'e'),
        ("aa", 'a'),
        ("oo", 'o'),
    ];
    let mut found = Vec::new();
    let mut at = 0;
    while at < letters.len() {
        let c = letters[at];
        // "qu" is kw, and a y before a vowel is j.
        let consonant = c == 'u' && at > 0 && letters[at - 1] == 'q'
            || c == 'y' && letters.get(at + 1).is_some_and(|&next| is_letter_of_vowel(next));
        if !is_letter_of_vowel(c) || consonant {
            at += 1;
            continue;
        }
        let pair: String = letters[at..].iter().take(2).collect();
        let (mut sound, mut end) = match PAIRS.iter().find(|(spelling, _)| *spelling == pair) {
            Some(&(_, sound)) => (sound, at + 2),
            None => (single(c), at + 1),
        };
        // The silent h of "Reh", "ihn", "früher".
        if letters.get(end) == Some(&'h') {
            end += 1;
        } else if end == at + 1 && is_short(letters, end) {
            sound = sound.to_ascii_uppercase();
        }
        found.push(Vowel { start: at, end, sound });
        at = end;
    }
    found
}

fn single(c: char) -> char {
    match c {
        'ä' | 'é' | 'è' | 'ê' => 'e',
        'á' | 'à' | 'â' => 'a',
        'ó' | 'ô' => 'o',
        'ö' => 'q',
        'ü' | 'y' => 'y',
        'í' => 'i',
        'ú' => 'u',
        c => c,
    }
}

/// Whether the vowel before the letters from `end` on is short: two consonants follow, or one in a small
/// word.
fn is_short(letters: &[char], end: usize) -> bool {
    let word: String = letters.iter().collect();
    let coda: String = letters[end..].iter().take_while(|&&c| !is_letter_of_vowel(c)).collect();
    let last = end + coda.chars().count() == letters.len();
    match coda.as_str() {
        "" => false,
        "ß" | "ch" | "st" if !last => false,
        "x" | "ch" => true,
        coda if coda.chars().count() == 1 => last && SHORT.contains(&word.as_str()),
        // "liebst", "lebt", "Jagd": an ending does not shorten a vowel.
        "gt" | "bt" | "gst" | "bst" | "gs" | "bs" | "gd" => false,
        _ => true,
    }
}

/// Index of the vowel with which the rhyme starts.
fn stressed(letters: &[char], vowels: &[Vowel]) -> Option<usize> {
    let word: String = letters.iter().collect();
    let mut last = vowels.len().checked_sub(1)?;
    let strong = STRONG_ENDS.iter().any(|end| word.ends_with(end));
    // Skip weak syllables from the end.
    while last > 0 && !strong && letters[vowels[last].start] == 'e' && vowels[last].is_one_letter() {
        let tail: String = letters[vowels[last].start..].iter().collect();
        let after_prefix =
            last == 1 && is_prefix(letters, vowels) && !["e", "en", "er", "el"].contains(&&*tail);
        if after_prefix || !WEAK_ENDINGS.contains(&tail.as_str()) {
            break;
        }
        last -= 1;
    }
    let ends_light = last + 1 == vowels.len()
        && vowels[last].is_one_letter()
        && LIGHT_ENDS.iter().any(|end| word.ends_with(end));
    if ends_light && last > 0 && !(last == 1 && is_prefix(letters, vowels)) {
        // Do not move back to a weak e: "Wanderung" keeps its last syllable.
        let weak = last > 1 && letters[vowels[last - 1].start] == 'e' && vowels[last - 1].is_one_letter();
        last -= usize::from(!weak);
    }
    Some(last)
}

/// Whether everything before the second vowel is an unstressed prefix.
fn is_prefix(letters: &[char], vowels: &[Vowel]) -> bool {
    let word: String = letters.iter().collect();
    let second = vowels[1].start;
    PREFIXES.iter().any(|prefix| {
        let length = prefix.chars().count();
        word.starts_with(prefix) && length > vowels[0].start && length <= second
    })
}

/// The sounds of the consonants after a vowel; `inner` if another vowel follows.
fn consonants(letters: &str, inner: bool) -> String {
    const SPELLINGS: [(&str, &str); 26] = [
        ("tzsch", "C"),
        ("tsch", "C"),
        ("sch", "S"),
        ("chs", "ks"),
        ("cks", "ks"),
        ("ch", "x"),
        ("ck", "k"),
        ("dt", "t"),
        ("th", "t"),
        ("tz", "c"),
        ("ts", "c"),
        ("zz", "c"),
        ("ph", "f"),
        ("ng", "N"),
        ("nk", "Nk"),
        ("qu", "kv"),
        ("ss", "s"),
        ("ß", "s"),
        ("z", "c"),
        ("c", "k"),
        ("v", "f"),
        ("w", "v"),
        ("x", "ks"),
        ("y", "j"),
        ("q", "k"),
        ("h", ""),
    ];
    let mut sounds = String::new();
    let mut rest = letters;
    while let Some(c) = rest.chars().next() {
        let (sound, length) = match SPELLINGS.iter().find(|(spelling, _)| rest.starts_with(spelling)) {
            // The h of "Haus"; any other h only lengthens a vowel.
            _ if c == 'h' && inner && rest.len() == 1 => ("h".to_owned(), 1),
            Some((spelling, sound)) => ((*sound).to_owned(), spelling.len()),
            None if c == 's' && inner && rest.len() == 1 => ("z".to_owned(), 1),
            None => (c.to_string(), c.len_utf8()),
        };
        // A double consonant is a single sound.
        if !(sound.len() == 1 && sounds.ends_with(&sound)) {
            sounds.push_str(&sound);
        }
        rest = &rest[length..];
    }
    if inner {
        return sounds;
    }
    let hard = |c: char| match c {
        'b' => 'p',
        'd' => 't',
        'g' => 'k',
        'z' => 's',
        c => c,
    };
    // "Häng": the g of ng is not a sound of its own.
    sounds.chars().map(hard).collect()
}

/// The last syllable of a polysyllabic rhyme, if it has a full vowel: verse may stress it, too.
pub fn promoted(rhyme: &str) -> Option<&str> {
    let parts = sound::parts(rhyme, is_vowel);
    let (vowel, coda) = parts.last().filter(|(vowel, _)| parts.len() > 1 && *vowel != '@')?;
    Some(&rhyme[rhyme.len() - coda.len() - vowel.len_utf8()..])
}

/// See [`Rhyme::Near`](super::Rhyme::Near): ü with i, ö with e, eu with ei, long with short vowels, and
/// consonants that differ in voicing, as in the songs of Goethe and Heine.
pub fn are_near(a: &str, b: &str) -> bool {
    sound::differ_nearly(a, b, is_vowel, near_vowels, near_consonants)
}

fn near_vowels(a: char, b: char, _stressed: bool) -> bool {
    let (long_a, long_b) = (a.to_ascii_lowercase(), b.to_ascii_lowercase());
    let unrounded = |c: char| match c {
        'y' => 'i',
        'q' => 'e',
        '3' => '1',
        c => c,
    };
    long_a == long_b || unrounded(long_a) == unrounded(long_b) && a.is_lowercase() == b.is_lowercase()
}

fn near_consonants(a: &str, b: &str, last: bool) -> bool {
    let soft = |c: char| match c {
        'b' => 'p',
        'd' => 't',
        'g' | 'x' => 'k',
        'z' => 's',
        'm' => 'n',
        'v' => 'f',
        c => c,
    };
    let (a, b): (String, String) = (a.chars().map(soft).collect(), b.chars().map(soft).collect());
    // "Liebe" with "trieben", "Morgen" with "Sorge".
    let one_more = |long: &str, short: &str| last && long.strip_suffix(['n', 's', 't']) == Some(short);
    a == b || one_more(&a, &b) || one_more(&b, &a)
}

fn is_vowel(c: char) -> bool {
    "aeiouyqAEIOUYQ123@".contains(c)
}
