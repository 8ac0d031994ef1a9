//! Tokenizers of translation models.

use serde::Deserialize;

use super::{BpeTokenizer, SentencePieceTokenizer, WordTokenizer};
use crate::error::{Error, ErrorCode, Result};

/// Id of the padding token; never a target.
pub const PAD: u32 = 0;
/// Id of the token that starts every sequence.
pub const START: u32 = 1;
/// Id of the token that ends every sequence.
pub const END: u32 = 2;

/// Encodes the sentences of two languages; `tokenizer.json` of a translation model.
///
/// In every kind `<pad>`, `<start>` and `<end>` are [`PAD`], [`START`] and [`END`]. Encoding adds none of
/// them, and no text encodes to one of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PairTokenizer {
    /// Subwords shared by both languages.
    Bpe(BpeTokenizer),
    /// A word vocabulary for each language.
    Words(WordTokenizer),
    /// SentencePiece for each language and one vocabulary, of a Marian model.
    SentencePiece(Box<SentencePieceTokenizer>),
}

/// Distinguishes the kinds; Hugging Face's layout has no top-level `type`.
#[derive(Deserialize)]
struct Kind {
    r#type: Option<String>,
}

impl PairTokenizer {
    /// Reads `tokenizer.json`.
    ///
    /// # Errors
    /// `bad-tokenizer`, see [`BpeTokenizer::from_json`], [`WordTokenizer::from_json`] and
    /// [`SentencePieceTokenizer::from_json`]; also if a BPE has
    /// other ids for the special tokens.
    pub fn from_json(json: &str) -> Result<Self> {
        let bad = |message: String| Error::new(ErrorCode::BadTokenizer, format!("tokenizer.json: {message}"));
        let json = json.strip_prefix('\u{feff}').unwrap_or(json);
        let kind: Kind = serde_json::from_str(json).map_err(|e| bad(e.to_string()))?;
        match kind.r#type.as_deref() {
            Some("words") => Ok(Self::Words(WordTokenizer::from_json(json)?)),
            Some("sentencepiece") => {
                Ok(Self::SentencePiece(Box::new(SentencePieceTokenizer::from_json(json)?)))
            }
            Some(other) => Err(bad(format!("type {other:?} does not translate; expected \"words\" or BPE"))),
            None => {
                let tokenizer = BpeTokenizer::from_json(json)?;
                for (name, id) in [("<pad>", PAD), ("<start>", START), ("<end>", END)] {
                    if tokenizer.id(name) != Some(id) {
                        return Err(bad(format!("the special token {name} must have the id {id}")));
                    }
                }
                Ok(Self::Bpe(tokenizer))
            }
        }
    }

    /// The content of `tokenizer.json`.
    pub fn to_json(&self) -> String {
        match self {
            Self::Bpe(tokenizer) => tokenizer.to_json(),
            Self::Words(tokenizer) => tokenizer.to_json(),
            Self::SentencePiece(tokenizer) => tokenizer.to_json(),
        }
    }

    /// Whether the model has learned sentences as this crate prepares them: German in modern spelling, ending
    /// in punctuation. Another model reads them as they are.
    pub fn is_for_prepared_german(&self) -> bool {
        !matches!(self, Self::SentencePiece(_))
    }

    /// Puts special tokens around a source sentence: `<start>` and `<end>`; for SentencePiece only `<end>`.
    pub fn source_frame(&self, ids: &[u32]) -> Vec<u32> {
        let start: &[u32] = match self {
            Self::SentencePiece(_) => &[],
            _ => &[START],
        };
        [start, ids, &[END]].concat()
    }

    /// Encodes a source sentence, without special tokens except for unknown words.
    pub fn encode_source(&self, text: &str) -> Vec<u32> {
        match self {
            Self::Bpe(tokenizer) => tokenizer.encode(text),
            Self::Words(tokenizer) => tokenizer.encode_source(text),
            Self::SentencePiece(tokenizer) => tokenizer.encode_source(text),
        }
    }

    /// Encodes a translation, without special tokens except for unknown words.
    pub fn encode_target(&self, text: &str) -> Vec<u32> {
        match self {
            Self::Bpe(tokenizer) => tokenizer.encode(text),
            Self::Words(tokenizer) => tokenizer.encode_target(text),
            Self::SentencePiece(tokenizer) => tokenizer.encode_target(text),
        }
    }

    /// Decodes a translation, skipping special tokens.
    pub fn decode_target(&self, ids: &[u32]) -> String {
        match self {
            Self::Bpe(tokenizer) => tokenizer.decode(ids),
            Self::Words(tokenizer) => tokenizer.decode_target(ids),
            Self::SentencePiece(tokenizer) => tokenizer.decode_target(ids),
        }
    }

    /// The source tokens as printable text, special ones by name. A subword that starts a word has a leading
    /// space; it may be empty if a character continues into the next token.
    pub fn source_pieces(&self, ids: &[u32]) -> Vec<String> {
        match self {
            Self::Bpe(tokenizer) => tokenizer.pieces(ids),
            Self::Words(tokenizer) => tokenizer.source_pieces(ids),
            Self::SentencePiece(tokenizer) => tokenizer.pieces(ids),
        }
    }

    /// The target tokens as printable text, like [`source_pieces`](Self::source_pieces).
    pub fn target_pieces(&self, ids: &[u32]) -> Vec<String> {
        match self {
            Self::Bpe(tokenizer) => tokenizer.pieces(ids),
            Self::Words(tokenizer) => tokenizer.target_pieces(ids),
            Self::SentencePiece(tokenizer) => tokenizer.pieces(ids),
        }
    }

    /// Number of source ids.
    pub fn src_vocab_size(&self) -> usize {
        match self {
            Self::Bpe(tokenizer) => tokenizer.vocab_size(),
            Self::Words(tokenizer) => tokenizer.src_vocab_size(),
            Self::SentencePiece(tokenizer) => tokenizer.vocab_size(),
        }
    }

    /// Number of target ids.
    pub fn tgt_vocab_size(&self) -> usize {
        match self {
            Self::Bpe(tokenizer) => tokenizer.vocab_size(),
            Self::Words(tokenizer) => tokenizer.tgt_vocab_size(),
            Self::SentencePiece(tokenizer) => tokenizer.vocab_size(),
        }
    }
}
