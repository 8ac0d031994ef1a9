use super::Language;
use crate::error::{Error, ErrorCode, Result};
use serde::Deserialize;

/// Word-level tokenizer for German and English captions: `tokenizer.json` of type `captions`.
pub struct CaptionTokenizer {
    words: Vec<String>,
    end: u32,
    /// Start tokens of German and English captions.
    begin: [u32; 2],
}

/// `tokenizer.json`.
#[derive(Deserialize)]
struct Vocabulary {
    words: Vec<String>,
}

fn bad(message: String) -> Error {
    Error::new(ErrorCode::BadTokenizer, format!("tokenizer.json: {message}"))
}

impl CaptionTokenizer {
    /// Parses `tokenizer.json` for a model of this vocabulary size.
    ///
    /// # Errors
    /// `bad-tokenizer` for a vocabulary of another size or without its special tokens.
    pub fn from_json(json: &str, vocab_size: usize) -> Result<Self> {
        let Vocabulary { words } = serde_json::from_str(json).map_err(|error| bad(error.to_string()))?;
        if words.len() != vocab_size {
            return Err(bad(format!("there are {} words, the model has {vocab_size}", words.len())));
        }
        let mut tokenizer = Self { words, end: 0, begin: [0; 2] };
        tokenizer.end = tokenizer.id("<end>")?;
        tokenizer.begin = [tokenizer.id("<de>")?, tokenizer.id("<en>")?];
        Ok(tokenizer)
    }

    /// The id of a word.
    ///
    /// # Errors
    /// `bad-tokenizer` if the word is unknown.
    pub fn id(&self, word: &str) -> Result<u32> {
        let place = self.words.iter().position(|other| other == word);
        place.map(|place| place as u32).ok_or_else(|| bad(format!("the word {word} is missing")))
    }

    /// The word with this id, which must be below the vocabulary size.
    pub fn word(&self, id: u32) -> &str {
        &self.words[id as usize]
    }

    /// The end token; alone it is the empty caption.
    pub fn end(&self) -> u32 {
        self.end
    }

    /// The start token of a language.
    pub fn begin(&self, language: Language) -> u32 {
        self.begin[usize::from(language == Language::English)]
    }
}
