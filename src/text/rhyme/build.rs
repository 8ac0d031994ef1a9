//! Builds a lexicon from a pronouncing dictionary and texts.

use std::collections::{BTreeMap, BTreeSet};

use super::lexicon::{Entry, Lexicon, Listed};
use super::sound::Sound;
use super::{english, german, words};
use crate::text::Language;

/// Minimum number of uses of a listed word that no dictionary has; words in a dictionary need two.
const ENOUGH: usize = 5;
/// Minimum frequencies, per million words, of known and of common words.
const KNOWN_PER_MILLION: usize = 4;
const COMMON_PER_MILLION: usize = 40;
/// Maximum number of pronunciations kept per word.
const MOST_SOUNDS: usize = 3;

/// Words of old songs whose pronunciation cannot be guessed by analogy.
const OLD_ENGLISH: &str = "o'er AO1 R
e'er EH1 R
ne'er N EH1 R
where'er W EH0 R EH1 R
whene'er W EH0 N EH1 R
howe'er HH AW0 EH1 R
e'en IY1 N
heav'n HH EH1 V AH0 N
ev'ry EH1 V R IY0
thro TH R UW1
nought N AO1 T
drear D R IH1 R
didst D IH1 D S T
canst K AE1 N S T
hadst HH AE1 D S T
wouldst W UH1 D S T
shan't SH AE1 N T
ma'am M AE1 M
";

/// How a word is used in the texts.
#[derive(Default)]
struct Uses {
    count: usize,
    /// Number of uses in the middle of a line, and how many of those are capitalised.
    inside: usize,
    capital: usize,
}

impl Lexicon {
    /// Builds the lexicon of the words in `texts`, ignoring lines that start with `===`.
    ///
    /// English pronunciations come from `dictionary`, lines of CMUdict (`delight D IH0 L AY1 T`,
    /// `read(2) R EH1 D`); frequent words it lacks are guessed from words with the same ending. German needs
    /// no dictionary but may have a word list, one word per line; words not on it need at least five uses.
    pub fn build(language: Language, dictionary: &str, texts: &str) -> Self {
        let uses = uses(texts);
        let total: usize = uses.values().map(|uses| uses.count).sum();
        let said = match language {
            Language::English => said_by(&format!("{dictionary}\n{OLD_ENGLISH}")),
            Language::German => {
                dictionary.lines().map(|line| (words::lexical(line.trim()), Vec::new())).collect()
            }
        };
        // Guesses use the whole dictionary.
        let whole = assembled(
            language,
            said.iter().map(|(word, sounds)| (word.clone(), Listed::Rare, false, sounds.clone())),
        );
        let listed = uses
            .iter()
            .filter(|(word, uses)| uses.count >= if said.contains_key(*word) { 2 } else { ENOUGH });
        let entries = listed.filter_map(|(word, uses)| {
            let sounds = match said.get(word).filter(|sounds| !sounds.is_empty()) {
                Some(sounds) => sounds.clone(),
                None if language == Language::German => german::sound(word).into_iter().collect(),
                None => whole.guess(&english::in_full(word)).into_iter().collect(),
            };
            let level = match uses.count.saturating_mul(1_000_000) / total.max(1) {
                COMMON_PER_MILLION.. => Listed::Common,
                KNOWN_PER_MILLION.. => Listed::Known,
                _ => Listed::Rare,
            };
            (!sounds.is_empty()).then(|| (word.clone(), level, 2 * uses.capital > uses.inside, sounds))
        });
        assembled(language, entries)
    }
}

fn assembled(language: Language, given: impl Iterator<Item = (String, Listed, bool, Vec<Sound>)>) -> Lexicon {
    let given: Vec<_> = given.collect();
    let sounds = || given.iter().flat_map(|(_, _, _, sounds)| sounds);
    let rhymes: BTreeSet<&str> = sounds().map(|sound| sound.rhyme.as_str()).collect();
    let onsets: BTreeSet<&str> = sounds().map(|sound| sound.onset.as_str()).collect();
    let numbered =
        |set: &BTreeSet<&str>| -> Vec<String> { set.iter().map(|&text| text.to_owned()).collect() };
    let (rhymes, onsets) = (numbered(&rhymes), numbered(&onsets));
    let number =
        |texts: &[String], text: &String| texts.binary_search(text).expect("all are numbered") as u32;
    let entry = |(word, listed, capital, sounds): &(String, Listed, bool, Vec<Sound>)| Entry {
        word: word.clone(),
        listed: *listed,
        capital: *capital,
        syllables: sounds.first().map_or(1, |sound| sound.syllables),
        sounds: sounds
            .iter()
            .map(|sound| (number(&rhymes, &sound.rhyme), number(&onsets, &sound.onset)))
            .collect(),
    };
    let mut entries: Vec<Entry> = given.iter().map(entry).collect();
    entries.sort_by(|a, b| a.word.cmp(&b.word));
    Lexicon::new(language, entries, rhymes, onsets)
}

/// The pronunciations in CMUdict lines; text after a `#` is a comment.
fn said_by(dictionary: &str) -> BTreeMap<String, Vec<Sound>> {
    let mut said: BTreeMap<String, Vec<Sound>> = BTreeMap::new();
    for line in dictionary.lines() {
        let mut fields = line.split('#').next().unwrap_or_default().split_whitespace();
        let Some(word) = fields.next() else { continue };
        let word = words::lexical(word.split('(').next().unwrap_or(word));
        let phonemes: Vec<&str> = fields.collect();
        let sounds = said.entry(word).or_default();
        for sound in english::sounds(&phonemes) {
            if sounds.len() < MOST_SOUNDS && !sounds.contains(&sound) {
                sounds.push(sound);
            }
        }
    }
    said
}

fn uses(texts: &str) -> BTreeMap<String, Uses> {
    let mut uses: BTreeMap<String, Uses> = BTreeMap::new();
    for line in texts.lines().filter(|line| !line.starts_with("===")) {
        let mut begins = true;
        for word in words::spelled_words(line) {
            let uses = uses.entry(words::lexical(word)).or_default();
            uses.count += 1;
            if !begins {
                uses.inside += 1;
                uses.capital += usize::from(word.starts_with(char::is_uppercase));
            }
            begins = false;
        }
    }
    uses
}
