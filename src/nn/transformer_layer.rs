use super::{Dropout, FeedForward, KvCache, KvTensors, LayerNorm, MultiheadAttention, Source, Watch};
use crate::cpu::elementwise::{Unary, add_assign};
use crate::error::Result;
use crate::ops::{AttentionMask, Reach};
use crate::tensor::Tensor;

/// Sizes of one layer of a Transformer.
#[derive(Clone, Copy, Debug)]
pub struct TransformerLayerConfig {
    /// `C`
    pub d_model: usize,
    /// Heads of every attention; divides `d_model`.
    pub nhead: usize,
    /// Units of the feed-forward part.
    pub dim_feedforward: usize,
    /// Normalise before each part (Xiong et al. 2020) instead of after it as in the paper.
    pub norm_first: bool,
}

impl TransformerLayerConfig {
    fn feed_forward(self, name: &str, source: &mut Source<'_>) -> Result<FeedForward> {
        FeedForward::new(name, self.d_model, self.dim_feedforward, Unary::Relu, source)
    }
}

/// `x + part(norm(x))`, or `norm(x + part(x))`.
pub(super) fn residual(
    x: &Tensor,
    norm: &LayerNorm,
    norm_first: bool,
    dropout: &Dropout,
    part: impl FnOnce(&Tensor) -> Tensor,
) -> Tensor {
    if norm_first {
        x.add(&dropout.apply(&part(&norm.forward(x))))
    } else {
        norm.forward(&x.add(&dropout.apply(&part(x))))
    }
}

/// [`residual`] on rows `x (R, C)`, which are replaced.
pub(super) fn residual_rows(
    x: &mut Vec<f32>,
    norm: &LayerNorm,
    norm_first: bool,
    part: impl FnOnce(&[f32]) -> Vec<f32>,
) {
    if norm_first {
        add_assign(&part(&norm.apply(x)), x);
    } else {
        add_assign(&part(x), x);
        *x = norm.apply(x);
    }
}

/// Self-attention and feed-forward, `torch.nn.TransformerEncoderLayer` with ReLU.
#[derive(Clone)]
pub struct TransformerEncoderLayer {
    self_attn: MultiheadAttention,
    feed_forward: FeedForward,
    norm1: LayerNorm,
    norm2: LayerNorm,
    norm_first: bool,
}

impl TransformerEncoderLayer {
    /// Takes `{name}.self_attn.*`, `linear1.*`, `linear2.*`, `norm1.*`, `norm2.*`.
    pub fn new(name: &str, config: TransformerLayerConfig, source: &mut Source<'_>) -> Result<Self> {
        let TransformerLayerConfig { d_model, nhead, norm_first, .. } = config;
        Ok(Self {
            self_attn: MultiheadAttention::new(&format!("{name}.self_attn"), d_model, nhead, source)?,
            feed_forward: config.feed_forward(name, source)?,
            norm1: LayerNorm::new(&format!("{name}.norm1"), d_model, source)?,
            norm2: LayerNorm::new(&format!("{name}.norm2"), d_model, source)?,
            norm_first,
        })
    }

    /// `(B, S, C) -> (B, S, C)`; `mask` hides padding.
    pub fn forward(&self, x: &Tensor, mask: &AttentionMask, dropout: &Dropout) -> Tensor {
        let x = residual(x, &self.norm1, self.norm_first, dropout, |x| {
            self.self_attn.self_attention(x, mask, dropout)
        });
        residual(&x, &self.norm2, self.norm_first, dropout, |x| self.feed_forward.forward(x, dropout))
    }

    /// For decoding: one text `x (S, C)`, which is replaced by what the layer makes of it.
    pub fn apply(&self, x: &mut Vec<f32>, watch: Watch<'_>) {
        residual_rows(x, &self.norm1, self.norm_first, |x| self.self_attn.apply(x, watch));
        residual_rows(x, &self.norm2, self.norm_first, |x| self.feed_forward.apply(x));
    }

    pub(crate) fn visit(&mut self, name: &str, f: &mut dyn FnMut(String, &mut Tensor)) {
        self.self_attn.visit(&format!("{name}.self_attn"), f);
        self.feed_forward.visit(name, f);
        self.norm1.visit(&format!("{name}.norm1"), f);
        self.norm2.visit(&format!("{name}.norm2"), f);
    }
}

/// Masked self-attention, attention to the encoder and feed-forward, `torch.nn.TransformerDecoderLayer`
/// with ReLU.
#[derive(Clone)]
pub struct TransformerDecoderLayer {
    self_attn: MultiheadAttention,
    multihead_attn: MultiheadAttention,
    feed_forward: FeedForward,
    norm1: LayerNorm,
    norm2: LayerNorm,
    norm3: LayerNorm,
    norm_first: bool,
}

impl TransformerDecoderLayer {
    /// Takes what an encoder layer takes, `{name}.multihead_attn.*` and `{name}.norm3.*`.
    pub fn new(name: &str, config: TransformerLayerConfig, source: &mut Source<'_>) -> Result<Self> {
        let TransformerLayerConfig { d_model, nhead, norm_first, .. } = config;
        let cross = format!("{name}.multihead_attn");
        Ok(Self {
            self_attn: MultiheadAttention::new(&format!("{name}.self_attn"), d_model, nhead, source)?,
            multihead_attn: MultiheadAttention::new(&cross, d_model, nhead, source)?,
            feed_forward: config.feed_forward(name, source)?,
            norm1: LayerNorm::new(&format!("{name}.norm1"), d_model, source)?,
            norm2: LayerNorm::new(&format!("{name}.norm2"), d_model, source)?,
            norm3: LayerNorm::new(&format!("{name}.norm3"), d_model, source)?,
            norm_first,
        })
    }

    /// `x (B, T, C)` with `memory (B, S, C)`; `mask` hides the memory's padding.
    pub fn forward(&self, x: &Tensor, memory: &Tensor, mask: &AttentionMask, dropout: &Dropout) -> Tensor {
        let causal = AttentionMask { causal_offset: Some(0), ..AttentionMask::default() };
        let x = residual(x, &self.norm1, self.norm_first, dropout, |x| {
            self.self_attn.self_attention(x, &causal, dropout)
        });
        let x = residual(&x, &self.norm2, self.norm_first, dropout, |x| {
            self.multihead_attn.cross_attention(x, memory, mask, dropout)
        });
        residual(&x, &self.norm3, self.norm_first, dropout, |x| self.feed_forward.forward(x, dropout))
    }

    /// For decoding on any device: the encoder's output `(B, S, C)` as this layer reads it.
    pub fn cache_tensors(&self, memory: &Tensor) -> KvTensors {
        self.multihead_attn.cache_tensors(memory)
    }

    /// For decoding on any device: the newest tokens `x (R, C)` of R texts that hold `before` tokens in `own`;
    /// to who is `watching` also each row's attention to its memory `(R, S)`, the mean over the heads.
    pub fn step_tensors(
        &self,
        x: &Tensor,
        own: &mut KvTensors,
        before: usize,
        memory: &KvTensors,
        reach: Reach<'_>,
        watching: bool,
    ) -> (Tensor, Option<Tensor>) {
        let none = Dropout::new(0.0, None);
        let (rows, channels) = (x.dim(0), x.dim(1));
        let x = residual(x, &self.norm1, self.norm_first, &none, |x| {
            let x = x.reshape(&[rows, 1, channels]);
            self.self_attn.extend_tensors(&x, own, before).reshape(&[rows, channels])
        });
        let mut weights = None;
        let x = residual(&x, &self.norm2, self.norm_first, &none, |x| {
            let (read, mean) = self.multihead_attn.read_tensors(x, memory, reach, watching);
            weights = mean;
            read
        });
        let x = residual(&x, &self.norm3, self.norm_first, &none, |x| self.feed_forward.forward(x, &none));
        (x, weights)
    }

    /// For decoding: the encoder's output `(S, C)` as this layer reads it.
    pub fn cache(&self, memory: &[f32]) -> KvCache {
        self.multihead_attn.cache(memory)
    }

    /// For decoding: the newest tokens `x (R, C)` of R texts, which are replaced by what the layer makes
    /// of them. Their own keys and values join `own`; `memory` is each text's [`Self::cache`]. Who
    /// watches sees their attention to themselves, and to the memory.
    pub fn step_rows<'a>(
        &self,
        x: &mut Vec<f32>,
        own: impl Iterator<Item = &'a mut KvCache>,
        memory: impl Iterator<Item = &'a KvCache>,
        [watch_own, watch_memory]: [Watch<'_>; 2],
    ) {
        residual_rows(x, &self.norm1, self.norm_first, |x| self.self_attn.extend_rows(x, own, watch_own));
        let read = |x: &[f32]| self.multihead_attn.read_rows(x, memory, watch_memory);
        residual_rows(x, &self.norm2, self.norm_first, read);
        residual_rows(x, &self.norm3, self.norm_first, |x| self.feed_forward.apply(x));
    }

    pub(crate) fn visit(&mut self, name: &str, f: &mut dyn FnMut(String, &mut Tensor)) {
        self.self_attn.visit(&format!("{name}.self_attn"), f);
        self.multihead_attn.visit(&format!("{name}.multihead_attn"), f);
        self.feed_forward.visit(name, f);
        self.norm1.visit(&format!("{name}.norm1"), f);
        self.norm2.visit(&format!("{name}.norm2"), f);
        self.norm3.visit(&format!("{name}.norm3"), f);
    }
}
