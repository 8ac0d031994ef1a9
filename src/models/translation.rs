//! Translators behind a common interface.

use super::{Decoder, FrameShape, ModelConfig, Recording, Seq2Seq, Transformer};
use crate::error::{Error, ErrorCode, Result};
use crate::io::Weights;
use crate::nn::Module;
use crate::rng::Rng;
use crate::tensor::Tensor;

/// A model that translates sentences.
#[derive(Clone)]
// Only one or two exist at a time, and their large parts are on the heap anyway.
#[allow(clippy::large_enum_variant)]
pub enum TranslationModel {
    /// A Transformer.
    Transformer(Transformer),
    /// A GRU encoder and decoder with attention.
    Seq2Seq(Seq2Seq),
}

/// What a translator computed for one sentence.
#[derive(Debug, Clone)]
pub struct Inside {
    /// One frame per source token.
    pub encoder: Recording,
    /// Sizes of the encoder's frames.
    pub encoder_shape: FrameShape,
    /// One frame per token of the translation that was read.
    pub decoder: Recording,
    /// Sizes of the decoder's frames.
    pub decoder_shape: FrameShape,
}

impl TranslationModel {
    /// Loads all parameters from a file.
    ///
    /// # Errors
    /// `bad-config` if `config` is not that of a translator, `missing-parameter` or `parameter-shape` if the
    /// file does not fit it.
    pub fn from_weights(config: ModelConfig, weights: &mut Weights) -> Result<Self> {
        match config {
            ModelConfig::Transformer(config) => {
                Transformer::from_weights(config, weights).map(Self::Transformer)
            }
            ModelConfig::Seq2seq(config) => Seq2Seq::from_weights(config, weights).map(Self::Seq2Seq),
            _ => Err(no_translator()),
        }
    }

    /// Initialises a new model.
    ///
    /// # Errors
    /// `bad-config` if `config` is not that of a translator or a size is out of range.
    pub fn init(config: ModelConfig, rng: &mut Rng) -> Result<Self> {
        match config {
            ModelConfig::Transformer(config) => Transformer::init(config, rng).map(Self::Transformer),
            ModelConfig::Seq2seq(config) => Seq2Seq::init(config, rng).map(Self::Seq2Seq),
            _ => Err(no_translator()),
        }
    }

    /// Returns the content of `config.json`.
    pub fn config(&self) -> ModelConfig {
        match self {
            Self::Transformer(model) => ModelConfig::Transformer(model.config().clone()),
            Self::Seq2Seq(model) => ModelConfig::Seq2seq(model.config().clone()),
        }
    }

    /// Sizes of the source and target vocabularies.
    pub fn vocab_sizes(&self) -> [usize; 2] {
        match self {
            Self::Transformer(model) => [model.config().src_vocab_size, model.config().tgt_vocab_size],
            Self::Seq2Seq(model) => [model.config().src_vocab_size, model.config().tgt_vocab_size],
        }
    }

    /// See [`Transformer::forward`]; [`Seq2Seq::forward`] works the same way.
    pub fn forward(
        &self,
        src: &[u32],
        src_lengths: &[usize],
        tgt: &[u32],
        dropout_seed: Option<u64>,
    ) -> Tensor {
        match self {
            Self::Transformer(model) => model.forward(src, src_lengths, tgt, dropout_seed),
            Self::Seq2Seq(model) => model.forward(src, src_lengths, tgt, dropout_seed),
        }
    }

    /// See [`Transformer::decoder`] and [`Seq2Seq::decoder`].
    pub fn decoder<S: AsRef<[u32]>>(&self, sources: &[S], watching: bool) -> Box<dyn Decoder + '_> {
        match self {
            Self::Transformer(model) => Box::new(model.decoder(sources, watching)),
            Self::Seq2Seq(model) => Box::new(model.decoder(sources, watching)),
        }
    }

    /// See [`Transformer::inside`]; `None` for a [`Seq2Seq`], whose alignment already shows all there is.
    ///
    /// # Errors
    /// As [`Transformer::inside`].
    pub async fn inside(&self, source: &[u32], target: &[u32]) -> Result<Option<Inside>> {
        match self {
            Self::Transformer(model) => model.inside(source, target).await.map(Some),
            Self::Seq2Seq(_) => Ok(None),
        }
    }

    /// Logit lens: the logits `(R, V)` if a residual stream `(R, C)` were passed directly to the output
    /// layer; `None` for GRUs.
    pub fn lens(&self, residual: &Tensor) -> Option<Tensor> {
        match self {
            Self::Transformer(model) => Some(model.lens(residual)),
            Self::Seq2Seq(_) => None,
        }
    }

    /// Embedding tables of the source and the target tokens, each `(V, E)`.
    pub fn embeddings(&self) -> [&Tensor; 2] {
        let tables = match self {
            Self::Transformer(model) => &model.tables,
            Self::Seq2Seq(model) => &model.tables,
        };
        [&tables.src().weight, &tables.tgt().weight]
    }

    /// The first `count` position encodings `(count, C)`; empty for a model without any.
    pub fn positions(&self, count: usize) -> Vec<f32> {
        match self {
            Self::Transformer(model) => model.positions.rows(0, count),
            Self::Seq2Seq(_) => Vec::new(),
        }
    }
}

fn no_translator() -> Error {
    Error::new(ErrorCode::BadConfig, "config.json: this model does not translate")
}

impl Module for TranslationModel {
    fn visit(&mut self, f: &mut dyn FnMut(String, &mut Tensor)) {
        match self {
            Self::Transformer(model) => model.visit(f),
            Self::Seq2Seq(model) => model.visit(f),
        }
    }
}
