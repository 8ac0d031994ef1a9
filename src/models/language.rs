//! Language models behind a common interface, and their state for one text.

use super::decoder::{Decoder, ModelDecoder};
use super::{CharLstm, FrameShape, Gpt, GptState, ModelConfig, Recording};
use crate::error::{Error, ErrorCode, Result};
use crate::io::Weights;
use crate::nn::{LstmState, Module, Trace};
use crate::tensor::{Device, Tensor};

/// A model that continues a text.
#[derive(Clone)]
// Only one or two exist at a time, and their large parts are on the heap anyway.
#[allow(clippy::large_enum_variant)]
pub enum LanguageModel {
    /// A stack of LSTMs.
    CharLstm(CharLstm),
    /// A Transformer with GPT-2's architecture.
    Gpt(Gpt),
}

/// A model's memory of one text. It can be used only with the model that created it.
#[derive(Clone)]
pub enum TextState {
    /// An LSTM's hidden and cell states.
    CharLstm(LstmState),
    /// The tokens in a GPT-2's window with their keys and values.
    Gpt(GptState),
}

impl LanguageModel {
    /// Loads all parameters from a file.
    ///
    /// # Errors
    /// `bad-config` if `config` is not that of a language model, otherwise as [`CharLstm::from_weights`] and
    /// [`Gpt::from_weights`].
    pub fn from_weights(config: ModelConfig, weights: &mut Weights) -> Result<Self> {
        match config {
            ModelConfig::CharLstm(config) => CharLstm::from_weights(config, weights).map(Self::CharLstm),
            ModelConfig::Gpt2(config) => Gpt::from_weights(config, weights).map(Self::Gpt),
            _ => Err(no_language_model()),
        }
    }

    /// Returns the content of `config.json`.
    pub fn config(&self) -> ModelConfig {
        match self {
            Self::CharLstm(model) => ModelConfig::CharLstm(model.config().clone()),
            Self::Gpt(model) => ModelConfig::Gpt2(model.config().clone()),
        }
    }

    /// The styles that a song header may name.
    pub fn styles(&self) -> &[String] {
        match self {
            Self::CharLstm(_) => &[],
            Self::Gpt(model) => &model.config().styles,
        }
    }

    /// `V`: size of the vocabulary.
    pub fn vocab_size(&self) -> usize {
        match self {
            Self::CharLstm(model) => model.config().vocab_size,
            Self::Gpt(model) => model.config().vocab_size,
        }
    }

    /// Size of the context window in tokens; `None` for an LSTM, whose memory has no fixed limit.
    pub fn context(&self) -> Option<usize> {
        match self {
            Self::CharLstm(_) => None,
            Self::Gpt(model) => Some(model.config().n_positions),
        }
    }

    /// The device that holds the weights.
    pub fn device(&self) -> Device {
        match self {
            Self::CharLstm(model) => model.device(),
            Self::Gpt(model) => model.device(),
        }
    }

    /// The state of an empty text.
    pub fn begin(&self) -> TextState {
        match self {
            Self::CharLstm(model) => TextState::CharLstm(model.zero_state(1)),
            Self::Gpt(model) => TextState::Gpt(model.begin(1)),
        }
    }

    /// Feeds tokens to a text and sets `logits` to `(V)`, the scores of the next. Without tokens `logits` is
    /// unchanged. In portable arithmetic the bits do not depend on how many tokens are fed at once.
    ///
    /// # Errors
    /// `gpu-lost` or `out-of-memory`, on a GPU.
    ///
    /// # Panics
    /// If an id is outside the vocabulary, or the state is another model's.
    pub async fn feed(&self, state: &mut TextState, tokens: &[u32], logits: &mut Vec<f32>) -> Result<()> {
        self.feed_recording(state, tokens, logits, None).await
    }

    /// Like [`Self::feed`], but also records a frame for each token if `recording` is given, on any device.
    ///
    /// # Errors
    /// As [`Self::feed`].
    ///
    /// # Panics
    /// As [`Self::feed`].
    pub async fn feed_recording(
        &self,
        state: &mut TextState,
        tokens: &[u32],
        logits: &mut Vec<f32>,
        recording: Option<&mut Recording>,
    ) -> Result<()> {
        if let Some(gpu) = self.embedding().gpu() {
            // Fail early rather than record work for a lost GPU.
            gpu.check()?;
        }
        if tokens.is_empty() {
            return Ok(());
        }
        let trace = recording.is_some().then(Trace::default);
        let scores = match (self, &mut *state) {
            (Self::CharLstm(model), TextState::CharLstm(state)) => {
                model.read(state, tokens, 1, trace.as_ref())
            }
            (Self::Gpt(model), TextState::Gpt(state)) => model.read(state, tokens, trace.as_ref()),
            _ => panic!("feed: the state is another model's"),
        };
        *logits = match (self, state, recording.zip(trace)) {
            (_, _, None) => scores.read().await?,
            (Self::Gpt(model), TextState::Gpt(state), Some((recording, trace))) => {
                model.record(state, tokens.len(), &scores, &trace, recording).await?
            }
            (_, _, Some((recording, trace))) => {
                recording.add(&scores, &trace, &vec![0; tokens.len()], 0).await?
            }
        };
        Ok(())
    }

    /// Sizes of the frames in a [`Recording`].
    pub fn frame_shape(&self) -> FrameShape {
        match self {
            Self::CharLstm(model) => model.frame_shape(),
            Self::Gpt(model) => model.frame_shape(),
        }
    }

    /// The token embedding table, `(V, E)`.
    pub fn embedding(&self) -> &Tensor {
        match self {
            Self::CharLstm(model) => model.embedding(),
            Self::Gpt(model) => &model.wte.weight,
        }
    }

    /// The first `count` position embeddings, `(count, C)`, or all if there are fewer; empty for an LSTM.
    pub fn positions(&self, count: usize) -> Vec<f32> {
        match self {
            Self::CharLstm(_) => Vec::new(),
            Self::Gpt(model) => model.wpe.weight.narrow(0, 0, count.min(model.config().n_positions)).to_vec(),
        }
    }

    /// Logit lens: the logits `(R, V)` if a residual stream `(R, C)` were passed directly to the output
    /// layer; `None` for an LSTM.
    pub fn lens(&self, residual: &Tensor) -> Option<Tensor> {
        match self {
            Self::CharLstm(_) => None,
            Self::Gpt(model) => Some(model.lens(residual)),
        }
    }

    /// A decoder with a single row that continues from `state`.
    ///
    /// # Panics
    /// If the state is another model's.
    pub fn decoder(&self, state: &TextState) -> Box<dyn Decoder + '_> {
        match (self, state) {
            (Self::CharLstm(model), TextState::CharLstm(state)) => {
                Box::new(ModelDecoder::new(model, state.clone()))
            }
            (Self::Gpt(model), TextState::Gpt(state)) => Box::new(ModelDecoder::new(model, state.clone())),
            _ => panic!("decoder: the state is another model's"),
        }
    }
}

impl ModelConfig {
    /// `V`, the size of a language model's vocabulary.
    ///
    /// # Errors
    /// `bad-config` if this is not a language model.
    pub fn language_vocab_size(&self) -> Result<usize> {
        match self {
            Self::CharLstm(config) => Ok(config.vocab_size),
            Self::Gpt2(config) => Ok(config.vocab_size),
            _ => Err(no_language_model()),
        }
    }
}

fn no_language_model() -> Error {
    Error::new(ErrorCode::BadConfig, "config.json: this model does not continue a text")
}

impl From<CharLstm> for LanguageModel {
    fn from(model: CharLstm) -> Self {
        Self::CharLstm(model)
    }
}

impl From<Gpt> for LanguageModel {
    fn from(model: Gpt) -> Self {
        Self::Gpt(model)
    }
}

impl Module for LanguageModel {
    fn visit(&mut self, f: &mut dyn FnMut(String, &mut Tensor)) {
        match self {
            Self::CharLstm(model) => model.visit(f),
            Self::Gpt(model) => model.visit(f),
        }
    }
}
