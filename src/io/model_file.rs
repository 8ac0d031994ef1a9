//! A complete model in one file: its weights, with everything else in the header's metadata.
//!
//! It is an ordinary safetensors file, so any reader of weights can read it, too.

use super::header::split_header;
use crate::error::{Error, ErrorCode, Result};
use serde_json::{Map, Value};

const CONFIG: &str = "config.json";
const TOKENIZER: &str = "tokenizer.json";
const CARD: &str = "card.json";
const METADATA: &str = "__metadata__";
/// Alignment of the weights.
const ALIGNMENT: usize = 8;

/// The parts of a model file besides the weights, as the contents of files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModelFile {
    /// `config.json`.
    pub config: String,
    /// `tokenizer.json`.
    pub tokenizer: String,
    /// A JSON object describing the model's origin, if present.
    pub card: Option<String>,
}

impl ModelFile {
    /// Reads the parts; the same bytes also serve as the weights.
    ///
    /// # Errors
    /// `bad-weights` if it is not a safetensors file, `bad-config` or `bad-tokenizer` if these parts are
    /// missing.
    pub fn read(bytes: &[u8]) -> Result<Self> {
        let (metadata, _) = split_header(bytes)?;
        let text = |name: &str| metadata.metadata().as_ref()?.get(name).cloned();
        let missing = |code, name: &str| {
            Error::new(
                code,
                format!("the file holds no {name} beside the weights; it is a part of a model only"),
            )
        };
        Ok(Self {
            config: text(CONFIG).ok_or_else(|| missing(ErrorCode::BadConfig, CONFIG))?,
            tokenizer: text(TOKENIZER).ok_or_else(|| missing(ErrorCode::BadTokenizer, TOKENIZER))?,
            card: text(CARD),
        })
    }

    /// Adds the parts to a file of weights. The same parts give the same bytes.
    ///
    /// # Errors
    /// `bad-weights` if `weights` is not a safetensors file.
    pub fn join(&self, weights: &[u8]) -> Result<Vec<u8>> {
        let (_, data) = split_header(weights)?;
        let begin = weights.len() - data.len();
        let header: std::result::Result<Map<String, Value>, _> = serde_json::from_slice(&weights[8..begin]);
        let mut header =
            header.map_err(|e| Error::new(ErrorCode::BadWeights, format!("weights: header: {e}")))?;
        let card = self.card.iter().map(|card| (CARD, card));
        let parts = [("format", &"pt".to_owned()), (CONFIG, &self.config), (TOKENIZER, &self.tokenizer)];
        let metadata =
            parts.into_iter().chain(card).map(|(name, text)| (name.to_owned(), text.clone().into()));
        header.insert(METADATA.to_owned(), Value::Object(metadata.collect()));
        let mut json = Value::Object(header).to_string();
        json.extend(std::iter::repeat_n(' ', json.len().next_multiple_of(ALIGNMENT) - json.len()));
        Ok([&(json.len() as u64).to_le_bytes()[..], json.as_bytes(), data].concat())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::io::{Precision, Weights, to_safetensors};
    use crate::tensor::Tensor;

    fn weights() -> Vec<u8> {
        let parameters = ["b", "a"].map(|name| (name.to_owned(), Tensor::full(&[2, 3], 0.5)));
        to_safetensors(&parameters, Precision::F16).unwrap()
    }

    fn parts(card: Option<&str>) -> ModelFile {
        ModelFile {
            config: "{\"ü\":1}".into(),
            tokenizer: "[\"\\n\"]\n".into(),
            card: card.map(str::to_owned),
        }
    }

    #[test]
    fn what_is_joined_is_read_again() {
        for card in [None, Some("{}")] {
            let file = parts(card).join(&weights()).unwrap();
            assert_eq!(ModelFile::read(&file).unwrap(), parts(card));
            let mut read = Weights::from_safetensors(&file).unwrap();
            assert_eq!(read.take("a", &[2, 3]).unwrap().to_vec(), [0.5; 6]);
            // Joining again replaces the parts and changes nothing else.
            assert_eq!(parts(card).join(&file).unwrap(), file);
            let data = u64::from_le_bytes(file[..8].try_into().unwrap());
            assert!(data.is_multiple_of(8));
        }
    }

    #[test]
    fn weights_alone_are_no_model() {
        assert_eq!(ModelFile::read(&weights()).unwrap_err().code(), ErrorCode::BadConfig);
        let file = parts(None).join(&weights()).unwrap();
        for bytes in [&file[..file.len() - 1], &file[..20], b"=== a song", &[]] {
            assert_eq!(ModelFile::read(bytes).unwrap_err().code(), ErrorCode::BadWeights);
            assert_eq!(parts(None).join(bytes).unwrap_err().code(), ErrorCode::BadWeights);
        }
    }
}
