//! A Transformer encoder with BERT's architecture (Devlin et al. 2019), which predicts tokens from both
//! sides' context.

use super::BertConfig;
use crate::error::{Error, ErrorCode, Result};
use crate::io::Weights;
use crate::nn::{
    BertLayer, BertLayerConfig, Dropout, Embedding, LayerNorm, Linear, Module, Source, Watch, Whole, normal,
};
use crate::ops::AttentionMask;
use crate::rng::Rng;
use crate::tensor::Tensor;

/// Token, position and type embedding, layers, and the token table again as output layer: Hugging Face's
/// `BertForMaskedLM`, with its parameter names.
///
/// ```
/// use liedwerk::models::{MaskedLm, ModelConfig};
/// use liedwerk::rng::Rng;
///
/// let config = ModelConfig::from_json(
///     r#"{"model_type": "bert", "vocab_size": 50, "hidden_size": 8, "num_hidden_layers": 1,
///         "num_attention_heads": 2, "intermediate_size": 16, "max_position_embeddings": 16,
///         "type_vocab_size": 1, "layer_norm_eps": 1e-12, "hidden_dropout_prob": 0.1,
///         "attention_probs_dropout_prob": 0.1}"#,
/// )?;
/// let ModelConfig::Bert(config) = config else { unreachable!() };
/// let model = MaskedLm::init(config, &mut Rng::new(1))?;
/// assert_eq!(model.predict(&model.encode(&[4, 8, 15], &[3], None, None)).shape(), [1, 3, 50]);
/// # Ok::<(), liedwerk::Error>(())
/// ```
#[derive(Clone)]
pub struct MaskedLm {
    config: BertConfig,
    /// Token embedding, `(V, C)`.
    words: Embedding,
    /// Position embedding, `(N, C)`.
    positions: Embedding,
    /// Token-type (segment) embedding; only the first type is used.
    types: Embedding,
    norm: LayerNorm,
    layers: Vec<BertLayer>,
    transform: Linear,
    transform_norm: LayerNorm,
    /// Output bias `(V)`: how likely each token is regardless of its context.
    bias: Tensor,
}

/// Standard deviation of initial weights.
const STD: f32 = 0.02;

const EMBEDDINGS: &str = "bert.embeddings";
const LAYERS: &str = "bert.encoder.layer";
const TRANSFORM: &str = "cls.predictions.transform";
const BIAS: &str = "cls.predictions.bias";
/// Name of the output layer, which must equal the token table.
const DECODER: &str = "cls.predictions.decoder";
/// Other entries that a file may have: constants, and heads for other tasks than masked tokens.
const UNUSED: [&str; 3] = ["bert.embeddings.position_ids", "bert.pooler.", "cls.seq_relationship."];

impl MaskedLm {
    fn build(config: BertConfig, source: &mut Source<'_>) -> Result<Self> {
        config.check()?;
        let BertConfig { vocab_size, hidden_size: channels, layer_norm_eps: eps, .. } = config;
        let embedding = |part: &str, rows, source: &mut Source<'_>| {
            Embedding::new(&format!("{EMBEDDINGS}.{part}_embeddings"), rows, channels, source)
        };
        let layer = BertLayerConfig {
            channels,
            heads: config.num_attention_heads,
            inner: config.intermediate_size,
            eps,
        };
        Ok(Self {
            words: embedding("word", vocab_size, source)?,
            positions: embedding("position", config.max_position_embeddings, source)?,
            types: embedding("token_type", config.type_vocab_size, source)?,
            norm: LayerNorm::with_eps(&format!("{EMBEDDINGS}.LayerNorm"), channels, eps, source)?,
            layers: (0..config.num_hidden_layers)
                .map(|k| BertLayer::new(&format!("{LAYERS}.{k}"), layer, source))
                .collect::<Result<_>>()?,
            transform: Linear::new(&format!("{TRANSFORM}.dense"), channels, channels, source)?,
            transform_norm: LayerNorm::with_eps(&format!("{TRANSFORM}.LayerNorm"), channels, eps, source)?,
            bias: source(BIAS, &[vocab_size])?,
            config,
        })
    }

    /// Loads all parameters from a file. Heads for other tasks are ignored.
    ///
    /// # Errors
    /// `missing-parameter` or `parameter-shape` if the file does not fit `config`; `unexpected-parameter` if
    /// its output layer differs from the token table.
    pub fn from_weights(config: BertConfig, weights: &mut Weights) -> Result<Self> {
        weights.retain(|name| !UNUSED.iter().any(|unused| name.starts_with(unused)));
        let model = Self::build(config, &mut |name, shape| weights.take(name, shape))?;
        for (part, tied) in [("weight", &model.words.weight), ("bias", &model.bias)] {
            let name = format!("{DECODER}.{part}");
            if weights.contains(&name) && !weights.take(&name, tied.shape())?.same_values(tied) {
                let message = format!(
                    "{name:?} differs from the token table; an output layer of its own is not possible"
                );
                return Err(Error::new(ErrorCode::UnexpectedParameter, message));
            }
        }
        Ok(model)
    }

    /// Initialises a new model with normally distributed weights of small deviation, as in the paper.
    ///
    /// # Errors
    /// `bad-config` if a size is out of range.
    pub fn init(config: BertConfig, rng: &mut Rng) -> Result<Self> {
        Self::build(config, &mut |name, shape| {
            Ok(match shape {
                [_, _] => normal(shape, rng).mul_scalar(STD),
                // The only vectors named `weight` belong to normalisations.
                _ if name.ends_with("weight") => Tensor::full(shape, 1.0),
                _ => Tensor::zeros(shape),
            })
        })
    }

    /// Returns the model's configuration.
    pub fn config(&self) -> &BertConfig {
        &self.config
    }

    /// Features `(B, S, C)` of texts `ids (B, S)`, padded on the right, with `lengths` real tokens each (at
    /// least 1). `watch`, if given, receives each layer's attention weights `(B S, N, S)`.
    ///
    /// `dropout_seed` enables dropout, for training.
    ///
    /// # Panics
    /// If `S` is above `max_position_embeddings`, or an id is outside the vocabulary.
    #[track_caller]
    pub fn encode(
        &self,
        ids: &[u32],
        lengths: &[usize],
        dropout_seed: Option<u64>,
        watch: Option<&Watch>,
    ) -> Tensor {
        let BertConfig { max_position_embeddings, hidden_dropout_prob, attention_probs_dropout_prob, .. } =
            self.config;
        let [hidden, attention] =
            Dropout::several([hidden_dropout_prob, attention_probs_dropout_prob], dropout_seed);
        let (batch, length) = (lengths.len(), ids.len() / lengths.len());
        assert!(
            length <= max_position_embeddings,
            "masked_lm: {length} tokens, but {max_position_embeddings} positions"
        );
        let places = self.positions.weight.narrow(0, 0, length).add(&self.types.weight.narrow(0, 0, 1));
        let x = self.words.forward(ids, &[batch, length]).add(&places); // (B, S, C)
        let mask = AttentionMask { key_lengths: Some(lengths.to_vec()), ..AttentionMask::default() };
        let whole = Whole { mask: &mask, dropout: &attention, watch };
        let x = hidden.apply(&self.norm.forward(&x));
        self.layers.iter().fold(x, |x, layer| layer.forward(&x, whole, &hidden))
    }

    /// Logits `(…, V)` of the token at each position, from its features `(…, C)`.
    #[track_caller]
    pub fn predict(&self, features: &Tensor) -> Tensor {
        let x = self.transform_norm.forward(&self.transform.forward(features).gelu_erf());
        x.linear(&self.words.weight, Some(&self.bias))
    }
}

impl Module for MaskedLm {
    fn visit(&mut self, f: &mut dyn FnMut(String, &mut Tensor)) {
        self.words.visit(&format!("{EMBEDDINGS}.word_embeddings"), f);
        self.positions.visit(&format!("{EMBEDDINGS}.position_embeddings"), f);
        self.types.visit(&format!("{EMBEDDINGS}.token_type_embeddings"), f);
        self.norm.visit(&format!("{EMBEDDINGS}.LayerNorm"), f);
        for (k, layer) in self.layers.iter_mut().enumerate() {
            layer.visit(&format!("{LAYERS}.{k}"), f);
        }
        self.transform.visit(&format!("{TRANSFORM}.dense"), f);
        self.transform_norm.visit(&format!("{TRANSFORM}.LayerNorm"), f);
        f(BIAS.to_owned(), &mut self.bias);
    }
}
