//! DDIM sampling (Song, Meng and Ermon 2021) with classifier-free guidance (Ho and Salimans 2022).

use crate::error::{Error, ErrorCode, Result};
use crate::models::{
    DIFFUSION_STEPS, LATENT_CHANNELS, LATENT_SIZE, LatentDiffusion, Noise, PICTURE_SIZE, TextMemory,
};
use crate::nn::Watch;
use crate::ops::concat;
use crate::pictures::Icon;
use crate::rng::Rng;
use crate::tensor::Tensor;
use serde::Deserialize;

/// Maximum number of steps.
pub const MAX_STEPS: usize = 100;
/// Maximum guidance.
pub const MAX_GUIDANCE: f32 = 20.0;

/// Settings of a drawing.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DrawSettings {
    /// Number of denoising steps.
    pub steps: usize,
    /// Weight of the difference between the predictions with and without caption: 0 ignores the caption, 1 is the plain
    /// conditional model.
    pub guidance: f32,
    /// Seed of the noise.
    pub seed: u64,
}

impl Default for DrawSettings {
    fn default() -> Self {
        Self { steps: 20, guidance: 3.0, seed: 1 }
    }
}

impl DrawSettings {
    fn check(&self) -> Result<()> {
        let refused = |what: String| Err(Error::new(ErrorCode::BadOption, what));
        if !(1..=MAX_STEPS).contains(&self.steps) {
            return refused(format!("{} steps; 1 to {MAX_STEPS} can be taken", self.steps));
        }
        if !(0.0..=MAX_GUIDANCE).contains(&self.guidance) {
            return refused(format!("a guidance of {}; it lies between 0 and {MAX_GUIDANCE}", self.guidance));
        }
        Ok(())
    }

    /// The time at which a step starts and the noise level at which it ends; the last ends without noise.
    fn times(&self, step: usize) -> (usize, Noise) {
        let time = |step: usize| DIFFUSION_STEPS - 1 - DIFFUSION_STEPS * step / self.steps;
        let after = if step + 1 < self.steps { Noise::at(time(step + 1)) } else { Noise::NONE };
        (time(step), after)
    }
}

/// Cross-attention to one token of the caption, averaged over heads.
#[derive(Clone, Debug, PartialEq)]
pub struct LookedAt {
    /// From 8 x 8 places, rows from the top, averaged over both layers of that resolution.
    pub fine: Vec<f32>,
    /// From 4 x 4 places.
    pub coarse: Vec<f32>,
}

/// Result of one step.
#[derive(Clone, Debug, PartialEq)]
pub struct DrawnStep {
    /// Number of steps done, including this one.
    pub step: usize,
    /// Noise level before the step.
    pub before: Noise,
    /// Noise level after the step.
    pub after: Noise,
    /// The latent after the step, `(4, 8, 8)`.
    pub latent: Vec<f32>,
    /// The decoded prediction of the noise-free latent.
    pub picture: Icon,
    /// One for each token: the language, then the words of the caption.
    pub words: Vec<LookedAt>,
}

/// A drawing in progress.
pub struct Drawing {
    model: LatentDiffusion,
    /// The caption and the empty caption.
    text: TextMemory,
    settings: DrawSettings,
    /// `(1, 4, 8, 8)`
    latent: Tensor,
    step: usize,
}

impl Drawing {
    /// Starts from the seed's noise, with the token ids of a caption and of the empty caption.
    ///
    /// # Errors
    /// `bad-option` if a setting is out of range.
    pub fn new(model: LatentDiffusion, captions: [&[u32]; 2], settings: DrawSettings) -> Result<Self> {
        let mut rng = Rng::new(settings.seed);
        let numbers = LATENT_CHANNELS * LATENT_SIZE * LATENT_SIZE;
        let noise = (0..numbers).map(|_| rng.normal()).collect();
        let noise = Tensor::from_vec(noise, &[1, LATENT_CHANNELS, LATENT_SIZE, LATENT_SIZE]);
        Self::from_noise(model, captions, noise, settings)
    }

    /// Starts from the given noise `(1, 4, 8, 8)`.
    ///
    /// # Errors
    /// `bad-option` if a setting is out of range.
    pub fn from_noise(
        model: LatentDiffusion,
        captions: [&[u32]; 2],
        noise: Tensor,
        settings: DrawSettings,
    ) -> Result<Self> {
        settings.check()?;
        Ok(Self { text: model.text.forward(&captions), model, settings, latent: noise, step: 0 })
    }

    /// The current latent, `(1, 4, 8, 8)`.
    pub fn latent(&self) -> &Tensor {
        &self.latent
    }

    /// Performs one step; returns `None` when all are done.
    ///
    /// # Errors
    /// `not-finite` for damaged weights.
    pub fn step(&mut self) -> Result<Option<DrawnStep>> {
        if self.step == self.settings.steps {
            return Ok(None);
        }
        let (time, after) = self.settings.times(self.step);
        let before = Noise::at(time);
        let watch = Watch::default();
        // One batch for both captions reads the weights only once.
        let twice = concat(&[&self.latent, &self.latent], 0);
        let velocities = self.model.unet.forward(&twice, &[time; 2], &self.text, Some(&watch));
        let [asked, unasked] = [0, 1].map(|index| velocities.narrow(0, index, 1));
        let velocity = unasked.add(&asked.sub(&unasked).mul_scalar(self.settings.guidance));
        let mix = |picture: &Tensor, by: f32, noise: &Tensor, and: f32| {
            picture.mul_scalar(by).add(&noise.mul_scalar(and))
        };
        let clean = mix(&self.latent, before.alpha, &velocity, -before.sigma);
        let noise = mix(&self.latent, before.sigma, &velocity, before.alpha);
        self.latent = mix(&clean, after.alpha, &noise, after.sigma);
        if self.latent.data().iter().any(|value| !value.is_finite()) {
            let message = "the latent is not finite: the weights are damaged";
            return Err(Error::new(ErrorCode::NotFinite, message));
        }
        self.step += 1;
        Ok(Some(DrawnStep {
            step: self.step,
            before,
            after,
            latent: self.latent.to_vec(),
            picture: icon(&self.model.decode(&clean)),
            words: self.looked_at(&watch),
        }))
    }

    /// Cross-attention of the caption; that of the empty caption is dropped.
    fn looked_at(&self, watch: &Watch) -> Vec<LookedAt> {
        let seen = watch.take();
        let [first, coarse, last] = &seen[..] else { unreachable!("the U-Net has three attentions") };
        // (2 T, heads, S): the first half belongs to the caption.
        let of_word = |weights: &Tensor, word: usize| -> Vec<f32> {
            let (heads, words) = (weights.dim(1), weights.dim(2));
            let places = weights.data().chunks(heads * words).take(weights.dim(0) / 2);
            places.map(|place| place.iter().skip(word).step_by(words).sum::<f32>() / heads as f32).collect()
        };
        let mean = |(a, b): (f32, f32)| (a + b) / 2.0;
        (0..self.text.lengths[0])
            .map(|word| LookedAt {
                fine: of_word(first, word).into_iter().zip(of_word(last, word)).map(mean).collect(),
                coarse: of_word(coarse, word),
            })
            .collect()
    }
}

/// Converts `(1, 3, 32, 32)` to bytes, clipped to -1..1.
fn icon(picture: &Tensor) -> Icon {
    let (area, values) = (PICTURE_SIZE * PICTURE_SIZE, picture.data());
    let byte = |value: f32| ((value.clamp(-1.0, 1.0) + 1.0) * 127.5 + 0.5) as u8;
    Icon { pixels: (0..3 * area).map(|index| byte(values[index % 3 * area + index / 3])).collect() }
}
