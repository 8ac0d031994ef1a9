//! Tokenizers of masked language models.

use serde::Deserialize;

use super::{BpeTokenizer, Normalizer, WordPieceTokenizer, learn_bpe_with};
use crate::error::{Error, ErrorCode, Result};

/// Name of the mask token.
pub const MASK: &str = "[MASK]";

/// Encodes texts in which some words are masked; `tokenizer.json` of a BERT.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MaskTokenizer {
    pieces: Pieces,
    /// Id of the padding token.
    pub pad: u32,
    /// Id of the token that starts every text.
    pub start: u32,
    /// Id of the token that ends every text.
    pub end: u32,
    /// Id of the mask token.
    pub mask: u32,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Pieces {
    /// This crate's own models.
    Bpe(BpeTokenizer),
    /// BERT models in Hugging Face's layout.
    WordPiece(WordPieceTokenizer),
}

#[derive(Deserialize)]
struct File {
    model: Model,
}

#[derive(Deserialize)]
struct Model {
    r#type: Option<String>,
}

impl MaskTokenizer {
    /// Reads `tokenizer.json`: a byte-level BPE with `<pad>`, `<start>`, `<end>` and `[MASK]`, or BERT's
    /// WordPiece with `[PAD]`, `[CLS]`, `[SEP]` and `[MASK]`.
    ///
    /// # Errors
    /// `bad-tokenizer`, see [`BpeTokenizer::from_json`] and [`WordPieceTokenizer::from_json`]; also if a
    /// special token is missing.
    pub fn from_json(json: &str) -> Result<Self> {
        let json = json.strip_prefix('\u{feff}').unwrap_or(json);
        let bad = |message: String| Error::new(ErrorCode::BadTokenizer, format!("tokenizer.json: {message}"));
        let file: File = serde_json::from_str(json).map_err(|error| bad(error.to_string()))?;
        let is_word_piece = file.model.r#type.as_deref() == Some("WordPiece");
        let (pieces, names) = if is_word_piece {
            (Pieces::WordPiece(WordPieceTokenizer::from_json(json)?), ["[PAD]", "[CLS]", "[SEP]", MASK])
        } else {
            (Pieces::Bpe(BpeTokenizer::from_json(json)?), ["<pad>", "<start>", "<end>", MASK])
        };
        let special =
            |name: &str| pieces.id(name).ok_or_else(|| bad(format!("there is no special token {name}")));
        let [pad, start, end, mask] = names.map(special);
        let [pad, start, end, mask] = [pad?, start?, end?, mask?];
        Ok(Self { pad, start, end, mask, pieces })
    }

    /// Learns a byte-level BPE from texts like [`learn_bpe`](super::learn_bpe), with `[MASK]` added to the
    /// special tokens.
    pub fn learn<'a>(texts: impl IntoIterator<Item = &'a str>, vocab_size: usize) -> Self {
        let specials = &["<pad>", "<start>", "<end>", MASK];
        let pieces = Pieces::Bpe(learn_bpe_with(texts, vocab_size, Normalizer::translation(), specials));
        Self { pad: 0, start: 1, end: 2, mask: 3, pieces }
    }

    /// The content of `tokenizer.json`; for a WordPiece, the file it was read from.
    pub fn to_json(&self) -> String {
        match &self.pieces {
            Pieces::Bpe(tokenizer) => tokenizer.to_json(),
            Pieces::WordPiece(tokenizer) => tokenizer.json().to_owned(),
        }
    }

    /// Normalises a text before it is split into words.
    pub fn normalize(&self, text: &str) -> String {
        match &self.pieces {
            Pieces::Bpe(tokenizer) => tokenizer.normalize(text),
            Pieces::WordPiece(_) => text.to_owned(),
        }
    }

    /// Encodes a text, without adding special tokens.
    pub fn encode(&self, text: &str) -> Vec<u32> {
        match &self.pieces {
            Pieces::Bpe(tokenizer) => tokenizer.encode(text),
            Pieces::WordPiece(tokenizer) => tokenizer.encode(text),
        }
    }

    /// Encodes text that follows a mask: no prefix space is added, the text is used as it is.
    pub fn encode_behind(&self, text: &str) -> Vec<u32> {
        match &self.pieces {
            Pieces::Bpe(tokenizer) => tokenizer.encode_going_on(text),
            Pieces::WordPiece(tokenizer) => tokenizer.encode(text),
        }
    }

    /// Number of ids; all ids are smaller.
    pub fn vocab_size(&self) -> usize {
        match &self.pieces {
            Pieces::Bpe(tokenizer) => tokenizer.vocab_size(),
            Pieces::WordPiece(tokenizer) => tokenizer.vocab_size(),
        }
    }

    /// A token as printable text, with a leading space if it starts a word; the name of a special token.
    pub fn token_text(&self, id: u32) -> String {
        match &self.pieces {
            Pieces::Bpe(tokenizer) => tokenizer.token_text(id),
            Pieces::WordPiece(tokenizer) => tokenizer.token_text(id),
        }
    }

    /// Whether `id` is a special token, which no word encodes to.
    pub fn is_special(&self, id: u32) -> bool {
        match &self.pieces {
            Pieces::Bpe(tokenizer) => tokenizer.is_special(id),
            Pieces::WordPiece(tokenizer) => tokenizer.is_special(id),
        }
    }
}

impl Pieces {
    fn id(&self, name: &str) -> Option<u32> {
        match self {
            Self::Bpe(tokenizer) => tokenizer.id(name),
            Self::WordPiece(tokenizer) => tokenizer.id(name),
        }
    }
}
