//! The encoder-decoder Transformer of "Attention is all you need" (Vaswani et al. 2017).

use super::{TokenTables, TransformerConfig};
use crate::error::Result;
use crate::io::Weights;
use crate::nn::{
    Dropout, Embedding, LayerNorm, Module, PositionalEncoding, Source, TransformerDecoderLayer,
    TransformerEncoderLayer, TransformerLayerConfig, normal, xavier,
};
use crate::ops::AttentionMask;
use crate::rng::Rng;
use crate::tensor::Tensor;

/// Token embedding and positions, layers that read the source, layers that write the target, linear output.
#[derive(Clone)]
pub struct Transformer {
    pub(super) config: TransformerConfig,
    pub(super) tables: TokenTables,
    pub(super) positions: PositionalEncoding,
    pub(super) encoder: Vec<TransformerEncoderLayer>,
    pub(super) encoder_norm: LayerNorm,
    pub(super) decoder: Vec<TransformerDecoderLayer>,
    pub(super) decoder_norm: LayerNorm,
}

impl Transformer {
    fn build(config: TransformerConfig, source: &mut Source<'_>) -> Result<Self> {
        config.check()?;
        let TransformerConfig { d_model, nhead, dim_feedforward, norm_first, .. } = config;
        let layer = TransformerLayerConfig { d_model, nhead, dim_feedforward, norm_first };
        let vocabularies = [config.src_vocab_size, config.tgt_vocab_size];
        Ok(Self {
            tables: TokenTables::new(config.tie_embeddings, vocabularies, d_model, source)?,
            positions: PositionalEncoding::new(d_model),
            encoder: (0..config.num_encoder_layers)
                .map(|k| TransformerEncoderLayer::new(&encoder_layer(k), layer, source))
                .collect::<Result<_>>()?,
            encoder_norm: LayerNorm::new("transformer.encoder.norm", d_model, source)?,
            decoder: (0..config.num_decoder_layers)
                .map(|k| TransformerDecoderLayer::new(&decoder_layer(k), layer, source))
                .collect::<Result<_>>()?,
            decoder_norm: LayerNorm::new("transformer.decoder.norm", d_model, source)?,
            config,
        })
    }

    /// The model with all parameters taken from a file.
    ///
    /// # Errors
    /// `missing-parameter` or `parameter-shape` if the file does not fit `config`.
    pub fn from_weights(config: TransformerConfig, weights: &mut Weights) -> Result<Self> {
        Self::build(config, &mut |name, shape| weights.take(name, shape))
    }

    /// A new model: embeddings of length about 1, other matrices after Glorot.
    ///
    /// # Errors
    /// `bad-config` if a size is out of range.
    pub fn init(config: TransformerConfig, rng: &mut Rng) -> Result<Self> {
        let scale = 1.0 / (config.d_model.max(1) as f32).sqrt();
        Self::build(config, &mut |name, shape| {
            Ok(match shape {
                _ if name.ends_with("embedding.weight") => normal(shape, rng).mul_scalar(scale),
                [rows, _] => xavier(shape, *rows, rng),
                // Of the vectors only normalisation has a `weight`.
                _ if name.ends_with("weight") => Tensor::full(shape, 1.0),
                _ => Tensor::zeros(shape),
            })
        })
    }

    /// Sizes of the model.
    pub fn config(&self) -> &TransformerConfig {
        &self.config
    }

    /// Logits `(B, T, V)` of the token after each of `tgt (B, T)`, given the sources `src (B, S)`.
    ///
    /// Sources are padded on the right to one length, with `src_lengths` real tokens each (at least 1);
    /// what comes after the end of a target concerns only its own logits. `dropout_seed` switches
    /// dropout on, for training.
    pub fn forward(
        &self,
        src: &[u32],
        src_lengths: &[usize],
        tgt: &[u32],
        dropout_seed: Option<u64>,
    ) -> Tensor {
        let dropout = Dropout::new(self.config.dropout, dropout_seed);
        let memory = self.encode(src, src_lengths, &dropout);
        let mask = padding(src_lengths);
        let mut y = self.embed(self.tables.tgt(), tgt, src_lengths.len(), &dropout); // (B, T, C)
        for layer in &self.decoder {
            y = layer.forward(&y, &memory, &mask, &dropout);
        }
        self.decoder_norm.forward(&y).linear(self.tables.head(), None)
    }

    /// What the encoder makes of `src (B, S)`: `(B, S, C)`.
    pub(super) fn encode(&self, src: &[u32], src_lengths: &[usize], dropout: &Dropout) -> Tensor {
        let mask = padding(src_lengths);
        let mut x = self.embed(self.tables.src(), src, src_lengths.len(), dropout);
        for layer in &self.encoder {
            x = layer.forward(&x, &mask, dropout);
        }
        self.encoder_norm.forward(&x)
    }

    /// Vectors of length about `√C`, plus positions of the same length.
    fn embed(&self, table: &Embedding, ids: &[u32], batch: usize, dropout: &Dropout) -> Tensor {
        let length = ids.len() / batch;
        let vectors = table.forward(ids, &[batch, length]).mul_scalar(self.embedding_scale());
        dropout.apply(&vectors.add(&self.positions.forward(length)))
    }

    pub(super) fn embedding_scale(&self) -> f32 {
        (self.config.d_model as f32).sqrt()
    }
}

fn padding(src_lengths: &[usize]) -> AttentionMask {
    AttentionMask { key_lengths: Some(src_lengths.to_vec()), ..AttentionMask::default() }
}

fn encoder_layer(k: usize) -> String {
    format!("transformer.encoder.layers.{k}")
}

fn decoder_layer(k: usize) -> String {
    format!("transformer.decoder.layers.{k}")
}

impl Module for Transformer {
    fn visit(&mut self, f: &mut dyn FnMut(String, &mut Tensor)) {
        self.tables.visit(f);
        for (k, layer) in self.encoder.iter_mut().enumerate() {
            layer.visit(&encoder_layer(k), f);
        }
        self.encoder_norm.visit("transformer.encoder.norm", f);
        for (k, layer) in self.decoder.iter_mut().enumerate() {
            layer.visit(&decoder_layer(k), f);
        }
        self.decoder_norm.visit("transformer.decoder.norm", f);
    }
}
