//! Configurations of the text classifier and the tagger.

use super::config::{MAX_LAYERS, MAX_VOCAB, MAX_WIDTH, bad, check_dropout, check_sizes};
use crate::error::Result;
use serde::{Deserialize, Serialize};

/// How a [`super::TextClassifier`] reduces a text to one vector.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Pooling {
    /// The mean of the states at all tokens.
    #[default]
    Mean,
    /// The final state of each direction.
    Last,
}

/// Sizes of a [`super::TextClassifier`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TextClassifierConfig {
    /// `V`: size of the vocabulary.
    pub vocab_size: usize,
    /// `E`: size of a token embedding.
    pub embedding_size: usize,
    /// `H`: units per layer and direction.
    pub hidden_size: usize,
    /// Number of layers.
    pub num_layers: usize,
    /// How the states are pooled.
    #[serde(default)]
    pub pooling: Pooling,
    /// Dropout probability, in training.
    #[serde(default)]
    pub dropout: f32,
    /// `L`: names of the classes, in the order of the logits.
    pub labels: Vec<String>,
}

/// Sizes of a [`super::Tagger`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TaggerConfig {
    /// `V`: size of the word vocabulary.
    pub vocab_size: usize,
    /// Number of different characters.
    pub char_vocab_size: usize,
    /// `E`: size of a word embedding.
    pub embedding_size: usize,
    /// Size of a character embedding.
    pub char_embedding_size: usize,
    /// `Hc`: units per direction of the LSTM over a word's characters.
    pub char_hidden_size: usize,
    /// `H`: units per layer and direction.
    pub hidden_size: usize,
    /// Number of layers.
    pub num_layers: usize,
    /// Dropout probability, in training.
    #[serde(default)]
    pub dropout: f32,
    /// `L`: names of the tags, in the order of the logits.
    pub labels: Vec<String>,
}

/// More classes are rejected as a damaged or hostile file.
const MAX_LABELS: usize = 1000;

impl TextClassifierConfig {
    /// Checks that the sizes are consistent.
    ///
    /// # Errors
    /// `bad-config` if a size is zero or implausibly large, there are fewer than two labels, a label is empty
    /// or occurs twice, or the dropout probability is out of range.
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
    /// Checks that the sizes are consistent.
    ///
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
