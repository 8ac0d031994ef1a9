//! Either translator.

use super::rows::RowsDecoder;
use super::{Decoder, ModelConfig, Seq2Seq, Transformer};
use crate::error::{Error, ErrorCode, Result};
use crate::io::Weights;
use crate::nn::Module;
use crate::rng::Rng;
use crate::tensor::{Device, Tensor};

/// A model from sentences to sentences.
#[derive(Clone)]
// One or two at a time, and what is large in them lies behind pointers anyway.
#[allow(clippy::large_enum_variant)]
pub enum TranslationModel {
    /// A Transformer.
    Transformer(Transformer),
    /// GRUs with attention.
    Seq2Seq(Seq2Seq),
}

impl TranslationModel {
    /// The model with all parameters taken from a file.
    ///
    /// # Errors
    /// `bad-config` if `config` is of no translator, `missing-parameter` or `parameter-shape` if the file
    /// does not fit it.
    pub fn from_weights(config: ModelConfig, weights: &mut Weights) -> Result<Self> {
        match config {
            ModelConfig::Transformer(config) => {
                Transformer::from_weights(config, weights).map(Self::Transformer)
            }
            ModelConfig::Seq2seq(config) => Seq2Seq::from_weights(config, weights).map(Self::Seq2Seq),
            ModelConfig::CharLstm(_) | ModelConfig::Gpt2(_) => Err(no_translator()),
        }
    }

    /// A new model.
    ///
    /// # Errors
    /// `bad-config` if `config` is of no translator or a size is out of range.
    pub fn init(config: ModelConfig, rng: &mut Rng) -> Result<Self> {
        match config {
            ModelConfig::Transformer(config) => Transformer::init(config, rng).map(Self::Transformer),
            ModelConfig::Seq2seq(config) => Seq2Seq::init(config, rng).map(Self::Seq2Seq),
            ModelConfig::CharLstm(_) | ModelConfig::Gpt2(_) => Err(no_translator()),
        }
    }

    /// The content of `config.json`.
    pub fn config(&self) -> ModelConfig {
        match self {
            Self::Transformer(model) => ModelConfig::Transformer(model.config().clone()),
            Self::Seq2Seq(model) => ModelConfig::Seq2seq(model.config().clone()),
        }
    }

    /// Sizes of the source's and the target's vocabulary.
    pub fn vocab_sizes(&self) -> [usize; 2] {
        match self {
            Self::Transformer(model) => [model.config().src_vocab_size, model.config().tgt_vocab_size],
            Self::Seq2Seq(model) => [model.config().src_vocab_size, model.config().tgt_vocab_size],
        }
    }

    /// See [`Transformer::forward`]; the other model's is the same.
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

    /// See [`Transformer::decoder`]; the other model's is the same.
    pub fn decoder<S: AsRef<[u32]>>(&self, sources: &[S], watching: bool) -> Box<dyn Decoder + '_> {
        match (self, self.device()) {
            (Self::Transformer(model), Device::Cpu) => Box::new(model.decoder(sources, watching)),
            (Self::Seq2Seq(model), Device::Cpu) => Box::new(model.decoder(sources, watching)),
            (Self::Transformer(model), Device::Gpu(_)) => {
                Box::new(RowsDecoder::new(model, model.begin_rows(sources, watching)))
            }
            (Self::Seq2Seq(model), Device::Gpu(_)) => {
                Box::new(RowsDecoder::new(model, model.begin_rows(sources, watching)))
            }
        }
    }
}

fn no_translator() -> Error {
    Error::new(ErrorCode::BadConfig, "config.json: this model continues a text, it does not translate")
}

impl Module for TranslationModel {
    fn visit(&mut self, f: &mut dyn FnMut(String, &mut Tensor)) {
        match self {
            Self::Transformer(model) => model.visit(f),
            Self::Seq2Seq(model) => model.visit(f),
        }
    }
}
