use super::transformer_layer::residual;
use super::{Dropout, FeedForward, LayerNorm, MultiheadAttention, Reading, Source};
use crate::error::Result;
use crate::ops::Unary;
use crate::tensor::Tensor;

/// Masked self-attention and feed-forward with GELU, each after its normalisation, as in GPT-2.
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
    /// Heads of the attention; divides `channels`.
    pub heads: usize,
    /// Units of the feed-forward part.
    pub inner: usize,
    /// Of the feed-forward part.
    pub activation: Unary,
    /// Of the normalisations.
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

    /// `(…, C) -> (…, C)`: the attention reads as `reading` says; `resid` is the dropout of what is added to `x`.
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
