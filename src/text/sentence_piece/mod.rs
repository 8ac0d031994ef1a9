//! The tokenizer of a Marian model: SentencePiece for each language, and one vocabulary for both.

mod charsmap;
mod model;
mod protobuf;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

use self::charsmap::SPACE;
use self::model::bad;
use super::words::UNK;
use crate::error::Result;
use crate::order;

pub use self::model::SentencePiece;

/// Names of the tokens with the ids 0 to 3, as in every translator.
const SPECIAL: [&str; 4] = ["<pad>", "<start>", "<end>", "<unk>"];
/// A file with more ids than this is damaged or hostile.
const MAX_VOCABULARY: usize = 1 << 20;

/// Splits sentences by the [`SentencePiece`] of their language; ids are those of a vocabulary of their own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SentencePieceTokenizer {
    /// Tokens by id.
    vocab: Vec<String>,
    /// Ids of the ordinary tokens, sorted by their texts.
    sorted: Vec<u32>,
    source: SentencePiece,
    target: SentencePiece,
}

/// `tokenizer.json`.
#[derive(Serialize, Deserialize)]
struct File {
    r#type: String,
    vocab: Vec<String>,
    /// A model file in base64.
    source: String,
    target: String,
}

impl SentencePieceTokenizer {
    /// Reads `tokenizer.json`.
    ///
    /// # Errors
    /// `bad-tokenizer` if it does not parse, see also [`SentencePiece::from_bytes`]; if the vocabulary does
    /// not begin with `<pad>`, `<start>`, `<end>`, `<unk>`, or has a token twice.
    pub fn from_json(json: &str) -> Result<Self> {
        let File { vocab, source, target, .. } = serde_json::from_str(json).map_err(bad)?;
        if !vocab.iter().take(SPECIAL.len()).eq(SPECIAL) || vocab.len() > MAX_VOCABULARY {
            return Err(bad(format!("the vocabulary does not begin with {SPECIAL:?}, or is too large")));
        }
        let ordinary = vocab.len() - SPECIAL.len();
        let text = |place: usize| vocab[place + SPECIAL.len()].as_str();
        let mut sorted = order::sorted(ordinary, &|a, b| text(a).cmp(text(b)));
        sorted.iter_mut().for_each(|place| *place += SPECIAL.len() as u32);
        let text = |id: u32| vocab[id as usize].as_str();
        if let Some(pair) = sorted.windows(2).find(|pair| text(pair[0]) == text(pair[1])) {
            return Err(bad(format!("the token {:?} stands there twice", text(pair[0]))));
        }
        let model = |text: &str| SentencePiece::from_bytes(STANDARD.decode(text).map_err(bad)?);
        let (source, target) = (model(&source)?, model(&target)?);
        Ok(Self { vocab, sorted, source, target })
    }

    /// The content of `tokenizer.json`, ending in a line break.
    pub fn to_json(&self) -> String {
        let file = File {
            r#type: "sentencepiece".to_owned(),
            vocab: self.vocab.clone(),
            source: STANDARD.encode(self.source.file()),
            target: STANDARD.encode(self.target.file()),
        };
        let mut json = serde_json::to_string(&file).expect("strings always serialise");
        json.push('\n');
        json
    }

    /// Encodes a source sentence, with [`UNK`] for unknown pieces; without `<start>` and `<end>`. A code such
    /// as `>>fra<<` at its beginning, which tells some models the target language, is one token.
    pub fn encode_source(&self, text: &str) -> Vec<u32> {
        let end = text.strip_prefix(">>").and_then(|_| text.find("<<")).map_or(0, |at| at + 2);
        let (code, text) = text.split_at(end);
        let code = Some(code).filter(|code| !code.is_empty()).map(|code| self.id(code));
        code.into_iter().chain(self.encode(&self.source, text)).collect()
    }

    /// Encodes a translation, with [`UNK`] for unknown pieces.
    pub fn encode_target(&self, text: &str) -> Vec<u32> {
        self.encode(&self.target, text).collect()
    }

    fn encode(&self, model: &SentencePiece, text: &str) -> impl Iterator<Item = u32> {
        model.encode(text).into_iter().map(|(piece, _)| self.id(&piece))
    }

    fn id(&self, token: &str) -> u32 {
        let found = self.sorted.binary_search_by_key(&token, |&id| self.token(id));
        found.map_or(UNK, |at| self.sorted[at])
    }

    fn token(&self, id: u32) -> &str {
        self.vocab.get(id as usize).map_or("\u{fffd}", String::as_str)
    }

    /// Decodes a translation, skipping special tokens and `<unk>`.
    pub fn decode_target(&self, ids: &[u32]) -> String {
        let tokens = ids.iter().filter(|&&id| id > UNK).map(|&id| self.token(id));
        let text: String = tokens.filter(|token| !self.target.is_control(token)).collect();
        text.replace(SPACE, " ").trim().to_owned()
    }

    /// The tokens as printable text, with a leading space where a word starts.
    pub fn pieces(&self, ids: &[u32]) -> Vec<String> {
        ids.iter().map(|&id| self.token(id).replace(SPACE, " ")).collect()
    }

    /// Number of ids, the same for both languages.
    pub fn vocab_size(&self) -> usize {
        self.vocab.len()
    }
}
