//! Tokenizers of language models.

use serde::Deserialize;

use super::{BpeTokenizer, CharTokenizer, StreamDecoder};
use crate::error::{Error, ErrorCode, Result};

/// Name of GPT-2's end-of-text token.
pub const END_OF_TEXT: &str = "<|endoftext|>";

/// Encodes a text as characters or subwords; `tokenizer.json` of a language model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TextTokenizer {
    /// One token per character.
    Chars(CharTokenizer),
    /// Byte-level BPE, in GPT-2's layout or another of Hugging Face's layouts that [`BpeTokenizer`] reads.
    Bpe(BpeTokenizer),
}

/// Distinguishes the two kinds; Hugging Face's layout has no top-level `type`.
#[derive(Deserialize)]
struct Kind {
    r#type: Option<String>,
}

impl TextTokenizer {
    /// Reads `tokenizer.json`.
    ///
    /// # Errors
    /// `bad-tokenizer`, see [`CharTokenizer::from_json`] and [`BpeTokenizer::from_json`].
    pub fn from_json(json: &str) -> Result<Self> {
        let bad = |message: String| Error::new(ErrorCode::BadTokenizer, format!("tokenizer.json: {message}"));
        let json = json.strip_prefix('\u{feff}').unwrap_or(json);
        let kind: Kind = serde_json::from_str(json).map_err(|e| bad(e.to_string()))?;
        match kind.r#type.as_deref() {
            Some(kind @ ("words" | "sentencepiece")) => {
                Err(bad(format!("type {kind:?} translates, it does not continue a text")))
            }
            Some(_) => Ok(Self::Chars(CharTokenizer::from_json(json)?)),
            None => Ok(Self::Bpe(BpeTokenizer::from_json(json)?)),
        }
    }

    /// Drops special tokens at the end of the vocabulary for which a model of `vocab_size` tokens has no
    /// embeddings, such as a `[PAD]` that was added to the tokenizer alone.
    pub fn fit(&mut self, vocab_size: usize) {
        if let Self::Bpe(tokenizer) = self {
            tokenizer.fit(vocab_size);
        }
    }

    /// The content of `tokenizer.json`.
    pub fn to_json(&self) -> String {
        match self {
            Self::Chars(tokenizer) => tokenizer.to_json(),
            Self::Bpe(tokenizer) => tokenizer.to_json(),
        }
    }

    /// Number of ids; all ids are smaller.
    pub fn vocab_size(&self) -> usize {
        match self {
            Self::Chars(tokenizer) => tokenizer.vocab_size(),
            Self::Bpe(tokenizer) => tokenizer.vocab_size(),
        }
    }

    /// Encodes `text`; characters outside a character tokenizer's alphabet are skipped.
    pub fn encode(&self, text: &str) -> Vec<u32> {
        match self {
            Self::Chars(tokenizer) => tokenizer.encode(text),
            Self::Bpe(tokenizer) => tokenizer.encode(text),
        }
    }

    /// Decodes ids, skipping special tokens.
    pub fn decode(&self, ids: &[u32]) -> String {
        match self {
            Self::Chars(tokenizer) => tokenizer.decode(ids),
            Self::Bpe(tokenizer) => tokenizer.decode(ids),
        }
    }

    /// Returns the whole characters that `id` adds to a text; bytes of an incomplete one are kept in
    /// `stream`.
    pub fn push(&self, stream: &mut StreamDecoder, id: u32) -> String {
        match self {
            Self::Chars(tokenizer) => tokenizer.decode(&[id]),
            Self::Bpe(tokenizer) => stream.push(tokenizer, id),
        }
    }

    /// A token as printable text, including a leading space; U+FFFD if it holds only part of a character; the
    /// name of a special token.
    pub fn token_text(&self, id: u32) -> String {
        match self {
            Self::Chars(tokenizer) => tokenizer.decode(&[id]),
            Self::Bpe(tokenizer) => tokenizer.token_text(id),
        }
    }

    /// The token that ends a text: `<|endoftext|>`, or `<end>` in this crate's translators. A character
    /// tokenizer has none.
    pub fn end_id(&self) -> Option<u32> {
        match self {
            Self::Chars(_) => None,
            Self::Bpe(tokenizer) => tokenizer.id(END_OF_TEXT).or_else(|| tokenizer.id("<end>")),
        }
    }

    /// The token a model reads before any text: `<|endoftext|>`, which separates texts in training, or
    /// `<start>`; if there is neither, a line break. For characters see [`CharTokenizer::start_id`].
    pub fn start_id(&self) -> u32 {
        match self {
            Self::Chars(tokenizer) => tokenizer.start_id(),
            Self::Bpe(tokenizer) => {
                let special = tokenizer.id(END_OF_TEXT).or_else(|| tokenizer.id("<start>"));
                special.or_else(|| tokenizer.encode("\n").last().copied()).unwrap_or(0)
            }
        }
    }
}

impl From<CharTokenizer> for TextTokenizer {
    fn from(tokenizer: CharTokenizer) -> Self {
        Self::Chars(tokenizer)
    }
}

impl From<BpeTokenizer> for TextTokenizer {
    fn from(tokenizer: BpeTokenizer) -> Self {
        Self::Bpe(tokenizer)
    }
}
