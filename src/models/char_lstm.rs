//! The lecture's song writer: a stack of LSTMs that predicts the next character.

use super::decoder::State;
use super::{CharLstmConfig, FrameShape};
use crate::error::Result;
use crate::io::Weights;
use crate::nn::{
    Embedding, Linear, Lstm, LstmState, Module, Source, Trace, forget_gate_bias, normal, orthogonal, xavier,
};
use crate::rng::Rng;
use crate::tensor::Tensor;

/// Embedding, stacked LSTMs, linear output layer (Graves 2013).
///
/// ```
/// use liedwerk::models::{CharLstm, ModelConfig};
/// use liedwerk::rng::Rng;
///
/// let config = ModelConfig::from_json(
///     r#"{"model_type": "char_lstm", "vocab_size": 30, "embedding_size": 8, "hidden_size": 16,
///         "num_layers": 1}"#,
/// )?;
/// let ModelConfig::CharLstm(config) = config else { unreachable!() };
/// let model = CharLstm::init(config, &mut Rng::new(1))?;
/// let (logits, _) = model.forward(&[4, 8, 15], 1, &model.zero_state(1), None);
/// assert_eq!(logits.shape(), [1, 3, 30]);
/// # Ok::<(), liedwerk::Error>(())
/// ```
#[derive(Clone)]
pub struct CharLstm {
    config: CharLstmConfig,
    embedding: Embedding,
    lstm: Lstm,
    head: Linear,
}

impl CharLstm {
    fn build(config: CharLstmConfig, source: &mut Source<'_>) -> Result<Self> {
        config.check()?;
        let CharLstmConfig { vocab_size, embedding_size, hidden_size, num_layers, dropout } = config;
        Ok(Self {
            embedding: Embedding::new("embedding", vocab_size, embedding_size, source)?,
            lstm: Lstm::new("lstm", embedding_size, hidden_size, num_layers, dropout, source)?,
            head: Linear::new("head", hidden_size, vocab_size, source)?,
            config,
        })
    }

    /// Loads all parameters from a file.
    ///
    /// # Errors
    /// `missing-parameter` or `parameter-shape` if the file does not fit `config`.
    pub fn from_weights(config: CharLstmConfig, weights: &mut Weights) -> Result<Self> {
        Self::build(config, &mut |name, shape| weights.take(name, shape))
    }

    /// Initialises a new model: recurrent matrices orthogonal, forget gates open, the other matrices by
    /// [`xavier`].
    ///
    /// # Errors
    /// `bad-config` if a size is out of range.
    pub fn init(config: CharLstmConfig, rng: &mut Rng) -> Result<Self> {
        let (hidden, vocab) = (config.hidden_size, config.vocab_size);
        Self::build(config, &mut |name, shape| {
            Ok(match name.split('.').next_back().unwrap_or(name) {
                _ if name == "embedding.weight" => normal(shape, rng),
                _ if name == "head.weight" => xavier(shape, vocab, rng),
                part if part.starts_with("weight_hh") => orthogonal(4, hidden, rng),
                part if part.starts_with("weight_ih") => xavier(shape, hidden, rng),
                part if part.starts_with("bias_ih") => forget_gate_bias(hidden),
                _ => Tensor::zeros(shape),
            })
        })
    }

    /// Returns the model's configuration.
    pub fn config(&self) -> &CharLstmConfig {
        &self.config
    }

    /// The state before the first character of `batch` texts.
    pub fn zero_state(&self, batch: usize) -> LstmState {
        LstmState::zero(self.config.num_layers, batch, self.config.hidden_size)
    }

    /// Logits `(B, T, V)` after each of `ids (B, T)`, and the state after the last one.
    ///
    /// `dropout_seed` enables dropout, for training.
    pub fn forward(
        &self,
        ids: &[u32],
        batch: usize,
        state: &LstmState,
        dropout_seed: Option<u64>,
    ) -> (Tensor, LstmState) {
        let (y, state) = self.lstm.forward(&self.embed(ids, batch), state, dropout_seed, None); // (T, B, H)
        (self.head.forward(&y).transpose(0, 1), state)
    }

    /// Embeds `ids (B, T)` time first, `(T, B, E)`, so that all characters of one step are contiguous.
    fn embed(&self, ids: &[u32], batch: usize) -> Tensor {
        let steps = ids.len() / batch;
        let by_time: Vec<u32> =
            (0..steps).flat_map(|t| (0..batch).map(move |b| ids[b * steps + t])).collect();
        self.embedding.forward(&by_time, &[steps, batch])
    }

    /// Feeds `ids (B, T)` to texts in progress and returns the logits `(B, V)` after the last ones. In
    /// portable arithmetic the result is bit for bit that of feeding each text's characters one at a time.
    pub(super) fn read(
        &self,
        state: &mut LstmState,
        ids: &[u32],
        batch: usize,
        trace: Option<&Trace>,
    ) -> Tensor {
        let x = self.embed(ids, batch).apart();
        let (y, after) = self.lstm.forward(&x, state, None, trace.map(|trace| &trace.states)); // (T, B, H)
        *state = after;
        let last = y.narrow(0, y.dim(0) - 1, 1).reshape(&[batch, self.config.hidden_size]);
        self.head.forward(&last)
    }

    /// Sizes of the frames in a [`Recording`](super::Recording).
    pub(super) fn frame_shape(&self) -> FrameShape {
        FrameShape { layers: self.config.num_layers, heads: 0, channels: self.config.hidden_size }
    }

    /// The embedding table, `(V, E)`.
    pub(super) fn embedding(&self) -> &Tensor {
        &self.embedding.weight
    }
}

impl State<CharLstm> for LstmState {
    fn feed(&mut self, model: &CharLstm, tokens: &[u32]) -> Tensor {
        model.read(self, tokens, tokens.len(), None)
    }

    fn select(&mut self, rows: &[usize]) {
        LstmState::select(self, rows);
    }
}

impl Module for CharLstm {
    fn visit(&mut self, f: &mut dyn FnMut(String, &mut Tensor)) {
        self.embedding.visit("embedding", f);
        self.lstm.visit("lstm", f);
        self.head.visit("head", f);
    }
}
