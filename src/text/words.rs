//! The lecture's word vocabulary: `tom kommt heute.` becomes `<start> tom kommt heute . <end>`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::unicode::is_mark;
use super::{Normalizer, SentencePair};
use crate::error::{Error, ErrorCode, Result};
use crate::order;

/// Names of ids 0 to 3.
const SPECIALS: [&str; 4] = ["<pad>", "<start>", "<end>", "<unk>"];
/// The id of every word outside the vocabulary.
pub const UNK: u32 = 3;
/// A file with more words than this is damaged or hostile.
const MAX_WORDS: usize = 1 << 20;

/// Options of [`WordTokenizer::learn`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WordOptions {
    /// Maximum number of ids per language, including the four special ones.
    pub max_size: usize,
    /// Rarer words become `<unk>`.
    pub min_count: usize,
    /// Whether to lowercase all words, as the lecture does.
    pub lowercase: bool,
}

/// One token per word, with separate ids for each language; punctuation marks are words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WordTokenizer {
    lowercase: bool,
    source: Vocabulary,
    target: Vocabulary,
}

/// Layout of the file.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    r#type: String,
    #[serde(default)]
    lowercase: bool,
    source: Vec<String>,
    target: Vec<String>,
}

impl WordTokenizer {
    /// Builds the vocabularies from the most frequent words of each side, ties in code point order.
    ///
    /// ```
    /// use liedwerk::text::{WordOptions, WordTokenizer, reading};
    /// let pairs = reading::pairs("a.tsv", b"Tom kommt.\tTom comes.\nTom geht.\tTom goes.")?.pairs;
    /// let options = WordOptions { max_size: 100, min_count: 2, lowercase: false };
    /// let tokenizer = WordTokenizer::learn(&pairs, options);
    /// assert_eq!(tokenizer.encode_source("Tom kommt heute."), [5, 3, 3, 4]);
    /// assert_eq!(tokenizer.decode_target(&[1, 5, 4, 2]), "Tom.");
    /// # Ok::<(), liedwerk::Error>(())
    /// ```
    pub fn learn(pairs: &[SentencePair], options: WordOptions) -> Self {
        let side = |text: fn(&SentencePair) -> &str| {
            let mut counts: BTreeMap<String, usize> = BTreeMap::new();
            for word in pairs.iter().flat_map(|pair| split(text(pair), options.lowercase)) {
                *counts.entry(word).or_default() += 1;
            }
            let mut counts: Vec<(String, usize)> = counts.into_iter().collect();
            counts.retain(|(word, count)| *count >= options.min_count && !SPECIALS.contains(&word.as_str()));
            // Stable, so that equal counts stay in code point order.
            counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
            let specials = SPECIALS.map(str::to_owned);
            let words = specials.into_iter().chain(counts.into_iter().map(|(word, _)| word));
            Vocabulary::new(words.take(options.max_size.max(SPECIALS.len())).collect())
        };
        let (source, target) = (side(|pair| &pair.source), side(|pair| &pair.target));
        Self { lowercase: options.lowercase, source, target }
    }

    /// Reads `{"type":"words","source":["<pad>","<start>","<end>","<unk>",...],"target":[...]}`, with
    /// `"lowercase":true` if words are lowercased.
    ///
    /// # Errors
    /// `bad-tokenizer` if it does not parse, has another type, a list does not begin with the four special
    /// names, or a word is empty, duplicated or contains white space.
    pub fn from_json(json: &str) -> Result<Self> {
        let bad = |message: String| Error::new(ErrorCode::BadTokenizer, format!("tokenizer.json: {message}"));
        let file: File = serde_json::from_str(json).map_err(|e| bad(e.to_string()))?;
        if file.r#type != "words" {
            return Err(bad(format!("type {:?} is not known here; expected \"words\"", file.r#type)));
        }
        let check = |side: &str, words: Vec<String>| {
            if words.len() > MAX_WORDS || !words.starts_with(&SPECIALS.map(str::to_owned)) {
                let size = words.len();
                return Err(bad(format!(
                    "{side}: {size} words; expected at most {MAX_WORDS}, first {SPECIALS:?}"
                )));
            }
            if let Some(word) =
                words.iter().find(|word| word.is_empty() || word.contains(char::is_whitespace))
            {
                return Err(bad(format!("{side}: {word:?} is no word")));
            }
            let vocabulary = Vocabulary::new(words);
            match vocabulary.repeated() {
                Some(word) => Err(bad(format!("{side}: {word:?} stands there twice"))),
                None => Ok(vocabulary),
            }
        };
        let (source, target) = (check("source", file.source)?, check("target", file.target)?);
        Ok(Self { lowercase: file.lowercase, source, target })
    }

    /// The content of `tokenizer.json`, ending in a line break.
    pub fn to_json(&self) -> String {
        let file = File {
            r#type: "words".to_owned(),
            lowercase: self.lowercase,
            source: self.source.words.clone(),
            target: self.target.words.clone(),
        };
        let mut json = serde_json::to_string(&file).expect("strings always serialise");
        json.push('\n');
        json
    }

    /// Encodes a source sentence, with [`UNK`] for unknown words; without `<start>` and `<end>`.
    pub fn encode_source(&self, text: &str) -> Vec<u32> {
        split(text, self.lowercase).iter().map(|word| self.source.id(word)).collect()
    }

    /// Encodes a translation in the same way.
    pub fn encode_target(&self, text: &str) -> Vec<u32> {
        split(text, self.lowercase).iter().map(|word| self.target.id(word)).collect()
    }

    /// Decodes a translation with normal spacing around punctuation. `<pad>`, `<start>` and `<end>` are
    /// skipped, `<unk>` is kept; an id outside the vocabulary becomes U+FFFD.
    pub fn decode_target(&self, ids: &[u32]) -> String {
        let words = ids.iter().filter(|&&id| id >= UNK).map(|&id| self.target.word(id));
        join(words)
    }

    /// The words with these source ids.
    pub fn source_pieces(&self, ids: &[u32]) -> Vec<String> {
        ids.iter().map(|&id| self.source.word(id).to_owned()).collect()
    }

    /// The words with these target ids.
    pub fn target_pieces(&self, ids: &[u32]) -> Vec<String> {
        ids.iter().map(|&id| self.target.word(id).to_owned()).collect()
    }

    /// Number of source ids.
    pub fn src_vocab_size(&self) -> usize {
        self.source.words.len()
    }

    /// Number of target ids.
    pub fn tgt_vocab_size(&self) -> usize {
        self.target.words.len()
    }
}

/// The words of one language.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Vocabulary {
    words: Vec<String>,
    /// Ids sorted by their words.
    sorted: Vec<u32>,
}

impl Vocabulary {
    fn new(words: Vec<String>) -> Self {
        let sorted = order::sorted(words.len(), &|a, b| words[a].cmp(&words[b]));
        Self { words, sorted }
    }

    fn repeated(&self) -> Option<&str> {
        let pair = self.sorted.windows(2).find(|pair| self.word(pair[0]) == self.word(pair[1]));
        pair.map(|pair| self.word(pair[0]))
    }

    fn id(&self, word: &str) -> u32 {
        match self.sorted.binary_search_by_key(&word, |&id| self.word(id)) {
            // A word `<end>` in the input must not end the sentence.
            Ok(at) if self.sorted[at] >= UNK => self.sorted[at],
            _ => UNK,
        }
    }

    fn word(&self, id: u32) -> &str {
        self.words.get(id as usize).map_or("\u{fffd}", String::as_str)
    }
}

/// Splits a sentence into words: runs of letters and digits, including apostrophes, hyphens, full stops and
/// commas inside a word or number. Every other character is a word of its own, except that a run of full
/// stops or hyphens is one word.
pub(super) fn split(text: &str, lowercase: bool) -> Vec<String> {
    let text = Normalizer::translation().apply(text);
    let text = if lowercase { text.to_lowercase() } else { text };
    let chars: Vec<char> = text.chars().collect();
    let mut words: Vec<String> = Vec::new();
    // Whether the next character may continue the last word.
    let mut inside = false;
    for (at, &c) in chars.iter().enumerate() {
        let previous = at.checked_sub(1).map(|before| chars[before]);
        let joins = inside
            && previous.is_some_and(|previous| {
                (is_word(c) && (is_word(previous) || is_inner(&chars, at - 1)))
                    || is_inner(&chars, at)
                    || (c == previous && ".-".contains(c))
            });
        match words.last_mut() {
            _ if c.is_whitespace() => {}
            Some(word) if joins => word.push(c),
            _ => words.push(c.to_string()),
        }
        inside = !c.is_whitespace();
    }
    words
}

pub(super) fn is_word(c: char) -> bool {
    c.is_alphanumeric() || is_mark(c)
}

/// Whether the mark at `at` joins its neighbours: `don't`, `E-Mail`, `3,5`, `z.B`.
pub(super) fn is_inner(chars: &[char], at: usize) -> bool {
    let (Some(&before), Some(&after)) = (at.checked_sub(1).and_then(|i| chars.get(i)), chars.get(at + 1))
    else {
        return false;
    };
    match chars[at] {
        '\'' | '-' => is_word(before) && is_word(after),
        ',' | ':' => before.is_numeric() && after.is_numeric(),
        '.' => {
            let alone = at < 2 || !is_word(chars[at - 2]);
            (before.is_numeric() && after.is_numeric())
                || (alone && before.is_alphabetic() && after.is_alphabetic())
        }
        _ => false,
    }
}

/// Joins words with normal spacing.
fn join<'a>(words: impl Iterator<Item = &'a str>) -> String {
    let mut text = String::new();
    // Straight quotation marks alternately open and close.
    let mut open = [false; 2];
    let mut glued = true;
    for word in words {
        let quote = ["\"", "'"].iter().position(|quote| *quote == word);
        let closes = quote.is_some_and(|kind| open[kind]);
        let to_the_left = closes || word.starts_with(['.', ',', ';', ':', '!', '?', ')', ']', '}', '%']);
        if !glued && !to_the_left {
            text.push(' ');
        }
        text.push_str(word);
        glued = ["(", "[", "{"].contains(&word) || (quote.is_some() && !closes);
        if let Some(kind) = quote {
            open[kind] = !open[kind];
        }
    }
    text
}
