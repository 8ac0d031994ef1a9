//! Text classification: one label for a whole text.

use super::{Pooling, TextClassifierConfig};
use crate::error::Result;
use crate::io::Weights;
use crate::nn::padded::time_first;
use crate::nn::{BiLstm, Dropout, Embedding, Linear, Module, Source, reading_init};
use crate::rng::Rng;
use crate::tensor::Tensor;

/// Embedding, bidirectional LSTM, pooling by mean or last state, linear output layer.
///
/// ```
/// use liedwerk::models::{ModelConfig, TextClassifier};
/// use liedwerk::rng::Rng;
///
/// let config = ModelConfig::from_json(
///     r#"{"model_type": "text_classifier", "vocab_size": 50, "embedding_size": 8, "hidden_size": 8,
///         "num_layers": 1, "pooling": "mean", "dropout": 0.1, "labels": ["sad", "glad"]}"#,
/// )?;
/// let ModelConfig::TextClassifier(config) = config else { unreachable!() };
/// let model = TextClassifier::init(config, &mut Rng::new(1))?;
/// assert_eq!(model.forward(&[4, 8, 15], &[3], None).shape(), [1, 2]);
/// # Ok::<(), liedwerk::Error>(())
/// ```
#[derive(Clone)]
pub struct TextClassifier {
    config: TextClassifierConfig,
    embedding: Embedding,
    lstm: BiLstm,
    head: Linear,
}

impl TextClassifier {
    fn build(config: TextClassifierConfig, source: &mut Source<'_>) -> Result<Self> {
        config.check()?;
        let TextClassifierConfig { vocab_size, embedding_size, hidden_size, num_layers, .. } = config;
        Ok(Self {
            embedding: Embedding::new("embedding", vocab_size, embedding_size, source)?,
            lstm: BiLstm::new("lstm", embedding_size, hidden_size, num_layers, source)?,
            head: Linear::new("head", 2 * hidden_size, config.labels.len(), source)?,
            config,
        })
    }

    /// Loads all parameters from a file.
    ///
    /// # Errors
    /// `missing-parameter` or `parameter-shape` if the file does not fit `config`.
    pub fn from_weights(config: TextClassifierConfig, weights: &mut Weights) -> Result<Self> {
        Self::build(config, &mut |name, shape| weights.take(name, shape))
    }

    /// Initialises a new model: recurrent matrices orthogonal, forget gates open, embeddings of length
    /// about 1, the other matrices by [`xavier`](crate::nn::xavier).
    ///
    /// # Errors
    /// `bad-config` if a size is out of range.
    pub fn init(config: TextClassifierConfig, rng: &mut Rng) -> Result<Self> {
        Self::build(config, &mut |name, shape| Ok(reading_init(name, shape, rng)))
    }

    /// Returns the model's configuration.
    pub fn config(&self) -> &TextClassifierConfig {
        &self.config
    }

    /// Logits `(B, L)` of texts `ids (B, S)`, padded on the right, with `lengths` real tokens each (at
    /// least 1).
    ///
    /// `dropout_seed` enables dropout, for training.
    pub fn forward(&self, ids: &[u32], lengths: &[usize], dropout_seed: Option<u64>) -> Tensor {
        let dropout = Dropout::new(self.config.dropout, dropout_seed);
        let batch = lengths.len();
        let by_time = time_first(ids, batch);
        let x = dropout.apply(&self.embedding.forward(&by_time, &[ids.len() / batch, batch])); // (S, B, E)
        let (y, last) = self.lstm.forward(&x, lengths, &dropout); // (S, B, 2H), (B, 2H)
        let pooled = match self.config.pooling {
            Pooling::Last => last,
            Pooling::Mean => {
                let shares = lengths.iter().map(|&length| 1.0 / length as f32).collect();
                y.sum(0).reshape(&[batch, y.dim(2)]).mul(&Tensor::from_vec(shares, &[batch, 1]))
            }
        };
        self.head.forward(&dropout.apply(&pooled))
    }
}

impl Module for TextClassifier {
    fn visit(&mut self, f: &mut dyn FnMut(String, &mut Tensor)) {
        self.embedding.visit("embedding", f);
        self.lstm.visit("lstm", f);
        self.head.visit("head", f);
    }
}
