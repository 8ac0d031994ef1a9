use super::transformer_layer::{residual, residual_rows};
use super::{Dropout, FeedForward, KvCache, KvTensors, LayerNorm, MultiheadAttention, Source, Watch};
use crate::cpu::elementwise::Unary;
use crate::error::Result;
use crate::ops::AttentionMask;
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
    /// Of the normalisations.
    pub eps: f32,
}

impl GptBlock {
    /// Takes `{name}.ln_1.*`, `attn.*` as [`MultiheadAttention`], `ln_2.*` and `mlp.*` as [`FeedForward`].
    pub fn new(name: &str, config: GptBlockConfig, source: &mut Source<'_>) -> Result<Self> {
        let GptBlockConfig { channels, heads, inner, eps } = config;
        Ok(Self {
            ln_1: LayerNorm::with_eps(&format!("{name}.ln_1"), channels, eps, source)?,
            attn: MultiheadAttention::new(&format!("{name}.attn"), channels, heads, source)?,
            ln_2: LayerNorm::with_eps(&format!("{name}.ln_2"), channels, eps, source)?,
            mlp: FeedForward::new(&format!("{name}.mlp"), channels, inner, Unary::Gelu, source)?,
        })
    }

    /// `(B, T, C) -> (B, T, C)`; `attn` is the dropout of attention weights, `resid` that of what is added
    /// to `x`.
    pub fn forward(&self, x: &Tensor, attn: &Dropout, resid: &Dropout) -> Tensor {
        let causal = AttentionMask { causal_offset: Some(0), ..AttentionMask::default() };
        let inner = Dropout::new(0.0, None);
        let x = residual(x, &self.ln_1, true, resid, |x| self.attn.self_attention(x, &causal, attn));
        residual(&x, &self.ln_2, true, resid, |x| self.mlp.forward(x, &inner))
    }

    /// For decoding: the newest tokens `x (R, C)` of R texts, which are replaced by what the block makes of
    /// them; keys and values join each text's cache.
    pub fn extend_rows<'a>(&self, x: &mut Vec<f32>, caches: impl Iterator<Item = &'a mut KvCache>) {
        residual_rows(x, &self.ln_1, true, |x| self.attn.extend_rows(x, caches, None));
        residual_rows(x, &self.ln_2, true, |x| self.mlp.apply(x));
    }

    /// For decoding: the next tokens `x (S, C)` of one text, as by one [`Self::extend_rows`] for each.
    pub fn extend(&self, x: &mut Vec<f32>, cache: &mut KvCache, watch: Watch<'_>) {
        residual_rows(x, &self.ln_1, true, |x| self.attn.extend(x, cache, watch));
        residual_rows(x, &self.ln_2, true, |x| self.mlp.apply(x));
    }

    /// For decoding on any device: the next tokens `x (R, T, C)` of R texts, see
    /// [`MultiheadAttention::extend_tensors`].
    pub fn extend_tensors(&self, x: &Tensor, cache: &mut KvTensors, before: usize) -> Tensor {
        let none = Dropout::new(0.0, None);
        let x = residual(x, &self.ln_1, true, &none, |x| self.attn.extend_tensors(x, cache, before));
        residual(&x, &self.ln_2, true, &none, |x| self.mlp.forward(x, &none))
    }

    pub(crate) fn visit(&mut self, name: &str, f: &mut dyn FnMut(String, &mut Tensor)) {
        self.ln_1.visit(&format!("{name}.ln_1"), f);
        self.attn.visit(&format!("{name}.attn"), f);
        self.ln_2.visit(&format!("{name}.ln_2"), f);
        self.mlp.visit(&format!("{name}.mlp"), f);
    }
}
