//! Optimises the pixels.

use super::colours::recoloured;
use super::filters::{Filters, doubled, halved};
use super::loss::{Aim, total_variation};
use super::{to_picture, to_tensor};
use crate::error::{Error, ErrorCode, Result};
use crate::nn::normal;
use crate::pictures::Picture;
use crate::rng::Rng;
use crate::tensor::{Tape, Tensor};
use crate::train::{AdamW, AdamWConfig};
use serde::Deserialize;

/// Minimum size of a picture.
pub const MIN_SIZE: usize = 32;
/// Maximum size of a picture.
pub const MAX_SIZE: usize = 256;
/// Maximum number of steps.
pub const MAX_STEPS: usize = 1000;

/// Weight of the content at a strength of 0.5, and the factor by which a strength of 1 divides and one of 0
/// multiplies it.
const CONTENT_WEIGHT: f32 = 0.08;
const REACH: f32 = 16.0;
/// Adam's initial learning rate, and the fraction of it that remains at the end.
const LR: f32 = 0.05;
const LAST_LR: f32 = 0.2;
/// Deviation of the initial noise, which lets the style vary.
const NOISE: f32 = 0.03;

/// Settings of a style transfer.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct StyleSettings {
    /// Number of optimiser steps; the first half runs at half the size.
    pub steps: usize,
    /// From 0, nearly the content, to 1, nearly the style alone.
    pub strength: f32,
    /// Weight of the total variation, which makes the picture smoother.
    pub smoothness: f32,
    /// Seed of the filters and the noise.
    pub seed: u64,
}

impl Default for StyleSettings {
    fn default() -> Self {
        Self { steps: 150, strength: 0.5, smoothness: 0.5, seed: 1 }
    }
}

impl StyleSettings {
    fn check(&self) -> Result<()> {
        let refused = |what: String| Err(Error::new(ErrorCode::BadOption, what));
        if !(1..=MAX_STEPS).contains(&self.steps) {
            return refused(format!("{} steps; 1 to {MAX_STEPS} can be taken", self.steps));
        }
        if !(0.0..=1.0).contains(&self.strength) {
            return refused(format!("a strength of {}; it lies between 0 and 1", self.strength));
        }
        if !(0.0..=1000.0).contains(&self.smoothness) {
            return refused(format!("a smoothness of {}; it lies between 0 and 1000", self.smoothness));
        }
        Ok(())
    }

    /// `CONTENT_WEIGHT · REACH^(1 - 2 · strength)`, with the exponent rounded to sixteenths so that only
    /// square roots are needed.
    fn content_weight(&self) -> f32 {
        let exponent = 16.0 * (1.0 - 2.0 * self.strength);
        let sixteenth = REACH.sqrt().sqrt().sqrt().sqrt();
        let power = |count: u32| (0..count).fold(1.0, |product: f32, _| product * sixteenth);
        let rounded = (exponent.abs() + 0.5) as u32;
        CONTENT_WEIGHT * if exponent < 0.0 { 1.0 / power(rounded) } else { power(rounded) }
    }
}

/// Metrics of one step, for the picture before it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StyleMetrics {
    /// Number of steps done, including this one.
    pub step: usize,
    /// See [`Aim::style_loss`].
    pub style: f32,
    /// See [`Aim::content_loss`].
    pub content: f32,
}

/// A style transfer in progress.
pub struct StyleTransfer {
    settings: StyleSettings,
    content: Tensor,
    style: Tensor,
    stage: Stage,
    step: usize,
}

/// The steps at one size.
struct Stage {
    aim: Aim,
    picture: Tensor,
    adam: AdamW,
}

impl Stage {
    /// Starts from `picture` towards `content` and `style`; the same seed gives the same filters.
    fn new(picture: Tensor, content: &Tensor, style: &Tensor, seed: u64) -> Self {
        let filters = Filters::new(style, &mut Rng::new(seed));
        let config = AdamWConfig { beta1: 0.9, beta2: 0.99, eps: 1e-8, weight_decay: 0.0 };
        let adam = AdamW::new(config, &[("picture".to_owned(), picture.clone())]);
        Self { aim: Aim::new(filters, content, style), picture, adam }
    }
}

/// Clips to 0 and 1.
fn clamped(picture: &mut Tensor) {
    picture.data_mut().iter_mut().for_each(|value| *value = value.clamp(0.0, 1.0));
}

impl StyleTransfer {
    /// Starts from the content recoloured like the style; both must have the same size. The same seed gives
    /// the same picture everywhere.
    ///
    /// # Errors
    /// `bad-option` if a setting or a size is out of range, or the sizes differ.
    pub fn new(content: &Picture, style: &Picture, settings: StyleSettings) -> Result<Self> {
        settings.check()?;
        let size = content.size;
        if size != style.size || !(MIN_SIZE..=MAX_SIZE).contains(&size) || !size.is_multiple_of(2) {
            let message = format!(
                "pictures of {size} and {} pixels; both have to have one even size from {MIN_SIZE} to {MAX_SIZE}",
                style.size
            );
            return Err(Error::new(ErrorCode::BadOption, message));
        }
        let style = to_tensor(style);
        let content = recoloured(&to_tensor(content), &style);
        // Large shapes first: at half the size a step takes a quarter of the work and reaches twice as far.
        let small = [&content, &style].map(halved);
        let noise = normal(small[0].shape(), &mut Rng::new(!settings.seed)).mul_scalar(NOISE);
        let mut picture = small[0].add(&noise);
        clamped(&mut picture);
        let stage = Stage::new(picture, &small[0], &small[1], settings.seed);
        Ok(Self { settings, content, style, stage, step: 0 })
    }

    /// Number of steps done, and total number of steps.
    pub fn steps(&self) -> [usize; 2] {
        [self.step, self.settings.steps]
    }

    /// Performs one step of Adam; returns `None` when all are done.
    ///
    /// # Errors
    /// `diverged` if a loss is not finite.
    pub fn step(&mut self) -> Result<Option<StyleMetrics>> {
        let StyleSettings { steps, smoothness, seed, .. } = self.settings;
        if self.step == steps {
            return Ok(None);
        }
        // With an odd number of steps, the extra one runs at full size.
        let small_steps = steps / 2;
        if self.step == small_steps {
            let picture = match small_steps {
                0 => self.content.clone(),
                _ => doubled(&self.stage.picture),
            };
            self.stage = Stage::new(picture, &self.content, &self.style, seed);
        }
        let (done, all) = if self.step < small_steps {
            (self.step, small_steps)
        } else {
            (self.step - small_steps, steps - small_steps)
        };
        let Stage { aim, picture, adam } = &mut self.stage;
        let tape = Tape::new();
        let leaf = tape.watch(picture);
        let (style, content) = (aim.style_loss(&leaf), aim.content_loss(&leaf));
        let mut loss = style.add(&content.mul_scalar(self.settings.content_weight()));
        if smoothness > 0.0 {
            loss = loss.add(&total_variation(&leaf).mul_scalar(smoothness));
        }
        if !loss.item().is_finite() {
            return Err(Error::new(ErrorCode::Diverged, format!("step {}: loss {}", self.step, loss.item())));
        }
        let grads = tape.backward(&loss);
        let gradient = grads.get(&leaf).expect("every pixel is looked at");
        adam.begin_step();
        adam.update(0, picture, gradient, 1.0, LR * (1.0 - (1.0 - LAST_LR) * done as f32 / all as f32));
        clamped(picture);
        self.step += 1;
        Ok(Some(StyleMetrics { step: self.step, style: style.item(), content: content.item() }))
    }

    /// The current picture, at half the size during the first half of the steps.
    pub fn picture(&self) -> Picture {
        to_picture(&self.stage.picture)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pictures::{Motif, Painting};

    fn painted(settings: StyleSettings) -> (Picture, StyleMetrics, StyleMetrics) {
        let (content, style) = (Motif::Village.drawn(32), Painting::Glass.drawn(32, 1));
        let mut transfer = StyleTransfer::new(&content, &style, settings).unwrap();
        let mut told = Vec::new();
        while let Some(metrics) = transfer.step().unwrap() {
            told.push(metrics);
        }
        assert_eq!(transfer.steps(), [settings.steps; 2]);
        (transfer.picture(), told[0], *told.last().unwrap())
    }

    #[test]
    fn the_style_comes_nearer_and_a_seed_paints_the_same_picture() {
        let settings = StyleSettings { steps: 24, ..StyleSettings::default() };
        let (picture, first, last) = painted(settings);
        assert!(picture.size == 32 && last.style < 0.5 * first.style, "{first:?} {last:?}");
        assert_eq!(painted(settings).0, picture);
        assert_ne!(painted(StyleSettings { seed: 2, ..settings }).0, picture);
        let (_, _, weak) = painted(StyleSettings { strength: 0.0, ..settings });
        assert!(weak.content < last.content && weak.style > last.style, "{weak:?} {last:?}");
        assert_eq!(painted(StyleSettings { steps: 1, smoothness: 1.0, ..settings }).0.size, 32);
    }

    #[test]
    fn settings_out_of_range_are_refused() {
        let usual = StyleSettings::default();
        let picture = |size: usize| Motif::Boat.drawn(size);
        let refused = |content: usize, style: usize, settings: StyleSettings| {
            let made = StyleTransfer::new(&picture(content), &picture(style), settings);
            made.err().map(|error| error.code())
        };
        for (content, style, settings) in [
            (32, 64, usual),
            (31, 31, usual),
            (33, 33, usual),
            (258, 258, usual),
            (32, 32, StyleSettings { steps: 0, ..usual }),
            (32, 32, StyleSettings { steps: MAX_STEPS + 1, ..usual }),
            (32, 32, StyleSettings { strength: 1.1, ..usual }),
            (32, 32, StyleSettings { strength: f32::NAN, ..usual }),
            (32, 32, StyleSettings { smoothness: -1.0, ..usual }),
        ] {
            assert_eq!(refused(content, style, settings), Some(ErrorCode::BadOption), "{settings:?}");
        }
        assert_eq!(refused(32, 32, usual), None);
        assert_eq!(usual.content_weight(), CONTENT_WEIGHT);
        let [weak, strong] = [0.0, 1.0].map(|strength| StyleSettings { strength, ..usual }.content_weight());
        assert!((weak - 1.28).abs() < 1e-3 && (strong - 0.005).abs() < 1e-5, "{weak} {strong}");
    }
}
