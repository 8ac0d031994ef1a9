//! The lexicon file format. Similar data is stored together, so that it compresses well for download.
//!
//! `LWLX`, version, language (one byte each), then four length-prefixed lists: rhymes, onsets and words, each
//! as ascending strings without the prefix shared with the previous one; and the properties of each word,
//! field by field. All numbers are LEB128.

use super::lexicon::{Entry, Lexicon, Listed};
use crate::error::{Error, ErrorCode, Result};
use crate::text::Language;

const MAGIC: &[u8; 4] = b"LWLX";
const VERSION: u8 = 1;
/// Bit fields of a word's first byte: syllables, frequency, capital, number of pronunciations.
const MOST_SYLLABLES: usize = 7;

impl Lexicon {
    /// The content of a lexicon file.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = MAGIC.to_vec();
        bytes.extend([VERSION, u8::from(self.language == Language::German)]);
        write_strings(&mut bytes, self.rhymes.iter().map(String::as_str));
        write_strings(&mut bytes, self.onsets.iter().map(String::as_str));
        write_strings(&mut bytes, self.entries.iter().map(|entry| entry.word.as_str()));
        for entry in &self.entries {
            let listed = match entry.listed {
                Listed::Rare => 0,
                Listed::Known => 1,
                Listed::Common => 2,
            };
            let sounds = entry.sounds.len().min(3);
            let syllables = entry.syllables.min(MOST_SYLLABLES);
            bytes.push((syllables | listed << 3 | usize::from(entry.capital) << 5 | sounds << 6) as u8);
        }
        let sounds = || self.entries.iter().flat_map(|entry| entry.sounds.iter().take(3));
        sounds().for_each(|&(_, onset)| write_number(&mut bytes, onset as usize));
        sounds().for_each(|&(rhyme, _)| write_number(&mut bytes, rhyme as usize));
        bytes
    }

    /// Reads a lexicon file.
    ///
    /// # Errors
    /// `bad-lexicon` if it is not a lexicon, has another version, or is truncated or damaged.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        let bad = |what: &str| Error::new(ErrorCode::BadLexicon, format!("the lexicon {what}"));
        let rest = bytes.strip_prefix(MAGIC).ok_or_else(|| bad("does not begin like one"))?;
        let [version, language, rest @ ..] = rest else { return Err(bad("is too short")) };
        if *version != VERSION || *language > 1 {
            return Err(bad("has another version; build it anew"));
        }
        let language = if *language == 0 { Language::English } else { Language::German };
        read(language, rest).ok_or_else(|| bad("is cut off or damaged"))
    }
}

fn read(language: Language, bytes: &[u8]) -> Option<Lexicon> {
    let mut rest = bytes;
    let (rhymes, onsets, words) =
        (read_strings(&mut rest)?, read_strings(&mut rest)?, read_strings(&mut rest)?);
    let (heads, mut rest) = rest.split_at_checked(words.len())?;
    let counts: usize = heads.iter().map(|head| usize::from(head >> 6)).sum();
    // Each sound takes at least two bytes.
    if counts > rest.len() {
        return None;
    }
    let mut numbers = |below: usize| -> Option<Vec<u32>> {
        let number = |_| read_number(&mut rest).filter(|&number| number < below).map(|number| number as u32);
        (0..counts).map(number).collect()
    };
    let (of_onset, of_rhyme) = (numbers(onsets.len())?, numbers(rhymes.len())?);
    let mut sounds = of_rhyme.into_iter().zip(of_onset);
    let mut entries = Vec::with_capacity(words.len());
    for (word, &head) in words.into_iter().zip(heads) {
        let listed = match head >> 3 & 3 {
            0 => Listed::Rare,
            1 => Listed::Known,
            2 => Listed::Common,
            _ => return None,
        };
        entries.push(Entry {
            word,
            listed,
            capital: head >> 5 & 1 == 1,
            syllables: usize::from(head & 7),
            sounds: sounds.by_ref().take(usize::from(head >> 6)).collect(),
        });
    }
    rest.is_empty().then(|| Lexicon::new(language, entries, rhymes, onsets))
}

fn write_number(bytes: &mut Vec<u8>, mut number: usize) {
    while number >= 128 {
        bytes.push(number as u8 | 128);
        number >>= 7;
    }
    bytes.push(number as u8);
}

fn read_number(bytes: &mut &[u8]) -> Option<usize> {
    let mut number = 0;
    for shift in [0, 7, 14, 21] {
        let (&byte, rest) = bytes.split_first()?;
        *bytes = rest;
        number |= usize::from(byte & 127) << shift;
        if byte < 128 {
            return Some(number);
        }
    }
    None
}

/// Writes the number of strings, the length of the prefix each shares with the previous one, the lengths of
/// the rests, and the rests.
fn write_strings<'a>(bytes: &mut Vec<u8>, strings: impl Iterator<Item = &'a str> + Clone) {
    write_number(bytes, strings.clone().count());
    let mut previous: &[u8] = &[];
    let (mut shared, mut lengths, mut ends) = (Vec::new(), Vec::new(), Vec::<u8>::new());
    for string in strings.map(str::as_bytes) {
        let same = previous.iter().zip(string).take_while(|(a, b)| a == b).count();
        write_number(&mut shared, same);
        write_number(&mut lengths, string.len() - same);
        ends.extend(&string[same..]);
        previous = string;
    }
    bytes.extend(shared);
    bytes.extend(lengths);
    bytes.extend(ends);
}

/// Reads strictly ascending strings; `None` if they are malformed.
fn read_strings(bytes: &mut &[u8]) -> Option<Vec<String>> {
    // Each string takes two numbers of at least one byte.
    let count = read_number(bytes).filter(|count| 2 * count <= bytes.len())?;
    let mut numbers = || -> Option<Vec<usize>> { (0..count).map(|_| read_number(bytes)).collect() };
    let (shared, lengths) = (numbers()?, numbers()?);
    let mut strings: Vec<String> = Vec::with_capacity(count);
    let mut current: Vec<u8> = Vec::new();
    for (shared, length) in shared.into_iter().zip(lengths) {
        let (end, rest) = bytes.split_at_checked(length)?;
        *bytes = rest;
        current.truncate(shared);
        // The shared prefix must exist, and a file must not expand to more than a few times its size.
        if current.len() != shared || shared > 255 {
            return None;
        }
        current.extend(end);
        let string = String::from_utf8(current.clone()).ok()?;
        if strings.last().is_some_and(|previous| *previous >= string) {
            return None;
        }
        strings.push(string);
    }
    Some(strings)
}
