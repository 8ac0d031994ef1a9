use super::{LONGEST_CAPTION, LatentDiffusionConfig};
use crate::error::Result;
use crate::nn::{
    Activation, Dropout, Embedding, LayerNorm, Reading, Source, TransformerEncoderLayer,
    TransformerLayerConfig, Whole,
};
use crate::ops::AttentionMask;
use crate::tensor::Tensor;

impl LatentDiffusionConfig {
    /// Configuration of every Transformer layer.
    pub(super) fn layer(&self) -> TransformerLayerConfig {
        let (d_model, nhead) = (self.channels, self.heads);
        let activation = Activation::Relu;
        TransformerLayerConfig { d_model, nhead, dim_feedforward: 2 * d_model, norm_first: true, activation }
    }
}

/// A Transformer encoder over caption tokens.
#[derive(Clone)]
pub struct TextEncoder {
    embedding: Embedding,
    position: Embedding,
    layers: Vec<TransformerEncoderLayer>,
    norm: LayerNorm,
}

/// Encoded captions, the memory of the U-Net's cross-attention.
#[derive(Clone)]
pub struct TextMemory {
    /// `(N, S, C)`; shorter captions are padded at the end.
    pub words: Tensor,
    /// Number of tokens per caption.
    pub lengths: Vec<usize>,
}

impl TextEncoder {
    /// Takes `{name}.embedding.*`, `position.*`, `layers.{i}.*` and `norm.*`.
    pub(super) fn new(name: &str, config: &LatentDiffusionConfig, source: &mut Source<'_>) -> Result<Self> {
        let LatentDiffusionConfig { vocab_size, channels, text_layers, .. } = *config;
        let embedding = Embedding::new(&format!("{name}.embedding"), vocab_size, channels, source)?;
        let position = Embedding::new(&format!("{name}.position"), LONGEST_CAPTION, channels, source)?;
        let layer = |index| {
            TransformerEncoderLayer::new(&format!("{name}.layers.{index}"), config.layer(), &mut *source)
        };
        let layers = (0..text_layers).map(layer).collect::<Result<_>>()?;
        Ok(Self {
            embedding,
            position,
            layers,
            norm: LayerNorm::new(&format!("{name}.norm"), channels, source)?,
        })
    }

    /// Encodes captions of 1 to [`LONGEST_CAPTION`] tokens each.
    ///
    /// # Panics
    /// If a caption is empty or too long.
    #[track_caller]
    pub fn forward(&self, captions: &[&[u32]]) -> TextMemory {
        let lengths: Vec<usize> = captions.iter().map(|caption| caption.len()).collect();
        let longest = lengths.iter().copied().max().unwrap_or(0);
        assert!(
            lengths.iter().all(|length| (1..=LONGEST_CAPTION).contains(length)),
            "captions of {lengths:?} words"
        );
        // Padding is masked, so any token will do.
        let word = |caption: &[u32], place: usize| caption.get(place).copied().unwrap_or(0);
        let words: Vec<u32> =
            captions.iter().flat_map(|caption| (0..longest).map(move |place| word(caption, place))).collect();
        let places: Vec<u32> = (0..longest as u32).collect();
        let x = self.embedding.forward(&words, &[captions.len(), longest]);
        let x = x.add(&self.position.forward(&places, &[longest]));
        let (mask, none) = (reaching(&lengths), Dropout::none());
        let x = self.layers.iter().fold(x, |x, layer| {
            let reading = Reading::Themselves(Whole { mask: &mask, dropout: &none, watch: None });
            layer.forward(&x, reading, &none)
        });
        TextMemory { words: self.norm.forward(&x), lengths }
    }

    pub(super) fn visit(&mut self, name: &str, f: &mut dyn FnMut(String, &mut Tensor)) {
        self.embedding.visit(&format!("{name}.embedding"), f);
        self.position.visit(&format!("{name}.position"), f);
        for (index, layer) in self.layers.iter_mut().enumerate() {
            layer.visit(&format!("{name}.layers.{index}"), f);
        }
        self.norm.visit(&format!("{name}.norm"), f);
    }
}

/// Masks the padding.
pub(super) fn reaching(lengths: &[usize]) -> AttentionMask {
    AttentionMask { key_lengths: Some(lengths.to_vec()), ..AttentionMask::default() }
}
