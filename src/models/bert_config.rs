//! The `config.json` of a BERT, in the format of Hugging Face's transformers.

use super::config::{MAX_LAYERS, MAX_VOCAB, MAX_WIDTH, bad, check_dropout, check_heads, check_sizes};
use crate::error::Result;
use serde::Serialize;
use serde_json::{Map, Value};

/// Sizes of a [`super::MaskedLm`].
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct BertConfig {
    /// `V`: number of different tokens.
    pub vocab_size: usize,
    /// `C`: width of the hidden states.
    pub hidden_size: usize,
    /// Number of layers.
    pub num_hidden_layers: usize,
    /// Number of heads of every attention; divides `hidden_size`.
    pub num_attention_heads: usize,
    /// Hidden units of each layer's feed-forward block.
    pub intermediate_size: usize,
    /// Number of position embeddings, and so the maximum length of a text in tokens.
    pub max_position_embeddings: usize,
    /// Number of token types (segments); only the first is used.
    pub type_vocab_size: usize,
    /// Added to the variance in every normalisation.
    pub layer_norm_eps: f32,
    /// Dropout probability of the embeddings and of each residual branch.
    pub hidden_dropout_prob: f32,
    /// Dropout probability of the attention weights.
    pub attention_probs_dropout_prob: f32,
}

/// Other fields that affect the arithmetic, each with the only supported value.
const POSSIBLE: [(&str, &str); 4] = [
    ("hidden_act", "\"gelu\""),
    ("position_embedding_type", "\"absolute\""),
    ("tie_word_embeddings", "true"),
    ("is_decoder", "false"),
];

impl BertConfig {
    /// Parses the fields of `config.json`, with transformers' defaults for missing ones. Fields that do not
    /// affect the arithmetic are ignored. Written by hand, because code derived by serde would add to every
    /// visitor's download.
    ///
    /// # Errors
    /// `bad-config` if a field is missing, is not a number, or has an unsupported value.
    pub(super) fn from_fields(fields: &Map<String, Value>) -> Result<Self> {
        for (name, possible) in POSSIBLE {
            let given = fields.get(name).map_or(possible.to_owned(), Value::to_string);
            if given != possible {
                return Err(bad(format!("{name} is {given}; only {possible} is possible")));
            }
        }
        let size = |name: &str| match fields.get(name).and_then(Value::as_u64) {
            Some(size) => Ok(size as usize),
            None => Err(bad(format!("{name} is missing or no whole number"))),
        };
        let share = |name: &str, default: f64| match fields.get(name) {
            None => Ok(default as f32),
            Some(value) => {
                value.as_f64().map(|v| v as f32).ok_or_else(|| bad(format!("{name} is no number")))
            }
        };
        Ok(Self {
            vocab_size: size("vocab_size")?,
            hidden_size: size("hidden_size")?,
            num_hidden_layers: size("num_hidden_layers")?,
            num_attention_heads: size("num_attention_heads")?,
            intermediate_size: size("intermediate_size")?,
            max_position_embeddings: size("max_position_embeddings")?,
            type_vocab_size: size("type_vocab_size")?,
            layer_norm_eps: share("layer_norm_eps", 1e-12)?,
            hidden_dropout_prob: share("hidden_dropout_prob", 0.1)?,
            attention_probs_dropout_prob: share("attention_probs_dropout_prob", 0.1)?,
        })
    }

    /// Checks that the sizes are consistent.
    ///
    /// # Errors
    /// `bad-config` if a size is zero or implausibly large, if `num_attention_heads` does not divide
    /// `hidden_size`, or if `layer_norm_eps` or a probability is out of range.
    pub fn check(&self) -> Result<()> {
        check_sizes(&[
            ("vocab_size", self.vocab_size, MAX_VOCAB),
            ("hidden_size", self.hidden_size, MAX_WIDTH),
            ("num_hidden_layers", self.num_hidden_layers, MAX_LAYERS),
            ("num_attention_heads", self.num_attention_heads, self.hidden_size),
            ("intermediate_size", self.intermediate_size, MAX_WIDTH),
            ("max_position_embeddings", self.max_position_embeddings, MAX_WIDTH),
            ("type_vocab_size", self.type_vocab_size, MAX_WIDTH),
        ])?;
        check_heads(("num_attention_heads", self.num_attention_heads), ("hidden_size", self.hidden_size))?;
        let eps = self.layer_norm_eps;
        if !(eps > 0.0 && eps < 1.0) {
            return Err(bad(format!("layer_norm_eps is {eps}, it must be above 0 and below 1")));
        }
        check_dropout("hidden_dropout_prob", self.hidden_dropout_prob)?;
        check_dropout("attention_probs_dropout_prob", self.attention_probs_dropout_prob)
    }
}
