//! Recipes: everything that makes a training run, in a TOML file that the PyTorch twin reads too.

use super::TranslationRecipe;
use crate::error::{Error, ErrorCode, Result};
use crate::io::Precision;
use crate::text::Normalize;
use serde::Deserialize;

/// A recipe of either kind; the model's type tells which.
#[derive(Clone, Debug)]
pub enum Recipe {
    /// Of a model that writes songs.
    Song(SongRecipe),
    /// Of a model that translates.
    Translation(TranslationRecipe),
}

impl Recipe {
    /// Reads and checks a recipe.
    ///
    /// # Errors
    /// `bad-recipe`, naming what does not parse or cannot work.
    #[cfg(not(target_arch = "wasm32"))]
    pub fn from_toml(text: &str) -> Result<Self> {
        #[derive(Deserialize)]
        struct Kind {
            model: Type,
        }
        #[derive(Deserialize)]
        struct Type {
            r#type: String,
        }
        let unreadable = |error: toml::de::Error| bad(error.to_string());
        let kind: Kind = toml::from_str(text).map_err(unreadable)?;
        if kind.model.r#type == "char_lstm" {
            let recipe: SongRecipe = toml::from_str(text).map_err(unreadable)?;
            recipe.train.check()?;
            Ok(Self::Song(recipe))
        } else {
            let recipe: TranslationRecipe = toml::from_str(text).map_err(unreadable)?;
            recipe.train.check()?;
            recipe.tokenizer.check()?;
            Ok(Self::Translation(recipe))
        }
    }

    /// Name of the model folder.
    pub fn name(&self) -> &str {
        match self {
            Self::Song(recipe) => &recipe.name,
            Self::Translation(recipe) => &recipe.name,
        }
    }
}

/// One run: which model, on which texts, trained how.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SongRecipe {
    /// Name of the model folder.
    pub name: String,
    /// Number format of the weights written.
    #[serde(default = "f16")]
    pub precision: Precision,
    /// Sizes.
    pub model: ModelRecipe,
    /// Texts.
    pub data: DataRecipe,
    /// Optimisation.
    pub train: TrainRecipe,
}

pub(super) fn one() -> usize {
    1
}

/// What weights are written in if a recipe does not say.
pub(super) fn f16() -> Precision {
    Precision::F16
}

/// The model's sizes; the vocabulary's size comes from the tokenizer.
#[derive(Clone, Debug, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum ModelRecipe {
    /// A [`crate::models::CharLstm`].
    CharLstm {
        /// Length of a character's vector.
        embedding_size: usize,
        /// Units in a layer.
        hidden_size: usize,
        /// Layers in the stack.
        num_layers: usize,
        /// Dropout between layers.
        dropout: f32,
    },
}

/// Texts, as paths relative to the data folder given on the command line.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DataRecipe {
    /// How texts are cleaned.
    pub normalize: Normalize,
    /// Trained on.
    pub train: String,
    /// Held out.
    pub dev: String,
}

/// Optimiser, schedule and batches.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrainRecipe {
    /// Seed of initial weights, dropout and the order of windows.
    pub seed: u64,
    /// Texts side by side in a batch, `B`.
    pub batch_size: usize,
    /// Characters in a window, `T`; the state is carried from window to window.
    pub window: usize,
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

impl TrainRecipe {
    /// # Errors
    /// `bad-recipe`, naming the value that cannot work.
    pub fn check(&self) -> Result<()> {
        check_positive(&[
            ("batch_size", self.batch_size as f64),
            ("window", self.window as f64),
            ("steps", self.steps as f64),
            ("lr", f64::from(self.lr)),
            ("grad_clip", f64::from(self.grad_clip)),
            ("checkpoint_every", self.checkpoint_every as f64),
        ])?;
        check_shares(&[("beta1", self.beta1), ("beta2", self.beta2)])?;
        check_schedule(self.warmup_steps, self.decay_steps, self.steps)
    }
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

pub(super) fn check_schedule(warmup_steps: u64, decay_steps: u64, steps: u64) -> Result<()> {
    if warmup_steps.saturating_add(decay_steps) > steps {
        return Err(bad("train.warmup_steps and decay_steps together exceed steps".into()));
    }
    Ok(())
}

fn bad(message: String) -> Error {
    Error::new(ErrorCode::BadRecipe, message)
}
