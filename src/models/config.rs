//! `config.json`: what a model is made of.

use crate::error::{Error, ErrorCode, Result};
use serde::{Deserialize, Serialize};

/// The content of `config.json`, told apart by `model_type`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "model_type", rename_all = "snake_case")]
pub enum ModelConfig {
    /// A character LSTM.
    CharLstm(CharLstmConfig),
}

/// Sizes of a [`super::CharLstm`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CharLstmConfig {
    /// `V`: number of different characters.
    pub vocab_size: usize,
    /// Length of a character's vector.
    pub embedding_size: usize,
    /// `H`: units in a layer.
    pub hidden_size: usize,
    /// Layers in the stack.
    pub num_layers: usize,
    /// Probability of dropping a value between layers while training.
    #[serde(default)]
    pub dropout: f32,
}

/// Sizes above these are taken for a damaged or hostile file, before anything is allocated.
const MAX_VOCAB: usize = 1 << 20;
const MAX_WIDTH: usize = 1 << 14;
const MAX_LAYERS: usize = 64;

impl ModelConfig {
    /// Reads and checks `config.json`.
    ///
    /// # Errors
    /// `bad-config`: not JSON, an unknown `model_type`, or a size outside its range.
    pub fn from_json(json: &str) -> Result<Self> {
        let config: Self = serde_json::from_str(json)
            .map_err(|error| Error::new(ErrorCode::BadConfig, format!("config.json: {error}")))?;
        match &config {
            Self::CharLstm(config) => config.check()?,
        }
        Ok(config)
    }
}

impl CharLstmConfig {
    /// # Errors
    /// `bad-config` if a size is zero or absurdly large.
    pub fn check(&self) -> Result<()> {
        let sizes = [
            ("vocab_size", self.vocab_size, MAX_VOCAB),
            ("embedding_size", self.embedding_size, MAX_WIDTH),
            ("hidden_size", self.hidden_size, MAX_WIDTH),
            ("num_layers", self.num_layers, MAX_LAYERS),
        ];
        for (name, value, max) in sizes {
            if !(1..=max).contains(&value) {
                let message = format!("config.json: {name} is {value}, it must be from 1 to {max}");
                return Err(Error::new(ErrorCode::BadConfig, message));
            }
        }
        if !(0.0..1.0).contains(&self.dropout) {
            let message =
                format!("config.json: dropout is {}, it must be at least 0 and below 1", self.dropout);
            return Err(Error::new(ErrorCode::BadConfig, message));
        }
        Ok(())
    }
}
