//! What the recipes of all models say under `[train]`, and checks of what stands there.

use super::descent::Descent;
use super::{AdamWConfig, Schedule};
use crate::error::{Error, ErrorCode, Result};
use crate::io::Precision;
use crate::nn::Module;
use serde::Deserialize;

/// Optimiser and schedule.
#[derive(Clone, Debug, Deserialize)]
pub struct CommonRecipe {
    /// Seed of initial weights, dropout and the order of examples.
    pub seed: u64,
    /// Parts that a batch is computed in, for the PyTorch trainer to spread over its workers; no result
    /// depends on it.
    #[serde(default = "one")]
    pub shares: usize,
    /// Optimiser steps.
    pub steps: u64,
    /// Highest learning rate.
    pub lr: f32,
    /// Steps over which the rate rises linearly from 0.
    pub warmup_steps: u64,
    /// Steps at the end over which the rate falls linearly to 0.
    pub decay_steps: u64,
    /// Decoupled weight decay.
    pub weight_decay: f32,
    /// Gradients with a larger norm are scaled down to it.
    pub grad_clip: f32,
    /// AdamW's decay of the mean.
    pub beta1: f32,
    /// AdamW's decay of the variance.
    pub beta2: f32,
    /// Steps between checkpoints.
    pub checkpoint_every: u64,
}

impl CommonRecipe {
    /// # Errors
    /// `bad-recipe`, naming the value that cannot work.
    pub fn check(&self) -> Result<()> {
        check_positive(&[
            ("steps", self.steps as f64),
            ("lr", f64::from(self.lr)),
            ("grad_clip", f64::from(self.grad_clip)),
            ("checkpoint_every", self.checkpoint_every as f64),
        ])?;
        check_shares(&[("beta1", self.beta1), ("beta2", self.beta2)])?;
        if self.warmup_steps.saturating_add(self.decay_steps) > self.steps {
            return Err(bad("train.warmup_steps and decay_steps together exceed steps".into()));
        }
        Ok(())
    }

    pub(super) fn descent(&self, model: &impl Module) -> Descent {
        let Self { beta1, beta2, weight_decay, lr, warmup_steps, decay_steps, steps, .. } = *self;
        let config = AdamWConfig { beta1, beta2, eps: 1e-8, weight_decay };
        Descent::new(model, config, Schedule { lr, warmup_steps, decay_steps, steps }, self.grad_clip)
    }
}

pub(super) fn one() -> usize {
    1
}

/// What weights are written in if a recipe does not say.
pub(super) fn f16() -> Precision {
    Precision::F16
}

/// What the moving average of the weights decays by if a recipe does not say: an average over the last
/// thousand steps or so.
pub(super) fn long_average() -> f32 {
    0.999
}

/// Settings of `[train]` that must be above 0.
pub(super) fn check_positive(settings: &[(&str, f64)]) -> Result<()> {
    match settings.iter().find(|(_, value)| !(*value > 0.0 && value.is_finite())) {
        Some((name, value)) => Err(bad(format!("train.{name} is {value}, it must be above 0"))),
        None => Ok(()),
    }
}

/// Settings of `[train]` that must be at least 0 and below 1.
pub(super) fn check_shares(settings: &[(&str, f32)]) -> Result<()> {
    match settings.iter().find(|(_, value)| !(0.0..1.0).contains(value)) {
        Some((name, value)) => {
            Err(bad(format!("train.{name} is {value}, it must be at least 0 and below 1")))
        }
        None => Ok(()),
    }
}

pub(super) fn bad(message: String) -> Error {
    Error::new(ErrorCode::BadRecipe, message)
}
