//! English sounds: ARPAbet, near rhymes, and guesses from spelling.

use super::sound::{self, Sound};

/// ARPAbet symbols with their one-letter forms. (`K AE1 T` is `k@t`.)
const ARPABET: [(&str, char); 39] = [
    ("AA", 'a'),
    ("AE", '@'),
    ("AH", 'A'),
    ("AO", 'c'),
    ("AW", 'W'),
    ("AY", 'Y'),
    ("EH", 'E'),
    ("ER", 'R'),
    ("EY", 'e'),
    ("IH", 'I'),
    ("IY", 'i'),
    ("OW", 'o'),
    ("OY", 'O'),
    ("UH", 'U'),
    ("UW", 'u'),
    ("B", 'b'),
    ("CH", 'C'),
    ("D", 'd'),
    ("DH", 'D'),
    ("F", 'f'),
    ("G", 'g'),
    ("HH", 'h'),
    ("JH", 'J'),
    ("K", 'k'),
    ("L", 'l'),
    ("M", 'm'),
    ("N", 'n'),
    ("NG", 'G'),
    ("P", 'p'),
    ("R", 'r'),
    ("S", 's'),
    ("SH", 'S'),
    ("T", 't'),
    ("TH", 'T'),
    ("V", 'v'),
    ("W", 'w'),
    ("Y", 'y'),
    ("Z", 'z'),
    ("ZH", 'Z'),
];
const VOWELS: &str = "a@AcWYEReIioOUu";

/// The sounds of a CMUdict pronunciation such as `D IH0 L AY1 T`. The rhyme starts at the last vowel with
/// primary or secondary stress (`moonlight` with `night`) or, as an alternative, with primary stress
/// (`tomorrow` with `sorrow`); at the last vowel if none is stressed. Empty if malformed.
pub fn sounds(phonemes: &[&str]) -> Vec<Sound> {
    let mut letters = Vec::new();
    let (mut stressed, mut primary, mut last, mut syllables) = (None, None, None, 0);
    for (at, phoneme) in phonemes.iter().enumerate() {
        let bare = phoneme.trim_end_matches(|c: char| c.is_ascii_digit());
        let Some((_, letter)) = ARPABET.iter().find(|(name, _)| *name == bare) else { return Vec::new() };
        letters.push(*letter);
        if is_vowel(*letter) {
            syllables += 1;
            last = Some(at);
            stressed = if phoneme.ends_with(['1', '2']) { last } else { stressed };
            primary = if phoneme.ends_with('1') { last } else { primary };
        }
    }
    let sound = |from: usize| {
        let before = letters[..from].iter().rev().take_while(|&&letter| !is_vowel(letter)).count();
        let onset = letters[from - before..from].iter().collect();
        Sound { onset, rhyme: letters[from..].iter().collect(), syllables }
    };
    let mut sounds: Vec<Sound> = stressed.or(last).map(sound).into_iter().collect();
    sounds.extend(primary.filter(|&at| Some(at) != stressed).map(sound));
    sounds
}

/// The last syllable of a rhyme with two unstressed syllables after the stress, which verse may stress, too.
/// (`AH` and `ER` are too weak for that.)
pub fn promoted(rhyme: &str) -> Option<&str> {
    let parts = sound::parts(rhyme, is_vowel);
    let (vowel, coda) = parts.last().filter(|(vowel, _)| parts.len() > 2 && !"AR".contains(*vowel))?;
    Some(&rhyme[rhyme.len() - coda.len() - vowel.len_utf8()..])
}

/// See [`Rhyme::Near`](super::Rhyme::Near).
pub fn are_near(a: &str, b: &str) -> bool {
    sound::differ_nearly(a, b, is_vowel, near_vowels, near_consonants)
}

/// Vowels that many speakers do not distinguish.
fn near_vowels(a: char, b: char, stressed: bool) -> bool {
    let pair = (a.min(b), a.max(b));
    pair == ('a', 'c') || !stressed && pair == ('A', 'I')
}

fn near_consonants(a: &str, b: &str, last: bool) -> bool {
    let (a, b): (String, String) = (a.chars().map(voiceless).collect(), b.chars().map(voiceless).collect());
    // A plural or past tense ending: "day" with "days", "find" with "mine".
    let longer = |long: &str, short: &str| {
        long.strip_suffix('s') == Some(short) || !short.is_empty() && long.strip_suffix('t') == Some(short)
    };
    a == b || last && (longer(&a, &b) || longer(&b, &a))
}

/// Maps consonants that differ only in voicing to one letter, and likewise the three nasals.
fn voiceless(c: char) -> char {
    match c {
        'b' => 'p',
        'd' => 't',
        'g' => 'k',
        'v' => 'f',
        'D' => 'T',
        'z' => 's',
        'Z' => 'S',
        'J' => 'C',
        'm' | 'G' => 'n',
        c => c,
    }
}

pub fn is_vowel(c: char) -> bool {
    VOWELS.contains(c)
}

/// Number of syllables of an unknown word, from its spelling; at least one.
pub fn syllables(word: &str) -> usize {
    let letters: Vec<char> = word.chars().filter(|c| c.is_alphabetic()).collect();
    let vowel = |at: usize| letters.get(at).is_some_and(|c| "aeiouy".contains(*c));
    let mut count = (0..letters.len()).filter(|&at| vowel(at) && (at == 0 || !vowel(at - 1))).count();
    let ends = |end: &str| word.ends_with(end);
    let length = letters.len();
    let behind_consonant = length > 2 && !vowel(length - 2);
    let silent_e = ends("e") && behind_consonant && !(ends("le") && length > 3 && !vowel(length - 3));
    let silent_ed = ends("ed") && length > 3 && !vowel(length - 3) && !ends("ted") && !ends("ded");
    if count > 1 && (silent_e || silent_ed) {
        count -= 1;
    }
    count.max(1)
}

/// The full form of a clipped word: `dancin'` becomes `dancing`, `look'd` becomes `looked`.
pub fn in_full(word: &str) -> String {
    if let Some(stem) = word.strip_suffix("in'") {
        return format!("{stem}ing");
    }
    if let Some(stem) = word.strip_suffix("'d") {
        return format!("{stem}ed");
    }
    word.replace('\'', "")
}

/// The sound of a word with a plural or possessive `s`.
pub fn with_s(sound: &Sound) -> Sound {
    let mut rhyme = sound.rhyme.clone();
    let mut syllables = sound.syllables;
    match rhyme.chars().last() {
        Some('s' | 'z' | 'S' | 'Z' | 'C' | 'J') => {
            rhyme.push_str("Iz");
            syllables += 1;
        }
        Some('p' | 't' | 'k' | 'f' | 'T') => rhyme.push('s'),
        _ => rhyme.push('z'),
    }
    Sound { onset: sound.onset.clone(), rhyme, syllables }
}
