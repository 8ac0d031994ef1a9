//! Autoencoder between pictures of 32 x 32 pixels and latents of 8 x 8: denoising is cheaper on twelve times fewer
//! numbers.

use super::LATENT_CHANNELS;
use crate::error::Result;
use crate::nn::{Conv2d, Source};
use crate::ops::Conv2dOptions;
use crate::tensor::Tensor;

/// A 3 x 3 convolution that keeps the size, or halves it with a stride of 2.
pub(super) fn conv3(
    name: &str,
    channels: [usize; 2],
    stride: usize,
    source: &mut Source<'_>,
) -> Result<Conv2d> {
    Conv2d::new(name, channels, 3, Conv2dOptions { stride, padding: 1, groups: 1 }, source)
}

/// Maps pictures to latents.
#[derive(Clone)]
pub struct Encoder([Conv2d; 4]);

impl Encoder {
    /// Takes `{name}.conv1.*` to `{name}.conv4.*`.
    pub(super) fn new(name: &str, source: &mut Source<'_>) -> Result<Self> {
        let mut conv = |index: usize, channels, stride| {
            conv3(&format!("{name}.conv{index}"), channels, stride, &mut *source)
        };
        Ok(Self([
            conv(1, [3, 32], 2)?,
            conv(2, [32, 64], 2)?,
            conv(3, [64, 64], 1)?,
            conv(4, [64, LATENT_CHANNELS], 1)?,
        ]))
    }

    /// `(N, 3, 32, 32)` in -1..1 to `(N, 4, 8, 8)`.
    pub fn forward(&self, pictures: &Tensor) -> Tensor {
        let [first, second, third, last] = &self.0;
        let x = second.forward(&first.forward(pictures).silu()).silu();
        last.forward(&third.forward(&x).silu())
    }

    pub(super) fn visit(&mut self, name: &str, f: &mut dyn FnMut(String, &mut Tensor)) {
        visit_all(&mut self.0, name, f);
    }
}

/// Maps latents to pictures.
#[derive(Clone)]
pub struct Decoder([Conv2d; 5]);

impl Decoder {
    /// Takes `{name}.conv1.*` to `{name}.conv5.*`.
    pub(super) fn new(name: &str, source: &mut Source<'_>) -> Result<Self> {
        let mut conv =
            |index: usize, channels| conv3(&format!("{name}.conv{index}"), channels, 1, &mut *source);
        Ok(Self([
            conv(1, [LATENT_CHANNELS, 64])?,
            conv(2, [64, 64])?,
            conv(3, [64, 48])?,
            conv(4, [48, 32])?,
            conv(5, [32, 3])?,
        ]))
    }

    /// `(N, 4, 8, 8)` to `(N, 3, 32, 32)`, roughly in -1..1.
    pub fn forward(&self, latents: &Tensor) -> Tensor {
        let [first, second, third, fourth, last] = &self.0;
        let x = second.forward(&first.forward(latents).silu()).silu();
        let x = third.forward(&x.upsample_nearest2d(2)).silu();
        let x = fourth.forward(&x.upsample_nearest2d(2)).silu();
        last.forward(&x)
    }

    pub(super) fn visit(&mut self, name: &str, f: &mut dyn FnMut(String, &mut Tensor)) {
        visit_all(&mut self.0, name, f);
    }
}

fn visit_all(convolutions: &mut [Conv2d], name: &str, f: &mut dyn FnMut(String, &mut Tensor)) {
    for (convolution, index) in convolutions.iter_mut().zip(1..) {
        convolution.visit(&format!("{name}.conv{index}"), f);
    }
}
