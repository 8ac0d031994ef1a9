//! Either model that continues a text, and what it remembers of one.

use super::char_lstm_rows::CharLstmRows;
use super::decoder::{Decoder, Stepping, select, stepped};
use super::gpt_rows::GptRows;
use super::rows::{Rows, RowsDecoder};
use super::{CharLstm, FrameShape, Gpt, GptText, ModelConfig, Recording};
use crate::error::{Error, ErrorCode, Result};
use crate::gpu::Gpu;
use crate::io::Weights;
use crate::nn::{LstmState, Module};
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
    Gpt(GptText),
    /// Of an LSTM whose weights are on this GPU.
    CharLstmRows(Gpu, CharLstmRows),
    /// Of a GPT-2 whose weights are on this GPU.
    GptRows(Gpu, GptRows),
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
            ModelConfig::Transformer(_) | ModelConfig::Seq2seq(_) => Err(no_language_model()),
        }
    }

    /// The content of `config.json`.
    pub fn config(&self) -> ModelConfig {
        match self {
            Self::CharLstm(model) => ModelConfig::CharLstm(model.config().clone()),
            Self::Gpt(model) => ModelConfig::Gpt2(model.config().clone()),
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
        match (self, self.device()) {
            (Self::CharLstm(model), Device::Cpu) => TextState::CharLstm(model.zero_state(1)),
            (Self::Gpt(model), Device::Cpu) => TextState::Gpt(model.empty_text()),
            (Self::CharLstm(model), Device::Gpu(gpu)) => TextState::CharLstmRows(gpu, model.begin_rows(1)),
            (Self::Gpt(model), Device::Gpu(gpu)) => TextState::GptRows(gpu, model.begin_rows(1)),
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

    /// [`Self::feed`], and a frame for each token, if they are wanted. A GPU gives none.
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
        mut recording: Option<&mut Recording>,
    ) -> Result<()> {
        match (self, state) {
            (Self::CharLstm(model), TextState::CharLstm(state)) => {
                for &token in tokens {
                    model.step_recording(token, state, logits, recording.as_deref_mut());
                }
            }
            (Self::Gpt(model), TextState::Gpt(text)) => {
                if !tokens.is_empty() {
                    model.read_recording(text, tokens, logits, recording);
                }
            }
            (Self::CharLstm(model), TextState::CharLstmRows(gpu, rows)) => {
                feed_rows(gpu, model, rows, tokens, logits).await?;
            }
            (Self::Gpt(model), TextState::GptRows(gpu, rows)) => {
                feed_rows(gpu, model, rows, tokens, logits).await?;
            }
            _ => panic!("feed: the state is another model's"),
        }
        Ok(())
    }

    /// Sizes of a [`Recording`]'s frames.
    pub fn frame_shape(&self) -> FrameShape {
        match self {
            Self::CharLstm(model) => {
                let config = model.config();
                FrameShape { layers: config.num_layers, heads: 0, channels: config.hidden_size }
            }
            Self::Gpt(model) => {
                let config = model.config();
                FrameShape { layers: config.n_layer, heads: config.n_head, channels: config.n_embd }
            }
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
            Self::Gpt(model) => {
                let numbers = count.min(model.config().n_positions) * model.config().n_embd;
                model.wpe.weight.data()[..numbers].to_vec()
            }
        }
    }

    /// See [`Gpt::lens`]; an LSTM has no residual stream.
    pub fn lens(&self, residual: &[f32]) -> Option<Vec<f32>> {
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
                Box::new(CharLstmDecoder { model, rows: vec![state.clone()] })
            }
            (Self::Gpt(model), TextState::Gpt(text)) => Box::new(model.decoder_of(vec![text.clone()])),
            (Self::CharLstm(model), TextState::CharLstmRows(_, rows)) => {
                Box::new(RowsDecoder::new(model, rows.clone()))
            }
            (Self::Gpt(model), TextState::GptRows(_, rows)) => {
                Box::new(RowsDecoder::new(model, rows.clone()))
            }
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
            Self::Transformer(_) | Self::Seq2seq(_) => Err(no_language_model()),
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

/// Nothing is recorded for a GPU that is lost.
async fn feed_rows<M>(
    gpu: &Gpu,
    model: &M,
    rows: &mut impl Rows<M>,
    tokens: &[u32],
    logits: &mut Vec<f32>,
) -> Result<()> {
    gpu.check()?;
    if !tokens.is_empty() {
        *logits = rows.read(model, tokens).read().await?;
    }
    Ok(())
}

/// Texts that an LSTM writes side by side.
struct CharLstmDecoder<'a> {
    model: &'a CharLstm,
    rows: Vec<LstmState>,
}

impl Decoder for CharLstmDecoder<'_> {
    fn step<'a>(&'a mut self, tokens: &'a [u32], logits: &'a mut Vec<f32>) -> Stepping<'a> {
        logits.clear();
        let mut of_row = Vec::new();
        for (&token, state) in tokens.iter().zip(&mut self.rows) {
            self.model.step(token, state, &mut of_row);
            logits.extend_from_slice(&of_row);
        }
        stepped()
    }

    fn select(&mut self, rows: &[usize]) {
        select(&mut self.rows, rows);
    }

    fn attention(&self) -> &[Vec<f32>] {
        &[]
    }
}
