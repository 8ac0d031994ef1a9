//! The lecture's translator: a GRU encoder, additive attention and a GRU decoder (Bahdanau, Cho and
//! Bengio 2015).

use super::{Seq2SeqConfig, TokenTables};
use crate::error::Result;
use crate::io::Weights;
use crate::nn::{
    AdditiveAttention, Dropout, Gru, GruConfig, Linear, Memory, Module, Source, normal, orthogonal, xavier,
};
use crate::ops::{Reach, concat};
use crate::rng::Rng;
use crate::tensor::Tensor;

/// Embedding, GRU encoder, additive attention, GRU decoder, linear output layer.
///
/// ```
/// use liedwerk::models::{ModelConfig, Seq2Seq};
/// use liedwerk::rng::Rng;
///
/// let config = ModelConfig::from_json(
///     r#"{"model_type": "seq2seq", "src_vocab_size": 50, "tgt_vocab_size": 50, "embedding_size": 8,
///         "hidden_size": 8, "attention_size": 8, "num_layers": 1, "bidirectional": true, "dropout": 0.1,
///         "tie_embeddings": true}"#,
/// )?;
/// let ModelConfig::Seq2seq(config) = config else { unreachable!() };
/// let model = Seq2Seq::init(config, &mut Rng::new(1))?;
/// assert_eq!(model.forward(&[4, 8, 15], &[3], &[1, 16], None).shape(), [1, 2, 50]);
/// # Ok::<(), liedwerk::Error>(())
/// ```
#[derive(Clone)]
pub struct Seq2Seq {
    pub(super) config: Seq2SeqConfig,
    pub(super) tables: TokenTables,
    pub(super) encoder: Gru,
    pub(super) bridge: Linear,
    pub(super) attention: AdditiveAttention,
    pub(super) decoder: Gru,
    pub(super) output: Linear,
}

/// The encoder's result, as the decoder needs it.
pub(super) struct Encoded {
    /// For the attention: values `(B, S, K)` and keys `(B, S, A)`.
    pub memory: Memory,
    /// Initial state of each decoder layer, `(B, H)`.
    pub state: Vec<Tensor>,
}

impl Seq2Seq {
    fn build(config: Seq2SeqConfig, source: &mut Source<'_>) -> Result<Self> {
        config.check()?;
        let Seq2SeqConfig { embedding_size, hidden_size, attention_size, num_layers, .. } = config;
        let vocabularies = [config.src_vocab_size, config.tgt_vocab_size];
        let key_size = config.key_size();
        let gru = GruConfig {
            inputs: embedding_size,
            hidden: hidden_size,
            num_layers,
            bidirectional: config.bidirectional,
        };
        let decoder = GruConfig { inputs: embedding_size + key_size, bidirectional: false, ..gru };
        let features = hidden_size + key_size + embedding_size;
        Ok(Self {
            tables: TokenTables::new(config.tie_embeddings, vocabularies, embedding_size, source)?,
            encoder: Gru::new("encoder", gru, source)?,
            bridge: Linear::new("bridge", key_size, num_layers * hidden_size, source)?,
            attention: AdditiveAttention::new("attention", hidden_size, key_size, attention_size, source)?,
            decoder: Gru::new("decoder", decoder, source)?,
            output: Linear::new("output", features, embedding_size, source)?,
            config,
        })
    }

    /// Loads all parameters from a file.
    ///
    /// # Errors
    /// `missing-parameter` or `parameter-shape` if the file does not fit `config`.
    pub fn from_weights(config: Seq2SeqConfig, weights: &mut Weights) -> Result<Self> {
        Self::build(config, &mut |name, shape| weights.take(name, shape))
    }

    /// Initialises a new model: recurrent matrices orthogonal, embeddings of length about 1, the other
    /// matrices by [`xavier`].
    ///
    /// # Errors
    /// `bad-config` if a size is out of range.
    pub fn init(config: Seq2SeqConfig, rng: &mut Rng) -> Result<Self> {
        let hidden = config.hidden_size;
        let scale = 1.0 / (config.embedding_size.max(1) as f32).sqrt();
        Self::build(config, &mut |name, shape| {
            Ok(match shape {
                _ if name.ends_with("embedding.weight") => normal(shape, rng).mul_scalar(scale),
                _ if name.contains("weight_hh") => orthogonal(3, hidden, rng),
                [rows, _] => xavier(shape, *rows, rng),
                _ => Tensor::zeros(shape),
            })
        })
    }

    /// Returns the model's configuration.
    pub fn config(&self) -> &Seq2SeqConfig {
        &self.config
    }

    /// Logits `(B, T, V)` of the token after each of `tgt (B, T)`, given the sources `src (B, S)`.
    ///
    /// Sources are padded on the right to one length, with `src_lengths` real tokens each (at least 1).
    /// Padding at the end of a target affects only its own logits. `dropout_seed` enables dropout, for
    /// training.
    pub fn forward(
        &self,
        src: &[u32],
        src_lengths: &[usize],
        tgt: &[u32],
        dropout_seed: Option<u64>,
    ) -> Tensor {
        let dropout = Dropout::new(self.config.dropout, dropout_seed);
        let batch = src_lengths.len();
        let [src_steps, steps] = [src, tgt].map(|ids| ids.len() / batch);
        // Time first, so that all sentences' tokens of one step are contiguous.
        let by_time: Vec<u32> =
            (0..src_steps).flat_map(|t| (0..batch).map(move |b| src[b * src_steps + t])).collect();
        let x = dropout.apply(&self.tables.src().forward(&by_time, &[src_steps, batch])); // (S, B, E)
        let Encoded { memory, mut state } = self.encode(&x, src_lengths, &dropout);
        let embedded = dropout.apply(&self.tables.tgt().forward(tgt, &[batch, steps])); // (B, T, E)
        let texts: Vec<usize> = (0..batch).collect();
        let reach = Reach { texts: &texts, lengths: src_lengths };
        let mut features = Vec::with_capacity(steps);
        for t in 0..steps {
            let y = embedded.narrow(1, t, 1).reshape(&[batch, self.config.embedding_size]);
            let (all, _) = self.step(&y, &memory, reach, &mut state, &dropout);
            features.push(all.reshape(&[batch, 1, all.dim(1)]));
        }
        let features = concat(&features.iter().collect::<Vec<_>>(), 1); // (B, T, H + K + E)
        self.logits(&features, &dropout)
    }

    /// Runs one decoder step on token vectors `y (R, E)` and updates the state `(R, H)` of each layer.
    /// Returns the input of [`Self::logits`] `(R, H + K + E)` and each row's attention weights `(R, S)`.
    pub(super) fn step(
        &self,
        y: &Tensor,
        memory: &Memory,
        reach: Reach<'_>,
        state: &mut [Tensor],
        dropout: &Dropout,
    ) -> (Tensor, Tensor) {
        let before = state.last().expect("a decoder has at least one layer");
        let (context, weights) = self.attention.forward(before, memory, reach);
        let h = self.decoder.step(&concat(&[y, &context], 1), state, dropout);
        (concat(&[&h, &context, y], 1), weights)
    }

    /// Logits `(…, V)`, from the output of [`Self::step`].
    pub(super) fn logits(&self, features: &Tensor, dropout: &Dropout) -> Tensor {
        dropout.apply(&self.output.forward(features).tanh()).linear(self.tables.head(), None)
    }

    /// Encodes embedded sources `x (S, B, E)`.
    pub(super) fn encode(&self, x: &Tensor, src_lengths: &[usize], dropout: &Dropout) -> Encoded {
        let (values, last) = self.encoder.forward(x, src_lengths, dropout);
        let summary = concat(&last.iter().collect::<Vec<_>>(), 1); // (B, K)
        let initial = self.bridge.forward(&summary).tanh(); // (B, L H)
        let hidden = self.config.hidden_size;
        let state = (0..self.config.num_layers).map(|k| initial.narrow(1, k * hidden, hidden)).collect();
        Encoded { memory: self.attention.memory(values.transpose(0, 1)), state }
    }
}

impl Module for Seq2Seq {
    fn visit(&mut self, f: &mut dyn FnMut(String, &mut Tensor)) {
        self.tables.visit(f);
        self.encoder.visit("encoder", f);
        self.bridge.visit("bridge", f);
        self.attention.visit("attention", f);
        self.decoder.visit("decoder", f);
        self.output.visit("output", f);
    }
}
