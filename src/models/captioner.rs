//! A model that describes pictures: a convolutional encoder and an LSTM decoder with additive attention
//! (Xu et al. 2015).

use super::config::{MAX_VOCAB, MAX_WIDTH, bad, check_sizes};
use crate::error::Result;
use crate::io::Weights;
use crate::nn::{AdditiveAttention, Conv2d, Embedding, Linear, Lstm, LstmState, Memory, Module, Source};
use crate::ops::{Conv2dOptions, Reach, concat};
use crate::tensor::Tensor;
use serde::{Deserialize, Serialize};

/// Width and height of a [`Captioner`]'s input, in pixels.
pub const PICTURE_SIZE: usize = 32;
/// Width and height of the grid of places that it attends to.
pub const PLACES: usize = 8;

/// Sizes of a [`Captioner`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CaptionerConfig {
    /// Must be `captioner`.
    model_type: String,
    /// `V`: number of different words.
    pub vocab_size: usize,
    /// Output channels of the three convolutions; the last is `K`, the number of features per place.
    pub channels: [usize; 3],
    /// `E`: size of a word embedding.
    pub embedding_size: usize,
    /// `H`: units of the LSTM.
    pub hidden_size: usize,
    /// `A`: hidden units of the attention.
    pub attention_size: usize,
}

impl CaptionerConfig {
    /// Parses and checks `config.json`.
    ///
    /// # Errors
    /// `bad-config` if it is not JSON, belongs to another kind of model, or a size is out of range.
    pub fn from_json(json: &str) -> Result<Self> {
        let config: Self = serde_json::from_str(json).map_err(|error| bad(error.to_string()))?;
        if config.model_type != "captioner" {
            return Err(bad(format!("model_type is {}, not captioner", config.model_type)));
        }
        let [first, second, third] = config.channels;
        check_sizes(&[
            ("vocab_size", config.vocab_size, MAX_VOCAB),
            ("channels[0]", first, MAX_WIDTH),
            ("channels[1]", second, MAX_WIDTH),
            ("channels[2]", third, MAX_WIDTH),
            ("embedding_size", config.embedding_size, MAX_WIDTH),
            ("hidden_size", config.hidden_size, MAX_WIDTH),
            ("attention_size", config.attention_size, MAX_WIDTH),
        ])?;
        Ok(config)
    }
}

/// Three convolutions, additive attention over 8 x 8 places, LSTM, linear output layer.
///
/// ```
/// use liedwerk::Tensor;
/// use liedwerk::models::{Captioner, CaptionerConfig};
///
/// let config = CaptionerConfig::from_json(
///     r#"{"model_type": "captioner", "vocab_size": 50, "channels": [4, 4, 4], "embedding_size": 8,
///         "hidden_size": 8, "attention_size": 8}"#,
/// )?;
/// let model = Captioner::build(config, &mut |_, shape| Ok(Tensor::full(shape, 0.1)))?;
/// assert_eq!(model.forward(&Tensor::zeros(&[1, 3, 32, 32]), &[1, 4]).shape(), [1, 2, 50]);
/// # Ok::<(), liedwerk::Error>(())
/// ```
#[derive(Clone)]
pub struct Captioner {
    config: CaptionerConfig,
    convolutions: [Conv2d; 3],
    /// `(64, K)`, added to the features: convolutions alone do not encode the absolute position.
    position: Tensor,
    bridge: Linear,
    embedding: Embedding,
    attention: AdditiveAttention,
    decoder: Lstm,
    head: Linear,
}

impl Captioner {
    /// Builds the model with parameters from `source`, by name.
    ///
    /// # Errors
    /// Those of the source.
    pub fn build(config: CaptionerConfig, source: &mut Source<'_>) -> Result<Self> {
        let CaptionerConfig { vocab_size, channels, embedding_size, hidden_size, attention_size, .. } =
            config;
        let [first, second, seen] = channels;
        let options = |stride: usize| Conv2dOptions { stride, padding: 1, groups: 1 };
        Ok(Self {
            convolutions: [
                Conv2d::new("conv1", [3, first], 3, options(2), source)?,
                Conv2d::new("conv2", [first, second], 3, options(2), source)?,
                Conv2d::new("conv3", [second, seen], 3, options(1), source)?,
            ],
            position: source("position.weight", &[PLACES * PLACES, seen])?,
            bridge: Linear::new("bridge", seen, hidden_size, source)?,
            embedding: Embedding::new("embedding", vocab_size, embedding_size, source)?,
            attention: AdditiveAttention::new("attention", hidden_size, seen, attention_size, source)?,
            decoder: Lstm::new("decoder", embedding_size + seen, hidden_size, 1, 0.0, source)?,
            head: Linear::new("head", hidden_size + seen, vocab_size, source)?,
            config,
        })
    }

    /// Loads all parameters from a file.
    ///
    /// # Errors
    /// `missing-parameter` or `parameter-shape` if the file does not fit `config`.
    pub fn from_weights(config: CaptionerConfig, weights: &mut Weights) -> Result<Self> {
        Self::build(config, &mut |name, shape| weights.take(name, shape))
    }

    /// Returns the model's configuration.
    pub fn config(&self) -> &CaptionerConfig {
        &self.config
    }

    /// Encodes pictures `(B, 3, 32, 32)` with values from -1 to 1. Returns values `(B, 64, K)`, places in
    /// row-major order, and their keys.
    pub fn see(&self, pictures: &Tensor) -> Memory {
        let seen = self.convolutions.iter().fold(pictures.clone(), |x, layer| layer.forward(&x).relu());
        let (batch, channels) = (seen.dim(0), seen.dim(1));
        let places = seen.reshape(&[batch, channels, PLACES * PLACES]).transpose(1, 2);
        self.attention.memory(places.add(&self.position))
    }

    /// The LSTM's state before the first word, computed from the output of [`see`](Self::see).
    pub fn begin(&self, memory: &Memory) -> LstmState {
        let (batch, seen) = (memory.values.dim(0), memory.values.dim(2));
        let h = self.bridge.forward(&memory.values.mean(1).reshape(&[batch, seen])).tanh();
        let c = Tensor::zeros(h.shape());
        LstmState { layers: vec![(h, c)] }
    }

    /// Feeds one word to each of `B` texts and updates `state`. Returns the logits `(B, V)` of the next word,
    /// and the attention weights `(B, 64)` over the places.
    pub fn step(&self, words: &[u32], memory: &Memory, state: &mut LstmState) -> (Tensor, Tensor) {
        let texts: Vec<usize> = (0..words.len()).collect();
        let lengths = vec![PLACES * PLACES; words.len()];
        let reach = Reach { texts: &texts, lengths: &lengths };
        let (context, weights) = self.attention.forward(&state.layers[0].0, memory, reach);
        let x = concat(&[&self.embedding.forward(words, &[words.len()]), &context], 1);
        let (out, after) = self.decoder.forward(&x.reshape(&[1, x.dim(0), x.dim(1)]), state, None, None);
        *state = after;
        let out = out.reshape(&[words.len(), self.config.hidden_size]);
        (self.head.forward(&concat(&[&out, &context], 1)), weights)
    }

    /// Logits `(B, T, V)` of the word after each of `words (B, T)`, for pictures `(B, 3, 32, 32)`.
    pub fn forward(&self, pictures: &Tensor, words: &[u32]) -> Tensor {
        let batch = pictures.dim(0);
        let steps = words.len() / batch;
        let memory = self.see(pictures);
        let mut state = self.begin(&memory);
        let logits: Vec<Tensor> = (0..steps)
            .map(|t| {
                let column: Vec<u32> = (0..batch).map(|b| words[b * steps + t]).collect();
                let (logits, _) = self.step(&column, &memory, &mut state);
                logits.reshape(&[batch, 1, self.config.vocab_size])
            })
            .collect();
        concat(&logits.iter().collect::<Vec<_>>(), 1)
    }
}

impl Module for Captioner {
    fn visit(&mut self, f: &mut dyn FnMut(String, &mut Tensor)) {
        for (convolution, name) in self.convolutions.iter_mut().zip(["conv1", "conv2", "conv3"]) {
            convolution.visit(name, f);
        }
        f("position.weight".to_owned(), &mut self.position);
        self.bridge.visit("bridge", f);
        self.embedding.visit("embedding", f);
        self.attention.visit("attention", f);
        self.decoder.visit("decoder", f);
        self.head.visit("head", f);
    }
}
