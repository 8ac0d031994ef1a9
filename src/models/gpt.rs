//! GPT-2 (Radford et al. 2019): the decoder half of a Transformer, without a source.

use super::gpt_weights;
use super::{GptActivation, GptConfig};
use crate::error::Result;
use crate::io::Weights;
use crate::nn::{
    Activation, Dropout, Embedding, GptBlock, GptBlockConfig, LayerNorm, Module, Reading, Source, Watch,
    Whole, normal,
};
use crate::ops::AttentionMask;
use crate::rng::Rng;
use crate::tensor::Tensor;

/// Token and position embedding, blocks, final normalisation; the token table is also the output layer.
///
/// ```
/// use liedwerk::models::{Gpt, ModelConfig};
/// use liedwerk::rng::Rng;
///
/// let config = ModelConfig::from_json(
///     r#"{"model_type": "gpt2", "vocab_size": 50, "n_positions": 16, "n_embd": 8, "n_layer": 2, "n_head": 2}"#,
/// )?;
/// let ModelConfig::Gpt2(config) = config else { unreachable!() };
/// let model = Gpt::init(config, &mut Rng::new(1))?;
/// assert_eq!(model.forward(&[4, 8, 15], 1, None).shape(), [1, 3, 50]);
/// # Ok::<(), liedwerk::Error>(())
/// ```
#[derive(Clone)]
pub struct Gpt {
    pub(super) config: GptConfig,
    /// Token embedding, `(V, C)`.
    pub(super) wte: Embedding,
    /// Position embedding, `(N, C)`.
    pub(super) wpe: Embedding,
    pub(super) blocks: Vec<GptBlock>,
    pub(super) ln_f: LayerNorm,
}

/// Standard deviation of initial weights.
const STD: f32 = 0.02;

impl Gpt {
    fn build(config: GptConfig, source: &mut Source<'_>) -> Result<Self> {
        config.check()?;
        let GptConfig { vocab_size, n_positions, n_embd: channels, n_head: heads, .. } = config;
        let eps = config.layer_norm_epsilon;
        let activation = match config.activation_function {
            GptActivation::GeluTanh => Activation::GeluNew,
            GptActivation::Gelu => Activation::Gelu,
        };
        let block = GptBlockConfig { channels, heads, inner: config.inner(), activation, eps };
        Ok(Self {
            wte: Embedding::new("wte", vocab_size, channels, source)?,
            wpe: Embedding::new("wpe", n_positions, channels, source)?,
            blocks: (0..config.n_layer)
                .map(|k| GptBlock::new(&block_name(k), block, source))
                .collect::<Result<_>>()?,
            ln_f: LayerNorm::with_eps("ln_f", channels, eps, source)?,
            config,
        })
    }

    /// Loads all parameters from a file, in Hugging Face's layout or ours, see
    /// [`stored_layout`](super::stored_layout).
    ///
    /// # Errors
    /// `missing-parameter` or `parameter-shape` if the file does not fit `config`; `unexpected-parameter` if
    /// its output layer differs from the token table; `bad-weights` if it has a parameter both with and
    /// without the prefix `transformer.`.
    pub fn from_weights(config: GptConfig, weights: &mut Weights) -> Result<Self> {
        gpt_weights::prepare(weights)?;
        let model = Self::build(config, &mut |name, shape| gpt_weights::take(weights, name, shape))?;
        gpt_weights::check_head(weights, &model.wte.weight)?;
        Ok(model)
    }

    /// Initialises a new model with normally distributed weights. Projections into the residual stream get a
    /// smaller deviation, since the sum over all blocks grows with their number.
    ///
    /// # Errors
    /// `bad-config` if a size is out of range.
    pub fn init(config: GptConfig, rng: &mut Rng) -> Result<Self> {
        let added = STD / (2.0 * config.n_layer.max(1) as f32).sqrt();
        Self::build(config, &mut |name, shape| {
            let adds = name.ends_with("out_proj.weight") || name.ends_with("linear2.weight");
            Ok(match shape {
                [_, _] => normal(shape, rng).mul_scalar(if adds { added } else { STD }),
                // The only vectors named `weight` belong to normalisations.
                _ if name.ends_with("weight") => Tensor::full(shape, 1.0),
                _ => Tensor::zeros(shape),
            })
        })
    }

    /// Returns the model's configuration.
    pub fn config(&self) -> &GptConfig {
        &self.config
    }

    /// Logits `(B, T, V)` of the token after each of `ids (B, T)`. `dropout_seed` enables dropout, for
    /// training.
    ///
    /// # Panics
    /// If `T` is above `n_positions`, or an id is outside the vocabulary.
    #[track_caller]
    pub fn forward(&self, ids: &[u32], batch: usize, dropout_seed: Option<u64>) -> Tensor {
        self.scores_of(&self.features(ids, batch, dropout_seed))
    }

    /// Output of the final normalisation `(B, T, C)` at each of `ids (B, T)`. Arguments as for
    /// [`Self::forward`].
    ///
    /// # Panics
    /// As [`Self::forward`].
    #[track_caller]
    pub fn features(&self, ids: &[u32], batch: usize, dropout_seed: Option<u64>) -> Tensor {
        let GptConfig { n_positions, embd_pdrop, attn_pdrop, resid_pdrop, .. } = self.config;
        let length = ids.len() / batch;
        assert!(length <= n_positions, "gpt: {length} tokens, but n_positions is {n_positions}");
        let [embd, attn, resid] = Dropout::several([embd_pdrop, attn_pdrop, resid_pdrop], dropout_seed);
        let positions = self.wpe.weight.narrow(0, 0, length);
        let x = embd.apply(&self.wte.forward(ids, &[batch, length]).add(&positions)); // (B, T, C)
        let causal = AttentionMask { causal_offset: Some(0), ..AttentionMask::default() };
        let whole = Whole { mask: &causal, dropout: &attn, watch: None };
        let x = self.pass(x, std::iter::repeat_with(|| Reading::Themselves(whole)), &resid, None);
        self.ln_f.forward(&x)
    }

    /// Logits `(…, V)` of [`Self::features`] `(…, C)` or a subset of them.
    pub fn scores_of(&self, features: &Tensor) -> Tensor {
        features.linear(&self.wte.weight, None)
    }

    /// Passes `x (…, C)` through all blocks; each block takes its own `reading`. `states`, if given, receives
    /// the residual stream before the first block and after each block.
    pub(super) fn pass<'a>(
        &self,
        mut x: Tensor,
        readings: impl Iterator<Item = Reading<'a>>,
        resid: &Dropout,
        states: Option<&Watch>,
    ) -> Tensor {
        for (block, reading) in self.blocks.iter().zip(readings) {
            states.inspect(|states| states.push(x.clone()));
            x = block.forward(&x, reading, resid);
        }
        states.inspect(|states| states.push(x.clone()));
        x
    }

    /// Logits `(…, V)` computed from the last block's output `(…, C)`.
    pub(super) fn logits(&self, x: &Tensor) -> Tensor {
        self.scores_of(&self.ln_f.forward(x))
    }

    /// Logit lens: the logits `(R, V)` if a residual stream `(R, C)` were passed directly to the output
    /// layer.
    pub(super) fn lens(&self, residual: &Tensor) -> Tensor {
        self.logits(&residual.apart())
    }
}

fn block_name(k: usize) -> String {
    format!("h.{k}")
}

impl Module for Gpt {
    fn visit(&mut self, f: &mut dyn FnMut(String, &mut Tensor)) {
        self.wte.visit("wte", f);
        self.wpe.visit("wpe", f);
        for (k, block) in self.blocks.iter_mut().enumerate() {
            block.visit(&block_name(k), f);
        }
        self.ln_f.visit("ln_f", f);
    }
}
