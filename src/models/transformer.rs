//! The encoder-decoder Transformer of "Attention is all you need" (Vaswani et al. 2017).

use super::{TokenTables, TransformerConfig};
use crate::error::Result;
use crate::io::Weights;
use crate::nn::{
    Dropout, Embedding, LayerNorm, Module, PositionalEncoding, Reading, Source, TransformerDecoderLayer,
    TransformerEncoderLayer, TransformerLayerConfig, Watch, Whole, normal, xavier,
};
use crate::ops::AttentionMask;
use crate::rng::Rng;
use crate::tensor::Tensor;

/// Token and position embedding, encoder and decoder layers, linear output layer.
///
/// ```
/// use liedwerk::models::{ModelConfig, Transformer};
/// use liedwerk::rng::Rng;
///
/// let config = ModelConfig::from_json(
///     r#"{"model_type": "transformer", "src_vocab_size": 50, "tgt_vocab_size": 50, "d_model": 8, "nhead": 2,
///         "num_encoder_layers": 1, "num_decoder_layers": 1, "dim_feedforward": 16, "dropout": 0.1,
///         "norm_first": true, "tie_embeddings": true}"#,
/// )?;
/// let ModelConfig::Transformer(config) = config else { unreachable!() };
/// let model = Transformer::init(config, &mut Rng::new(1))?;
/// assert_eq!(model.forward(&[4, 8, 15], &[3], &[1, 16], None).shape(), [1, 2, 50]);
/// # Ok::<(), liedwerk::Error>(())
/// ```
#[derive(Clone)]
pub struct Transformer {
    pub(super) config: TransformerConfig,
    pub(super) tables: TokenTables,
    pub(super) positions: PositionalEncoding,
    pub(super) encoder: Vec<TransformerEncoderLayer>,
    pub(super) encoder_norm: Option<LayerNorm>,
    pub(super) decoder: Vec<TransformerDecoderLayer>,
    pub(super) decoder_norm: Option<LayerNorm>,
    /// Bias `(V)` of the output layer.
    pub(super) head_bias: Option<Tensor>,
}

impl Transformer {
    fn build(config: TransformerConfig, source: &mut Source<'_>) -> Result<Self> {
        config.check()?;
        let TransformerConfig { d_model, nhead, dim_feedforward, norm_first, activation, .. } = config;
        let layer = TransformerLayerConfig { d_model, nhead, dim_feedforward, norm_first, activation };
        let vocabularies = [config.src_vocab_size, config.tgt_vocab_size];
        Ok(Self {
            tables: TokenTables::new(config.tie_embeddings, vocabularies, d_model, source)?,
            positions: PositionalEncoding::new(d_model, config.positions),
            encoder: (0..config.num_encoder_layers)
                .map(|k| TransformerEncoderLayer::new(&encoder_layer(k), layer, source))
                .collect::<Result<_>>()?,
            encoder_norm: final_norm("transformer.encoder.norm", &config, source)?,
            decoder: (0..config.num_decoder_layers)
                .map(|k| TransformerDecoderLayer::new(&decoder_layer(k), layer, source))
                .collect::<Result<_>>()?,
            decoder_norm: final_norm("transformer.decoder.norm", &config, source)?,
            head_bias: match config.head_bias {
                true => Some(source("head.bias", &[config.tgt_vocab_size])?),
                false => None,
            },
            config,
        })
    }

    /// Loads all parameters from a file.
    ///
    /// # Errors
    /// `missing-parameter` or `parameter-shape` if the file does not fit `config`.
    pub fn from_weights(config: TransformerConfig, weights: &mut Weights) -> Result<Self> {
        Self::build(config, &mut |name, shape| weights.take(name, shape))
    }

    /// Initialises a new model: embeddings of length about 1, the other matrices by [`xavier`].
    ///
    /// # Errors
    /// `bad-config` if a size is out of range.
    pub fn init(config: TransformerConfig, rng: &mut Rng) -> Result<Self> {
        let scale = 1.0 / (config.d_model.max(1) as f32).sqrt();
        Self::build(config, &mut |name, shape| {
            Ok(match shape {
                _ if name.ends_with("embedding.weight") => normal(shape, rng).mul_scalar(scale),
                [rows, _] => xavier(shape, *rows, rng),
                // The only vectors named `weight` belong to normalisations.
                _ if name.ends_with("weight") => Tensor::full(shape, 1.0),
                _ => Tensor::zeros(shape),
            })
        })
    }

    /// Returns the model's configuration.
    pub fn config(&self) -> &TransformerConfig {
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
        let dropout = &Dropout::new(self.config.dropout, dropout_seed);
        let batch = src_lengths.len();
        let padding = AttentionMask { key_lengths: Some(src_lengths.to_vec()), ..AttentionMask::default() };
        let causal = AttentionMask { causal_offset: Some(0), ..AttentionMask::default() };
        let [sources, targets] = [&padding, &causal].map(|mask| Whole { mask, dropout, watch: None });
        let x = dropout.apply(&self.embed(self.tables.src(), src, [batch, src.len() / batch], 0)); // (B, S, C)
        let memory = self.encode(x, sources);
        let y = dropout.apply(&self.embed(self.tables.tgt(), tgt, [batch, tgt.len() / batch], 0)); // (B, T, C)
        let reading = || [Reading::Themselves(targets), Reading::Memory(&memory, sources)];
        self.decode(y, std::iter::repeat_with(reading), dropout, None)
    }

    /// Encodes embedded sources `(B, S, C)` to `(B, S, C)`.
    pub(super) fn encode(&self, mut x: Tensor, whole: Whole<'_>) -> Tensor {
        for layer in &self.encoder {
            x = layer.forward(&x, Reading::Themselves(whole), whole.dropout);
        }
        normalised(x, self.encoder_norm.as_ref())
    }

    /// Logits `(…, V)` of embedded targets `(…, C)`. `readings` says for each layer what its self-attention
    /// and its cross-attention read. `states`, if given, receives the residual stream before the first layer
    /// and after each layer.
    pub(super) fn decode<'a>(
        &self,
        mut y: Tensor,
        readings: impl Iterator<Item = [Reading<'a>; 2]>,
        dropout: &Dropout,
        states: Option<&Watch>,
    ) -> Tensor {
        for (layer, reading) in self.decoder.iter().zip(readings) {
            states.inspect(|states| states.push(y.clone()));
            y = layer.forward(&y, reading, dropout);
        }
        states.inspect(|states| states.push(y.clone()));
        self.logits(&y)
    }

    fn logits(&self, y: &Tensor) -> Tensor {
        normalised(y.clone(), self.decoder_norm.as_ref()).linear(self.tables.head(), self.head_bias.as_ref())
    }

    /// Logit lens: the logits `(R, V)` if a residual stream `(R, C)` were passed directly to the output
    /// layer.
    pub(super) fn lens(&self, residual: &Tensor) -> Tensor {
        self.logits(&residual.apart())
    }

    /// Embeds ids, normally scaled to length about `√C`, and adds the encodings of positions `first` and following:
    /// `(B, T, C)`.
    pub(super) fn embed(
        &self,
        table: &Embedding,
        ids: &[u32],
        [batch, length]: [usize; 2],
        first: usize,
    ) -> Tensor {
        let mut vectors = table.forward(ids, &[batch, length]);
        if self.config.scale_embedding {
            vectors = vectors.mul_scalar((self.config.d_model as f32).sqrt());
        }
        vectors.add(&self.positions.forward(first, length))
    }
}

fn final_norm(name: &str, config: &TransformerConfig, source: &mut Source<'_>) -> Result<Option<LayerNorm>> {
    config.final_norm.then(|| LayerNorm::new(name, config.d_model, source)).transpose()
}

fn normalised(x: Tensor, norm: Option<&LayerNorm>) -> Tensor {
    match norm {
        Some(norm) => norm.forward(&x),
        None => x,
    }
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
        if let Some(norm) = &mut self.encoder_norm {
            norm.visit("transformer.encoder.norm", f);
        }
        for (k, layer) in self.decoder.iter_mut().enumerate() {
            layer.visit(&decoder_layer(k), f);
        }
        if let Some(norm) = &mut self.decoder_norm {
            norm.visit("transformer.decoder.norm", f);
        }
        if let Some(bias) = &mut self.head_bias {
            f("head.bias".to_owned(), bias);
        }
    }
}
