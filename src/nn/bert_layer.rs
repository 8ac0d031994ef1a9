use super::multihead_attention::attend;
use super::transformer_layer::residual;
use super::{Dropout, LayerNorm, Linear, Source, Whole};
use crate::error::Result;
use crate::tensor::Tensor;

/// A layer of BERT (Devlin et al. 2019) with Hugging Face's parameter names: self-attention and feed-forward
/// with GELU, each with a residual connection followed by normalisation.
///
/// ```
/// use liedwerk::Tensor;
/// use liedwerk::nn::{BertLayer, BertLayerConfig, Dropout, Whole};
/// use liedwerk::ops::AttentionMask;
///
/// let config = BertLayerConfig { channels: 8, heads: 2, inner: 32, eps: 1e-12 };
/// let layer = BertLayer::new("layer.0", config, &mut |_, shape| Ok(Tensor::full(shape, 0.1)))?;
/// let none = Dropout::none();
/// let whole = Whole { mask: &AttentionMask::default(), dropout: &none, watch: None };
/// assert_eq!(layer.forward(&Tensor::zeros(&[1, 5, 8]), whole, &none).shape(), [1, 5, 8]);
/// # Ok::<(), liedwerk::Error>(())
/// ```
#[derive(Clone)]
pub struct BertLayer {
    query: Linear,
    key: Linear,
    value: Linear,
    attention_output: Linear,
    attention_norm: LayerNorm,
    intermediate: Linear,
    output: Linear,
    output_norm: LayerNorm,
    heads: usize,
}

/// Sizes of a [`BertLayer`].
#[derive(Clone, Copy, Debug)]
pub struct BertLayerConfig {
    /// `C`
    pub channels: usize,
    /// Number of attention heads; divides `channels`.
    pub heads: usize,
    /// Hidden units of the feed-forward block.
    pub inner: usize,
    /// Epsilon of the normalisations.
    pub eps: f32,
}

impl BertLayer {
    /// Takes `{name}.attention.self.{query,key,value}.*`, `attention.output.{dense,LayerNorm}.*`,
    /// `intermediate.dense.*` and `output.{dense,LayerNorm}.*`.
    pub fn new(name: &str, config: BertLayerConfig, source: &mut Source<'_>) -> Result<Self> {
        let BertLayerConfig { channels, heads, inner, eps } = config;
        let mut linear =
            |part: &str, inputs, outputs| Linear::new(&format!("{name}.{part}"), inputs, outputs, source);
        let [query, key, value] = ["query", "key", "value"]
            .map(|part| linear(&format!("attention.self.{part}"), channels, channels));
        let attention_output = linear("attention.output.dense", channels, channels)?;
        let intermediate = linear("intermediate.dense", channels, inner)?;
        let output = linear("output.dense", inner, channels)?;
        let mut norm =
            |part: &str| LayerNorm::with_eps(&format!("{name}.{part}.LayerNorm"), channels, eps, source);
        Ok(Self {
            query: query?,
            key: key?,
            value: value?,
            attention_output,
            attention_norm: norm("attention.output")?,
            intermediate,
            output,
            output_norm: norm("output")?,
            heads,
        })
    }

    /// `(B, T, C) -> (B, T, C)`. `whole` says which positions each position attends to; `hidden` is the
    /// dropout on each residual branch.
    pub fn forward(&self, x: &Tensor, whole: Whole<'_>, hidden: &Dropout) -> Tensor {
        let read = |x: &Tensor| {
            let parts = [&self.query, &self.key, &self.value].map(|part| part.forward(x));
            self.attention_output.forward(&attend(parts.each_ref(), self.heads, whole))
        };
        let x = residual(x, &self.attention_norm, false, hidden, read);
        let fed = |x: &Tensor| self.output.forward(&self.intermediate.forward(x).gelu_erf());
        residual(&x, &self.output_norm, false, hidden, fed)
    }

    pub(crate) fn visit(&mut self, name: &str, f: &mut dyn FnMut(String, &mut Tensor)) {
        self.query.visit(&format!("{name}.attention.self.query"), f);
        self.key.visit(&format!("{name}.attention.self.key"), f);
        self.value.visit(&format!("{name}.attention.self.value"), f);
        self.attention_output.visit(&format!("{name}.attention.output.dense"), f);
        self.attention_norm.visit(&format!("{name}.attention.output.LayerNorm"), f);
        self.intermediate.visit(&format!("{name}.intermediate.dense"), f);
        self.output.visit(&format!("{name}.output.dense"), f);
        self.output_norm.visit(&format!("{name}.output.LayerNorm"), f);
    }
}
