//! `config.json` of a BERT as Hugging Face's transformers writes and reads it.

use super::config::{MAX_LAYERS, MAX_VOCAB, MAX_WIDTH, bad, check_dropout, check_heads, check_sizes};
use crate::error::Result;
use serde::Serialize;
use serde_json::{Map, Value};

/// Sizes of a [`super::MaskedLm`].
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct BertConfig {
    /// `V`: number of different tokens.
    pub vocab_size: usize,
    /// `C`: width of every token's vector.
    pub hidden_size: usize,
    /// Layers in the stack.
    pub num_hidden_layers: usize,
    /// Heads of every attention; divides `hidden_size`.
    pub num_attention_heads: usize,
    /// Units of the feed-forward part of a layer.
    pub intermediate_size: usize,
    /// Positions that have a vector, hence the longest text the model looks at.
    pub max_position_embeddings: usize,
    /// Kinds of texts in an input; only the first is made use of.
    pub type_vocab_size: usize,
    /// Added to the variance in every normalisation.
    pub layer_norm_eps: f32,
    /// Probability of dropping a value of what a layer adds, while training.
    pub hidden_dropout_prob: f32,
    /// Probability of dropping an attention weight.
    pub attention_probs_dropout_prob: f32,
}

/// What else says something about the arithmetic, with the one value of each that is possible.
const POSSIBLE: [(&str, &str); 4] = [
    ("hidden_act", "\"gelu\""),
    ("position_embedding_type", "\"absolute\""),
    ("tie_word_embeddings", "true"),
    ("is_decoder", "false"),
];

impl BertConfig {
    /// From the fields of `config.json`, with transformers' values for missing ones; those that say nothing about the
    /// arithmetic are left unread. By hand, since what serde derives would be in every visitor's download.
    ///
    /// # Errors
    /// `bad-config` if a field is missing or no number, or says what is not possible.
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

    /// # Errors
    /// `bad-config` if a size is zero or absurdly large, if `num_attention_heads` does not divide `hidden_size`, or if
    /// `layer_norm_eps` or a probability is outside its range.
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
