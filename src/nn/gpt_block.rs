use super::transformer_layer::residual;
use super::{Activation, Dropout, FeedForward, LayerNorm, MultiheadAttention, Reading, Source};
use crate::error::Result;
use crate::tensor::Tensor;

/// A GPT-2 block: masked self-attention and feed-forward with GELU, each preceded by its normalisation.
///
/// ```
/// use liedwerk::Tensor;
/// use liedwerk::nn::{Activation, Dropout, GptBlock, GptBlockConfig, Reading, Whole};
/// use liedwerk::ops::AttentionMask;
///
/// let config = GptBlockConfig { channels: 8, heads: 2, inner: 32, activation: Activation::GeluNew, eps: 1e-5 };
/// let block = GptBlock::new("h.0", config, &mut |_, shape| Ok(Tensor::full(shape, 0.1)))?;
/// let causal = AttentionMask { causal_offset: Some(0), ..AttentionMask::default() };
/// let none = Dropout::none();
/// let reading = Reading::Themselves(Whole { mask: &causal, dropout: &none, watch: None });
/// assert_eq!(block.forward(&Tensor::zeros(&[1, 5, 8]), reading, &none).shape(), [1, 5, 8]);
/// # Ok::<(), liedwerk::Error>(())
/// ```
#[derive(Clone)]
pub struct GptBlock {
    ln_1: LayerNorm,
    attn: MultiheadAttention,
    ln_2: LayerNorm,
    mlp: FeedForward,
}

/// Sizes of a [`GptBlock`].
#[derive(Clone, Copy, Debug)]
pub struct GptBlockConfig {
    /// `C`
    pub channels: usize,
    /// Number of attention heads; divides `channels`.
    pub heads: usize,
    /// Hidden units of the feed-forward block.
    pub inner: usize,
    /// Activation of the feed-forward block.
    pub activation: Activation,
    /// Epsilon of the normalisations.
    pub eps: f32,
}

impl GptBlock {
    /// Takes `{name}.ln_1.*`, `attn.*` as [`MultiheadAttention`], `ln_2.*` and `mlp.*` as [`FeedForward`].
    pub fn new(name: &str, config: GptBlockConfig, source: &mut Source<'_>) -> Result<Self> {
        let GptBlockConfig { channels, heads, inner, activation, eps } = config;
        Ok(Self {
            ln_1: LayerNorm::with_eps(&format!("{name}.ln_1"), channels, eps, source)?,
            attn: MultiheadAttention::new(&format!("{name}.attn"), channels, heads, source)?,
            ln_2: LayerNorm::with_eps(&format!("{name}.ln_2"), channels, eps, source)?,
            mlp: FeedForward::new(&format!("{name}.mlp"), channels, inner, activation, source)?,
        })
    }

    /// `(…, C) -> (…, C)`; `reading` says what the attention reads, `resid` is the dropout on each residual
    /// branch.
    pub fn forward(&self, x: &Tensor, reading: Reading<'_>, resid: &Dropout) -> Tensor {
        let x = residual(x, &self.ln_1, true, resid, |x| self.attn.forward(x, reading));
        residual(&x, &self.ln_2, true, resid, |x| self.mlp.forward(x, &Dropout::none()))
    }

    pub(crate) fn visit(&mut self, name: &str, f: &mut dyn FnMut(String, &mut Tensor)) {
        self.ln_1.visit(&format!("{name}.ln_1"), f);
        self.attn.visit(&format!("{name}.attn"), f);
        self.ln_2.visit(&format!("{name}.ln_2"), f);
        self.mlp.visit(&format!("{name}.mlp"), f);
    }
}
