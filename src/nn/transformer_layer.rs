use super::{Activation, Dropout, FeedForward, LayerNorm, MultiheadAttention, Reading, Source};
use crate::error::Result;
use crate::tensor::Tensor;

/// Sizes of one layer of a Transformer.
#[derive(Clone, Copy, Debug)]
pub struct TransformerLayerConfig {
    /// `C`
    pub d_model: usize,
    /// Number of heads of every attention; divides `d_model`.
    pub nhead: usize,
    /// Hidden units of the feed-forward block.
    pub dim_feedforward: usize,
    /// Normalise before each block (Xiong et al. 2020) instead of after it as in the original paper.
    pub norm_first: bool,
    /// Activation of the feed-forward block.
    pub activation: Activation,
}

impl TransformerLayerConfig {
    fn feed_forward(self, name: &str, source: &mut Source<'_>) -> Result<FeedForward> {
        FeedForward::new(name, self.d_model, self.dim_feedforward, self.activation, source)
    }
}

/// A residual connection: `x + part(norm(x))`, or `norm(x + part(x))`, with dropout on the branch.
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

/// Self-attention and feed-forward, `torch.nn.TransformerEncoderLayer`.
///
/// ```
/// use liedwerk::Tensor;
/// use liedwerk::nn::{Activation, Dropout, Reading, TransformerEncoderLayer, TransformerLayerConfig, Whole};
/// use liedwerk::ops::AttentionMask;
///
/// let config = TransformerLayerConfig {
///     d_model: 8,
///     nhead: 2,
///     dim_feedforward: 16,
///     norm_first: true,
///     activation: Activation::Relu,
/// };
/// let layer = TransformerEncoderLayer::new("layers.0", config, &mut |_, shape| Ok(Tensor::full(shape, 0.1)))?;
/// let none = Dropout::none();
/// let whole = Whole { mask: &AttentionMask::default(), dropout: &none, watch: None };
/// assert_eq!(layer.forward(&Tensor::zeros(&[1, 5, 8]), Reading::Themselves(whole), &none).shape(), [1, 5, 8]);
/// # Ok::<(), liedwerk::Error>(())
/// ```
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

    /// `(B, S, C) -> (B, S, C)`; `reading` says what the attention reads.
    pub fn forward(&self, x: &Tensor, reading: Reading<'_>, dropout: &Dropout) -> Tensor {
        let x = residual(x, &self.norm1, self.norm_first, dropout, |x| self.self_attn.forward(x, reading));
        residual(&x, &self.norm2, self.norm_first, dropout, |x| self.feed_forward.forward(x, dropout))
    }

    pub(crate) fn visit(&mut self, name: &str, f: &mut dyn FnMut(String, &mut Tensor)) {
        self.self_attn.visit(&format!("{name}.self_attn"), f);
        self.feed_forward.visit(name, f);
        self.norm1.visit(&format!("{name}.norm1"), f);
        self.norm2.visit(&format!("{name}.norm2"), f);
    }
}

/// Masked self-attention, cross-attention to the encoder and feed-forward, `torch.nn.TransformerDecoderLayer`.
///
/// ```
/// use liedwerk::Tensor;
/// use liedwerk::nn::{Activation, Dropout, Reading, TransformerDecoderLayer, TransformerLayerConfig, Whole};
/// use liedwerk::ops::AttentionMask;
///
/// let config = TransformerLayerConfig {
///     d_model: 8,
///     nhead: 2,
///     dim_feedforward: 16,
///     norm_first: true,
///     activation: Activation::Relu,
/// };
/// let layer = TransformerDecoderLayer::new("layers.0", config, &mut |_, shape| Ok(Tensor::full(shape, 0.1)))?;
/// let (none, all) = (Dropout::none(), AttentionMask::default());
/// let causal = AttentionMask { causal_offset: Some(0), ..AttentionMask::default() };
/// let memory = Tensor::zeros(&[1, 7, 8]);
/// let readings = [
///     Reading::Themselves(Whole { mask: &causal, dropout: &none, watch: None }),
///     Reading::Memory(&memory, Whole { mask: &all, dropout: &none, watch: None }),
/// ];
/// assert_eq!(layer.forward(&Tensor::zeros(&[1, 5, 8]), readings, &none).shape(), [1, 5, 8]);
/// # Ok::<(), liedwerk::Error>(())
/// ```
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
    /// Takes the parameters of an encoder layer, `{name}.multihead_attn.*` and `{name}.norm3.*`.
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

    /// `(…, C) -> (…, C)`; `itself` says what the self-attention reads, `memory` what the cross-attention
    /// reads.
    pub fn forward(&self, x: &Tensor, [itself, memory]: [Reading<'_>; 2], dropout: &Dropout) -> Tensor {
        let x = residual(x, &self.norm1, self.norm_first, dropout, |x| self.self_attn.forward(x, itself));
        let read = |x: &Tensor| self.multihead_attn.forward(x, memory);
        let x = residual(&x, &self.norm2, self.norm_first, dropout, read);
        residual(&x, &self.norm3, self.norm_first, dropout, |x| self.feed_forward.forward(x, dropout))
    }

    /// Keys and values of the encoder's output `(S, C)`, see [`MultiheadAttention::keys_and_values`].
    pub fn keys_and_values(&self, memory: &Tensor) -> Tensor {
        self.multihead_attn.keys_and_values(memory)
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
