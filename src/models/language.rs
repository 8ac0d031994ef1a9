//! Either model that continues a text, and what it remembers of one.

use super::decoder::{Decoder, ModelDecoder};
use super::{CharLstm, FrameShape, Gpt, GptState, ModelConfig, Recording};
use crate::error::{Error, ErrorCode, Result};
use crate::io::Weights;
use crate::nn::{LstmState, Module, Trace};
use crate::tensor::{Device, Tensor};

/// A model that continues a text.
#[derive(Clone)]
// One or two at a time, and what is large in them lies behind pointers anyway.
#[allow(clippy::large_enum_variant)]
pub enum LanguageModel {
    /// A stack of LSTMs.
    CharLstm(CharLstm),
    /// A Transformer in GPT-2's form.
    Gpt(Gpt),
}

/// What a model remembers of a text; belongs to the model that began it.
#[derive(Clone)]
pub enum TextState {
    /// Of an LSTM, the layers' states.
    CharLstm(LstmState),
    /// Of a GPT-2, the tokens of its window with their keys and values.
    Gpt(GptState),
}

impl LanguageModel {
    /// The model with all parameters taken from a file.
    ///
    /// # Errors
    /// `bad-config` if `config` is of no language model, else as [`CharLstm::from_weights`] and
    /// [`Gpt::from_weights`].
    pub fn from_weights(config: ModelConfig, weights: &mut Weights) -> Result<Self> {
        match config {
            ModelConfig::CharLstm(config) => CharLstm::from_weights(config, weights).map(Self::CharLstm),
            ModelConfig::Gpt2(config) => Gpt::from_weights(config, weights).map(Self::Gpt),
            _ => Err(no_language_model()),
        }
    }

    /// The content of `config.json`.
    pub fn config(&self) -> ModelConfig {
        match self {
            Self::CharLstm(model) => ModelConfig::CharLstm(model.config().clone()),
            Self::Gpt(model) => ModelConfig::Gpt2(model.config().clone()),
        }
    }

    /// The styles that a song's header may name to it.
    pub fn styles(&self) -> &[String] {
        match self {
            Self::CharLstm(_) => &[],
            Self::Gpt(model) => &model.config().styles,
        }
    }

    /// `V`: number of different tokens.
    pub fn vocab_size(&self) -> usize {
        match self {
            Self::CharLstm(model) => model.config().vocab_size,
            Self::Gpt(model) => model.config().vocab_size,
        }
    }

    /// The most tokens that the model looks at; `None` if it may remember something of every one.
    pub fn context(&self) -> Option<usize> {
        match self {
            Self::CharLstm(_) => None,
            Self::Gpt(model) => Some(model.config().n_positions),
        }
    }

    /// Where the weights are.
    pub fn device(&self) -> Device {
        match self {
            Self::CharLstm(model) => model.device(),
            Self::Gpt(model) => model.device(),
        }
    }

    /// The state before the first token.
    pub fn begin(&self) -> TextState {
        match self {
            Self::CharLstm(model) => TextState::CharLstm(model.zero_state(1)),
            Self::Gpt(model) => TextState::Gpt(model.begin(1)),
        }
    }

    /// Feeds tokens to a text; `logits` becomes `(V)`, the scores of the next, and stays as it is without
    /// tokens. In portable arithmetic the bits do not depend on how many are fed at once.
    ///
    /// # Errors
    /// `gpu-lost` or `out-of-memory`, on a GPU.
    ///
    /// # Panics
    /// If an id is outside the vocabulary, or the state is another model's.
    pub async fn feed(&self, state: &mut TextState, tokens: &[u32], logits: &mut Vec<f32>) -> Result<()> {
        self.feed_recording(state, tokens, logits, None).await
    }

    /// [`Self::feed`], and a frame for each token, if they are wanted: on whatever device the model is.
    ///
    /// # Errors
    /// As `feed`.
    ///
    /// # Panics
    /// As `feed`.
    pub async fn feed_recording(
        &self,
        state: &mut TextState,
        tokens: &[u32],
        logits: &mut Vec<f32>,
        recording: Option<&mut Recording>,
    ) -> Result<()> {
        if let Some(gpu) = self.embedding().gpu() {
            // Nothing is begun on a GPU that is lost.
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

    /// Sizes of a [`Recording`]'s frames.
    pub fn frame_shape(&self) -> FrameShape {
        match self {
            Self::CharLstm(model) => model.frame_shape(),
            Self::Gpt(model) => model.frame_shape(),
        }
    }

    /// The vectors of the tokens, `(V, E)`.
    pub fn embedding(&self) -> &Tensor {
        match self {
            Self::CharLstm(model) => model.embedding(),
            Self::Gpt(model) => &model.wte.weight,
        }
    }

    /// The vectors of the first `count` positions, `(count, C)`, of as many as there are; none of an LSTM.
    pub fn positions(&self, count: usize) -> Vec<f32> {
        match self {
            Self::CharLstm(_) => Vec::new(),
            Self::Gpt(model) => model.wpe.weight.narrow(0, 0, count.min(model.config().n_positions)).to_vec(),
        }
    }

    /// The logits `(R, V)` of what would be written if a residual stream `(R, C)` ended where it is; an LSTM has none.
    pub fn lens(&self, residual: &Tensor) -> Option<Tensor> {
        match self {
            Self::CharLstm(_) => None,
            Self::Gpt(model) => Some(model.lens(residual)),
        }
    }

    /// One row that goes on from this state.
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
    /// `V` of a model that continues a text.
    ///
    /// # Errors
    /// `bad-config` for one that translates.
    pub fn language_vocab_size(&self) -> Result<usize> {
        match self {
            Self::CharLstm(config) => Ok(config.vocab_size),
            Self::Gpt2(config) => Ok(config.vocab_size),
            _ => Err(no_language_model()),
        }
    }
}

fn no_language_model() -> Error {
    Error::new(ErrorCode::BadConfig, "config.json: this model translates, it does not continue a text")
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
