//! Maps words and their characters to ids, for a model that reads both.

use crate::error::{Error, ErrorCode, Result};
use serde::{Deserialize, Serialize};
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// Names of ids 0 and 1, for words and for characters.
const SPECIALS: [&str; 2] = ["<pad>", "<unk>"];
/// The id of unknown words and characters.
const UNKNOWN: u32 = 1;
/// Rarer characters are treated as unknown.
const FEWEST: usize = 3;
/// Of longer words only both ends are read, which are enough to tell the word class.
const LONGEST: usize = 24;
/// A file with more words or characters than this is damaged or hostile.
const MOST: usize = 1 << 20;

/// Maps words, ignoring case, and their characters to ids; `tokenizer.json` of a tagger.
///
/// ```
/// use liedwerk::text::SpellingTokenizer;
/// let tokenizer = SpellingTokenizer::learn(["Der", "Hund", "der", "der"], 100, 2);
/// let (der, ho) = (tokenizer.encode("DER"), tokenizer.encode("Ho"));
/// assert_eq!((der.0, ho.0), (2, 1));
/// assert_eq!(der.1.len(), 3);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SpellingTokenizer {
    words: Numbered,
    characters: Numbered,
}

/// Layout of the file.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    r#type: String,
    words: Vec<String>,
    characters: Vec<String>,
}

/// Names in id order, and the inverse map.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Numbered {
    names: Vec<String>,
    ids: BTreeMap<String, u32>,
}

impl SpellingTokenizer {
    /// Builds the vocabulary from the most frequent words in lower case with at least `min_count`
    /// occurrences, ties in code point order, at most `max_size` including the special ones; and from the
    /// characters of all words.
    pub fn learn<'a>(words: impl IntoIterator<Item = &'a str>, max_size: usize, min_count: usize) -> Self {
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        let mut letters: BTreeMap<char, usize> = BTreeMap::new();
        for word in words {
            *counts.entry(word.to_lowercase()).or_default() += 1;
            word.chars().for_each(|c| *letters.entry(c).or_default() += 1);
        }
        let mut known: Vec<(String, usize)> = counts.into_iter().collect();
        known.retain(|(word, count)| *count >= min_count && !SPECIALS.contains(&word.as_str()));
        // Stable, so that equal counts stay in code point order.
        known.sort_by_key(|(_, count)| Reverse(*count));
        let letters = letters.into_iter().filter(|(_, count)| *count >= FEWEST);
        Self {
            words: Numbered::new(known.into_iter().map(|(word, _)| word), max_size),
            characters: Numbered::new(letters.map(|(c, _)| c.to_string()), MOST),
        }
    }

    /// Reads `{"type":"spelling","words":["<pad>","<unk>",...],"characters":["<pad>","<unk>",...]}`.
    ///
    /// # Errors
    /// `bad-tokenizer` if it does not parse, has another type, or a list does not begin with the special
    /// names or contains a duplicate.
    pub fn from_json(json: &str) -> Result<Self> {
        let bad = |message: String| Error::new(ErrorCode::BadTokenizer, format!("tokenizer.json: {message}"));
        let file: File = serde_json::from_str(json).map_err(|error| bad(error.to_string()))?;
        if file.r#type != "spelling" {
            return Err(bad(format!("type {:?} does not tag words; expected \"spelling\"", file.r#type)));
        }
        let numbered = |list: &str, names: Vec<String>| {
            let begins = names.len() <= MOST && names.starts_with(&SPECIALS.map(str::to_owned));
            let again = names.iter().skip(SPECIALS.len()).any(|name| SPECIALS.contains(&name.as_str()));
            let count = names.len();
            let numbered = Numbered::new(names.into_iter().skip(SPECIALS.len()), MOST);
            if begins && !again && numbered.ids.len() + SPECIALS.len() == count {
                return Ok(numbered);
            }
            Err(bad(format!("{list} must begin with {SPECIALS:?}, and have no name twice")))
        };
        Ok(Self {
            words: numbered("words", file.words)?,
            characters: numbered("characters", file.characters)?,
        })
    }

    /// The content of `tokenizer.json`, ending in a line break.
    pub fn to_json(&self) -> String {
        let (words, characters) = (self.words.names.clone(), self.characters.names.clone());
        let file = File { r#type: "spelling".to_owned(), words, characters };
        serde_json::to_string(&file).expect("strings always serialise") + "\n"
    }

    /// The id of a word and the ids of its characters, at least one.
    pub fn encode(&self, word: &str) -> (u32, Vec<u32>) {
        let characters: Vec<u32> =
            word.chars().map(|c| self.characters.id(c.encode_utf8(&mut [0; 4]))).collect();
        let characters = match characters.len() {
            0 => vec![UNKNOWN],
            1..=LONGEST => characters,
            length => [&characters[..LONGEST / 2], &characters[length - LONGEST / 2..]].concat(),
        };
        (self.words.id(&word.to_lowercase()), characters)
    }

    /// Number of character ids and number of word ids.
    pub fn vocab_sizes(&self) -> [usize; 2] {
        [&self.characters, &self.words].map(|numbered| numbered.names.len())
    }
}

impl Numbered {
    /// The special names followed by these, at most `max_size` in total.
    fn new(names: impl Iterator<Item = String>, max_size: usize) -> Self {
        let specials = SPECIALS.map(str::to_owned).into_iter();
        let names: Vec<String> = specials.chain(names).take(max_size.max(SPECIALS.len())).collect();
        let ids = (0..).zip(&names).skip(SPECIALS.len()).map(|(id, name)| (name.clone(), id)).collect();
        Self { names, ids }
    }

    fn id(&self, name: &str) -> u32 {
        self.ids.get(name).copied().unwrap_or(UNKNOWN)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_is_read_back() {
        let tokenizer =
            SpellingTokenizer::learn(["Das", "das", "Lied", "<unk>", "<unk>", "la", "la", "la"], 4, 2);
        let json = tokenizer.to_json();
        assert_eq!(
            json,
            "{\"type\":\"spelling\",\"words\":[\"<pad>\",\"<unk>\",\"la\",\"das\"],\
             \"characters\":[\"<pad>\",\"<unk>\",\"a\",\"l\"]}\n"
        );
        assert_eq!(SpellingTokenizer::from_json(&json).unwrap(), tokenizer);
        assert_eq!(tokenizer.encode("La"), (2, vec![1, 2]));
        assert_eq!(tokenizer.encode("<pad>").0, UNKNOWN);
        assert_eq!(tokenizer.encode(&"l".repeat(1000)).1.len(), LONGEST);
    }

    #[test]
    fn damaged_files_are_refused() {
        for json in [
            "",
            "{}",
            r#"{"type":"words","words":["<pad>","<unk>"],"characters":["<pad>","<unk>"]}"#,
            r#"{"type":"spelling","words":["<unk>","<pad>"],"characters":["<pad>","<unk>"]}"#,
            r#"{"type":"spelling","words":["<pad>","<unk>","a","a"],"characters":["<pad>","<unk>"]}"#,
            r#"{"type":"spelling","words":["<pad>","<unk>","<pad>"],"characters":["<pad>","<unk>"]}"#,
        ] {
            assert_eq!(
                SpellingTokenizer::from_json(json).unwrap_err().code(),
                ErrorCode::BadTokenizer,
                "{json}"
            );
        }
    }
}
