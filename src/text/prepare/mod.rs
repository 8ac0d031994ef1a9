//! The lecture's preparation of a text: cleaning, sentences, stop words, stems, lemmas, numbers.
//!
//! Every step shows its effect on the same text. The output of a step can be the input of the next one.

mod lemmas;
mod stop_words;

pub use lemmas::{lemma, lemma_count};
pub use stop_words::{is_stop_word, stop_word_count};

use rust_stemmers::{Algorithm, Stemmer};

use super::normalize::{Normalized, letters};
use super::unicode::nfc;
use super::words::split;
use super::{BpeTokenizer, CharTokenizer, END, Normalize, START, SentencePair, WordOptions, WordTokenizer};
use super::{learn_text_bpe, split_pieces};

/// The language of a text, which determines its letters and word lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// Letters `a-z` and `ä ö ü ß`.
    German,
    /// Letters `a-z`.
    English,
}

impl Language {
    /// The language's ISO 639-1 code.
    pub fn code(self) -> &'static str {
        match self {
            Self::German => "de",
            Self::English => "en",
        }
    }

    /// The language with this code: German for `de`, English for any other.
    pub fn of_code(code: &str) -> Self {
        if code == "de" { Self::German } else { Self::English }
    }
}

/// A word of a text with the results of all steps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// The word in lower case.
    pub text: String,
    /// Whether the word is too frequent in all texts to be informative.
    pub is_stop_word: bool,
    /// The stem found by Snowball, which removes endings.
    pub stem: String,
    /// The dictionary form, if the small table has the word.
    pub lemma: Option<&'static str>,
}

/// A text after each step.
#[derive(Debug, Clone)]
pub struct Prepared {
    /// The original text with composed accents.
    pub text: String,
    /// After the lecture's cleaning: lower case, the letters of the language and single spaces.
    pub cleaned: Normalized,
    /// Sentences and lines.
    pub sentences: Vec<String>,
    /// All words in text order.
    pub words: Vec<Word>,
    /// The characters of the cleaned text, numbered in code point order.
    pub characters: CharTokenizer,
    /// The words of all sentences, most frequent first, with the lecture's start and end tokens.
    pub vocabulary: WordTokenizer,
    /// A byte-pair encoding learned from this text alone.
    pub subwords: BpeTokenizer,
}

/// Prepares `text`, learning at most `merges` byte-pair merges.
///
/// ```
/// use liedwerk::text::{Language, prepare};
/// let prepared = prepare("Die Kinder sangen. Sie träumten!", Language::German, 10);
/// assert_eq!(prepared.cleaned.text, "die kinder sangen sie träumten");
/// assert_eq!(prepared.sentences, ["Die Kinder sangen.", "Sie träumten!"]);
/// let told: Vec<&str> = prepared.words.iter().filter(|word| !word.is_stop_word).map(|word| word.stem.as_str()).collect();
/// assert_eq!(told, ["kind", "sang", "traumt"]);
/// assert_eq!(prepared.words[2].lemma, Some("singen"));
/// ```
pub fn prepare(text: &str, language: Language, merges: usize) -> Prepared {
    let text = nfc(text);
    let cleaned = clean(&text, language);
    let sentences: Vec<String> = split_pieces(&text).pieces.into_iter().map(|piece| piece.text).collect();
    let words = sentences.iter().flat_map(|sentence| words(sentence, language)).collect();
    let characters = CharTokenizer::from_text(Normalize::None, &cleaned.text);
    let pair = |source: &String| SentencePair { source: source.clone(), target: String::new() };
    let pairs: Vec<SentencePair> = sentences.iter().map(pair).collect();
    let options = WordOptions { max_size: usize::MAX, min_count: 1, lowercase: true };
    let vocabulary = WordTokenizer::learn(&pairs, options);
    let subwords = learn_text_bpe([text.as_str()], BYTES_AND_END + merges);
    Prepared { text, cleaned, sentences, words, characters, vocabulary, subwords }
}

impl Prepared {
    /// The ids of all words, with `<start>` and `<end>` around each sentence, as in the lecture.
    pub fn word_ids(&self) -> Vec<u32> {
        let marked = |sentence| {
            let ids = self.vocabulary.encode_source(sentence);
            std::iter::once(START).chain(ids).chain(std::iter::once(END))
        };
        self.sentences.iter().flat_map(|sentence| marked(sentence)).collect()
    }
}

/// Size of a BPE vocabulary before its first merge: the bytes and the end-of-text token.
pub const BYTES_AND_END: usize = 257;

/// The lecture's cleaning, with the letters of the language.
fn clean(text: &str, language: Language) -> Normalized {
    match language {
        Language::English => letters(text, |c| c.is_ascii_lowercase()),
        Language::German => letters(text, |c| c.is_ascii_lowercase() || "äöüß".contains(c)),
    }
}

fn words(sentence: &str, language: Language) -> Vec<Word> {
    let stemmer = Stemmer::create(match language {
        Language::German => Algorithm::German,
        Language::English => Algorithm::English,
    });
    let words = split(sentence, true).into_iter().filter(|word| word.contains(char::is_alphanumeric));
    words
        .map(|text| Word {
            is_stop_word: is_stop_word(&text, language),
            stem: stemmer.stem(&text).into_owned(),
            lemma: lemma(&text, language),
            text,
        })
        .collect()
}
