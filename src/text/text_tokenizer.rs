//! The tokenizer of a model that continues a text, of either kind.

use serde::Deserialize;

use super::{BpeTokenizer, CharTokenizer, StreamDecoder};
use crate::error::{Error, ErrorCode, Result};

/// The name of the token that ends a text, GPT-2's.
pub const END_OF_TEXT: &str = "<|endoftext|>";

/// Numbers the characters or subwords of a text; `tokenizer.json` of a language model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TextTokenizer {
    /// One token a character.
    Chars(CharTokenizer),
    /// Byte-level BPE, in GPT-2's layout or any other of Hugging Face's that [`BpeTokenizer`] reads.
    Bpe(BpeTokenizer),
}

/// What tells the kinds apart; Hugging Face's layout has no `type` at the top.
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
            Some("words") => Err(bad("a vocabulary of words translates, it does not continue a text".into())),
            Some(_) => Ok(Self::Chars(CharTokenizer::from_json(json)?)),
            None => Ok(Self::Bpe(BpeTokenizer::from_json(json)?)),
        }
    }

    /// Forgets special tokens at the end of a vocabulary that a model of `vocab_size` tokens has no vectors for, such as
    /// a `[PAD]` that was added to the tokenizer alone.
    pub fn fit(&mut self, vocab_size: usize) {
        if let Self::Bpe(tokenizer) = self {
            tokenizer.fit(vocab_size);
        }
    }

    /// The text of `tokenizer.json`.
    pub fn to_json(&self) -> String {
        match self {
            Self::Chars(tokenizer) => tokenizer.to_json(),
            Self::Bpe(tokenizer) => tokenizer.to_json(),
        }
    }

    /// Number of ids; all are below it.
    pub fn vocab_size(&self) -> usize {
        match self {
            Self::Chars(tokenizer) => tokenizer.vocab_size(),
            Self::Bpe(tokenizer) => tokenizer.vocab_size(),
        }
    }

    /// The ids of `text`; characters outside an alphabet are skipped.
    pub fn encode(&self, text: &str) -> Vec<u32> {
        match self {
            Self::Chars(tokenizer) => tokenizer.encode(text),
            Self::Bpe(tokenizer) => tokenizer.encode(text),
        }
    }

    /// The text of these ids, without special tokens.
    pub fn decode(&self, ids: &[u32]) -> String {
        match self {
            Self::Chars(tokenizer) => tokenizer.decode(ids),
            Self::Bpe(tokenizer) => tokenizer.decode(ids),
        }
    }

    /// The whole characters that `id` adds to a text in progress; bytes of an incomplete one wait in `stream`.
    pub fn push(&self, stream: &mut StreamDecoder, id: u32) -> String {
        match self {
            Self::Chars(tokenizer) => tokenizer.decode(&[id]),
            Self::Bpe(tokenizer) => stream.push(tokenizer, id),
        }
    }

    /// One token for showing: its text with the space it may begin with, U+FFFD where it holds only a part of
    /// a character, a special token's name.
    pub fn token_text(&self, id: u32) -> String {
        match self {
            Self::Chars(tokenizer) => tokenizer.decode(&[id]),
            Self::Bpe(tokenizer) => tokenizer.token_text(id),
        }
    }

    /// The token that ends a text: `<|endoftext|>`, or the `<end>` of this crate's translators. An alphabet
    /// has none.
    pub fn end_id(&self) -> Option<u32> {
        match self {
            Self::Chars(_) => None,
            Self::Bpe(tokenizer) => tokenizer.id(END_OF_TEXT).or_else(|| tokenizer.id("<end>")),
        }
    }

    /// What a text is taken to follow when nothing does: `<|endoftext|>`, which stands between the texts of
    /// a training, or `<start>`; without either a line break. For an alphabet see
    /// [`CharTokenizer::start_id`].
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
