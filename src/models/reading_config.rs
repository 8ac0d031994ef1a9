//! Sizes of the models that read.

use super::config::{MAX_LAYERS, MAX_VOCAB, MAX_WIDTH, bad, check_dropout, check_sizes};
use crate::error::Result;
use serde::{Deserialize, Serialize};

/// What of a text a [`super::TextClassifier`] judges by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Pooling {
    /// The mean of the states at all tokens.
    #[default]
    Mean,
    /// The state after the last token of each direction.
    Last,
}

/// Sizes of a [`super::TextClassifier`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TextClassifierConfig {
    /// `V`: number of different tokens.
    pub vocab_size: usize,
    /// `E`: length of a token's vector.
    pub embedding_size: usize,
    /// `H`: units in a layer, for each direction.
    pub hidden_size: usize,
    /// Layers in the stack.
    pub num_layers: usize,
    /// What is judged by.
    #[serde(default)]
    pub pooling: Pooling,
    /// Probability of dropping a value while training.
    #[serde(default)]
    pub dropout: f32,
    /// `L`: the classes by name, in the order of the logits.
    pub labels: Vec<String>,
}

/// Sizes of a [`super::Tagger`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TaggerConfig {
    /// `V`: number of words that have a vector of their own.
    pub vocab_size: usize,
    /// Number of different characters.
    pub char_vocab_size: usize,
    /// `E`: length of a word's vector.
    pub embedding_size: usize,
    /// Length of a character's vector.
    pub char_embedding_size: usize,
    /// Units of the network that reads a word's characters, for each direction.
    pub char_hidden_size: usize,
    /// `H`: units in a layer, for each direction.
    pub hidden_size: usize,
    /// Layers in the stack.
    pub num_layers: usize,
    /// Probability of dropping a value while training.
    #[serde(default)]
    pub dropout: f32,
    /// `L`: the tags by name, in the order of the logits.
    pub labels: Vec<String>,
}

/// More classes than this are a damaged or hostile file.
const MAX_LABELS: usize = 1000;

impl TextClassifierConfig {
    /// # Errors
    /// `bad-config` if a size is zero or absurdly large, or there are fewer than two labels, or one twice.
    pub fn check(&self) -> Result<()> {
        check_sizes(&[
            ("vocab_size", self.vocab_size, MAX_VOCAB),
            ("embedding_size", self.embedding_size, MAX_WIDTH),
            ("hidden_size", self.hidden_size, MAX_WIDTH),
            ("num_layers", self.num_layers, MAX_LAYERS),
        ])?;
        check_labels(&self.labels)?;
        check_dropout("dropout", self.dropout)
    }
}

impl TaggerConfig {
    /// # Errors
    /// As [`TextClassifierConfig::check`].
    pub fn check(&self) -> Result<()> {
        check_sizes(&[
            ("vocab_size", self.vocab_size, MAX_VOCAB),
            ("char_vocab_size", self.char_vocab_size, MAX_VOCAB),
            ("embedding_size", self.embedding_size, MAX_WIDTH),
            ("char_embedding_size", self.char_embedding_size, MAX_WIDTH),
            ("char_hidden_size", self.char_hidden_size, MAX_WIDTH),
            ("hidden_size", self.hidden_size, MAX_WIDTH),
            ("num_layers", self.num_layers, MAX_LAYERS),
        ])?;
        check_labels(&self.labels)?;
        check_dropout("dropout", self.dropout)
    }
}

fn check_labels(labels: &[String]) -> Result<()> {
    if !(2..=MAX_LABELS).contains(&labels.len()) {
        return Err(bad(format!("there are {} labels, there must be from 2 to {MAX_LABELS}", labels.len())));
    }
    let first = |label: &String| labels.iter().position(|other| other == label);
    match labels.iter().enumerate().find(|(at, label)| label.is_empty() || first(label) != Some(*at)) {
        Some((_, label)) => Err(bad(format!("the label {label:?} is empty, or stands there twice"))),
        None => Ok(()),
    }
}
