//! A U-Net (Ronneberger et al. 2015) over 8 x 8 and 4 x 4 places. At each resolution the places attend to each other
//! and to the caption (Rombach et al. 2022).

use super::autoencoder::conv3;
use super::text_encoder::reaching;
use super::{LATENT_CHANNELS, LATENT_SIZE, LatentDiffusionConfig, TextMemory};
use crate::error::Result;
use crate::nn::{
    Conv2d, Dropout, Embedding, GroupNorm, Linear, PositionLayout, PositionalEncoding, Reading, Source,
    TransformerDecoderLayer, Watch, Whole,
};
use crate::ops::{AttentionMask, Conv2dOptions, concat};
use crate::tensor::Tensor;

/// Groups of every group norm.
pub(super) const GROUPS: usize = 8;

/// A residual block (He et al. 2016) of two convolutions, with the time embedding added between them.
#[derive(Clone)]
struct ResidualBlock {
    norm1: GroupNorm,
    conv1: Conv2d,
    time: Linear,
    norm2: GroupNorm,
    conv2: Conv2d,
    /// Only if the number of channels changes.
    skip: Option<Conv2d>,
}

impl ResidualBlock {
    fn new(
        name: &str,
        [inputs, outputs]: [usize; 2],
        time_channels: usize,
        source: &mut Source<'_>,
    ) -> Result<Self> {
        let part = |part: &str| format!("{name}.{part}");
        let narrowed = inputs != outputs;
        Ok(Self {
            norm1: GroupNorm::new(&part("norm1"), GROUPS, inputs, source)?,
            conv1: conv3(&part("conv1"), [inputs, outputs], 1, source)?,
            time: Linear::new(&part("time"), time_channels, outputs, source)?,
            norm2: GroupNorm::new(&part("norm2"), GROUPS, outputs, source)?,
            conv2: conv3(&part("conv2"), [outputs, outputs], 1, source)?,
            skip: narrowed
                .then(|| Conv2d::new(&part("skip"), [inputs, outputs], 1, Conv2dOptions::default(), source))
                .transpose()?,
        })
    }

    /// `(N, inputs, H, W)` with time embeddings `(N, time_channels)` to `(N, outputs, H, W)`.
    fn forward(&self, x: &Tensor, time: &Tensor) -> Tensor {
        let time = self.time.forward(time);
        let time = time.reshape(&[time.dim(0), time.dim(1), 1, 1]);
        let hidden = self.conv1.forward(&self.norm1.forward(x).silu()).add(&time);
        let changed = self.conv2.forward(&self.norm2.forward(&hidden).silu());
        match &self.skip {
            Some(skip) => skip.forward(x).add(&changed),
            None => x.add(&changed),
        }
    }

    fn visit(&mut self, name: &str, f: &mut dyn FnMut(String, &mut Tensor)) {
        self.norm1.visit(&format!("{name}.norm1"), f);
        self.conv1.visit(&format!("{name}.conv1"), f);
        self.time.visit(&format!("{name}.time"), f);
        self.norm2.visit(&format!("{name}.norm2"), f);
        self.conv2.visit(&format!("{name}.conv2"), f);
        if let Some(skip) = &mut self.skip {
            skip.visit(&format!("{name}.skip"), f);
        }
    }
}

/// Predicts the velocity in noisy latents with residual blocks and Transformer decoder layers, whose targets are the
/// places of the latent and whose memory is the caption.
#[derive(Clone)]
pub struct UNet {
    time1: Linear,
    time2: Linear,
    conv_in: Conv2d,
    position: Embedding,
    down: ResidualBlock,
    middle: ResidualBlock,
    up: ResidualBlock,
    attention: [TransformerDecoderLayer; 3],
    downsample: Conv2d,
    upsample: Conv2d,
    norm_out: GroupNorm,
    conv_out: Conv2d,
}

impl UNet {
    /// Takes `{name}.time1.*` etc., named like the fields.
    pub(super) fn new(name: &str, config: &LatentDiffusionConfig, source: &mut Source<'_>) -> Result<Self> {
        let channels = config.channels;
        let time_channels = 2 * channels;
        let part = |part: &str| format!("{name}.{part}");
        let layer = |index: usize, source: &mut Source<'_>| {
            TransformerDecoderLayer::new(&format!("{name}.attention.{index}"), config.layer(), source)
        };
        Ok(Self {
            time1: Linear::new(&part("time1"), channels, time_channels, source)?,
            time2: Linear::new(&part("time2"), time_channels, time_channels, source)?,
            conv_in: conv3(&part("conv_in"), [LATENT_CHANNELS, channels], 1, source)?,
            position: Embedding::new(&part("position"), LATENT_SIZE * LATENT_SIZE, channels, source)?,
            down: ResidualBlock::new(&part("down"), [channels; 2], time_channels, source)?,
            middle: ResidualBlock::new(&part("middle"), [channels; 2], time_channels, source)?,
            up: ResidualBlock::new(&part("up"), [2 * channels, channels], time_channels, source)?,
            attention: [layer(0, source)?, layer(1, source)?, layer(2, source)?],
            downsample: conv3(&part("downsample"), [channels; 2], 2, source)?,
            upsample: conv3(&part("upsample"), [channels; 2], 1, source)?,
            norm_out: GroupNorm::new(&part("norm_out"), GROUPS, channels, source)?,
            conv_out: conv3(&part("conv_out"), [channels, LATENT_CHANNELS], 1, source)?,
        })
    }

    /// Predicts the velocity `(N, 4, 8, 8)` of latents `(N, 4, 8, 8)`, each at its time and with its caption. `watch`, if
    /// given, receives the weights of the three cross-attentions, `(N T, heads, S)` for `T` = 64, 16 and 64 places.
    pub fn forward(
        &self,
        latents: &Tensor,
        times: &[usize],
        text: &TextMemory,
        watch: Option<&Watch>,
    ) -> Tensor {
        let channels = self.time1.weight.dim(1);
        let time = self.time2.forward(&self.time1.forward(&sinusoids(times, channels)).silu()).silu();
        let position = self.position.weight.transpose(0, 1).reshape(&[channels, LATENT_SIZE, LATENT_SIZE]);
        let attend = |layer: usize, x: &Tensor| attend(&self.attention[layer], x, text, watch);
        let x = self.conv_in.forward(latents).add(&position);
        let wide = attend(0, &self.down.forward(&x, &time));
        let x = attend(1, &self.middle.forward(&self.downsample.forward(&wide), &time));
        let x = self.upsample.forward(&x.upsample_nearest2d(2));
        let x = attend(2, &self.up.forward(&concat(&[&x, &wide], 1), &time));
        self.conv_out.forward(&self.norm_out.forward(&x).silu())
    }

    pub(super) fn visit(&mut self, name: &str, f: &mut dyn FnMut(String, &mut Tensor)) {
        let part = |part: &str| format!("{name}.{part}");
        self.time1.visit(&part("time1"), f);
        self.time2.visit(&part("time2"), f);
        self.conv_in.visit(&part("conv_in"), f);
        self.position.visit(&part("position"), f);
        self.down.visit(&part("down"), f);
        self.middle.visit(&part("middle"), f);
        self.up.visit(&part("up"), f);
        for (index, layer) in self.attention.iter_mut().enumerate() {
            layer.visit(&format!("{name}.attention.{index}"), f);
        }
        self.downsample.visit(&part("downsample"), f);
        self.upsample.visit(&part("upsample"), f);
        self.norm_out.visit(&part("norm_out"), f);
        self.conv_out.visit(&part("conv_out"), f);
    }
}

/// Applies a decoder layer to the places of `x (N, C, H, W)`.
fn attend(layer: &TransformerDecoderLayer, x: &Tensor, text: &TextMemory, watch: Option<&Watch>) -> Tensor {
    let &[images, channels, height, width] = x.shape() else { panic!("attend: {:?}", x.shape()) };
    let places = x.reshape(&[images, channels, height * width]).transpose(1, 2);
    let (all, words, none) = (AttentionMask::default(), reaching(&text.lengths), Dropout::none());
    let itself = Reading::Themselves(Whole { mask: &all, dropout: &none, watch: None });
    let memory = Reading::Memory(&text.words, Whole { mask: &words, dropout: &none, watch });
    layer.forward(&places, [itself, memory], &none).transpose(1, 2).reshape(x.shape())
}

/// Sinusoidal embeddings `(N, C)` of times `(N)`: sines of C/2 frequencies from 1 down to 1/10000, then cosines.
fn sinusoids(times: &[usize], channels: usize) -> Tensor {
    let encoding = PositionalEncoding::new(channels, PositionLayout::Halves);
    let rows = times.iter().flat_map(|&time| encoding.rows(time, 1));
    Tensor::from_vec(rows.collect(), &[times.len(), channels])
}
