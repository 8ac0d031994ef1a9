//! Plans: everything but the text that makes a training, as a JSON object.

use super::{Layers, Sizes};
use crate::error::{Error, ErrorCode, Result};
use crate::text::Normalize;
use serde::{Deserialize, Serialize};

/// Sizes of a byte-pair encoding: the 256 bytes, three special tokens, and what the largest model may have.
const VOCABULARY: std::ops::RangeInclusive<usize> = 259..=1 << 20;

/// A training of one model on one text. The same plan, text and arithmetic give the same weights everywhere.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// What the model is to be called.
    pub name: String,
    /// Sizes of a new model; none for one that is trained on.
    pub model: Option<Sizes>,
    /// How the text becomes tokens; none for a model that is trained on, which has its own.
    pub tokenizer: Option<PlannedTokenizer>,
    /// What is made of the text.
    #[serde(default)]
    pub data: PlannedData,
    /// Optimiser, schedule and batches.
    pub train: PlannedTraining,
    /// What of the model moves.
    #[serde(default)]
    pub layers: Layers,
}

/// How a text becomes tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum PlannedTokenizer {
    /// One token a character.
    Chars,
    /// Byte-pair encoding, learned from the text.
    Bpe {
        /// Tokens at most, the 256 bytes included.
        vocab_size: usize,
    },
    /// For a translator: a vocabulary of words for each language, as in the lecture.
    Words {
        /// Words at most, in each language.
        vocab_size: usize,
        /// Rarer words are unknown.
        min_count: usize,
        /// Whether to forget upper case.
        lowercase: bool,
    },
}

/// What is made of the text.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PlannedData {
    /// How songs are cleaned.
    pub normalize: Normalize,
    /// Share of the text that is not trained on.
    pub held_out: f32,
    /// Pairs with a longer side, in tokens, are left out.
    pub max_tokens: usize,
    /// Whether to learn the other direction: the second column becomes the source.
    pub reverse: bool,
    /// Share of the songs that a GPT-2 sees with their titles, others in every epoch.
    pub titles: f32,
}

impl Default for PlannedData {
    fn default() -> Self {
        Self { normalize: Normalize::None, held_out: 0.2, max_tokens: 60, reverse: false, titles: 0.5 }
    }
}

/// What moves the weights.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Optimizer {
    /// AdamW for all of them.
    #[default]
    AdamW,
    /// Muon for the matrices inside the layers, AdamW for all others, at the same rate.
    Muon,
}

/// Optimiser, schedule and batches of any model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PlannedTraining {
    /// Seed of the split, initial weights, dropout and the order of examples.
    pub seed: u64,
    /// Optimiser steps.
    pub steps: u64,
    /// What moves the weights.
    pub optimizer: Optimizer,
    /// Parts that every batch is computed in, by as many workers or fewer; the weights depend on this number and not on
    /// that of the workers.
    pub shares: usize,
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
    /// Windows side by side in a batch, for a model that writes.
    pub batch_size: usize,
    /// Characters in a window of an LSTM; that of a GPT-2 is its `n_positions`.
    pub window: usize,
    /// Padded tokens of one side of a batch of pairs, at most.
    pub tokens_per_batch: usize,
    /// Share of the probability spread evenly over the vocabulary, for pairs.
    pub label_smoothing: f32,
    /// Decay of the moving average of the weights; an LSTM has none.
    pub average: f32,
}

impl Default for PlannedTraining {
    fn default() -> Self {
        Self {
            seed: 1,
            steps: 1000,
            optimizer: Optimizer::AdamW,
            shares: 1,
            lr: 3e-3,
            warmup_steps: 50,
            decay_steps: 600,
            weight_decay: 0.01,
            grad_clip: 1.0,
            beta1: 0.9,
            beta2: 0.99,
            batch_size: 16,
            window: 64,
            tokens_per_batch: 512,
            label_smoothing: 0.0,
            average: 0.99,
        }
    }
}

impl Plan {
    /// Reads and checks a plan.
    ///
    /// # Errors
    /// `bad-recipe`, naming what does not parse or cannot work.
    pub fn from_json(json: &str) -> Result<Self> {
        let plan: Self = serde_json::from_str(json).map_err(|error| bad(error.to_string()))?;
        plan.check()?;
        Ok(plan)
    }

    /// The plan as an object of JSON.
    pub fn to_json(&self) -> String {
        serde_json::to_string_pretty(self).expect("plain numbers and names always serialise")
    }

    /// Spreads the learning rate over `steps` steps: a short rise, then a long fall that ends at the last.
    pub fn spread_over(&mut self, steps: u64) {
        let steps = steps.max(1);
        self.train.steps = steps;
        self.train.warmup_steps = (steps / 10).min(100);
        self.train.decay_steps = steps - self.train.warmup_steps;
    }

    pub(super) fn check(&self) -> Result<()> {
        match (&self.model, &self.tokenizer) {
            (Some(sizes), Some(tokenizer)) => {
                // Before the tokenizer is learned, which takes longer.
                sizes.config([tokenizer.check()?; 2])?;
            }
            (None, None) => {}
            _ => return Err(bad("a new model needs a tokenizer, one that is trained on has its own")),
        }
        let held_out = self.data.held_out;
        let titles = self.data.titles;
        if !(0.0..=1.0).contains(&titles) {
            return Err(bad(format!("data.titles is {titles}, it must be from 0 to 1")));
        }
        if !(0.0..=0.9).contains(&held_out) {
            return Err(bad(format!("data.held_out is {held_out}, it must be from 0 to 0.9")));
        }
        self.train.check()
    }
}

impl PlannedTokenizer {
    /// The size of a vocabulary, so far as it is known.
    fn check(self) -> Result<usize> {
        match self {
            Self::Bpe { vocab_size } if !VOCABULARY.contains(&vocab_size) => Err(bad(format!(
                "tokenizer.vocab_size is {vocab_size}, it must be from {} to {}",
                VOCABULARY.start(),
                VOCABULARY.end()
            ))),
            Self::Bpe { vocab_size } => Ok(vocab_size),
            Self::Chars | Self::Words { .. } => Ok(1),
        }
    }
}

impl PlannedTraining {
    /// # Errors
    /// `bad-recipe`, naming the value that cannot work.
    pub fn check(&self) -> Result<()> {
        let positive = [
            ("steps", self.steps as f64),
            ("lr", f64::from(self.lr)),
            ("grad_clip", f64::from(self.grad_clip)),
            ("shares", self.shares as f64),
            ("batch_size", self.batch_size as f64),
            ("window", self.window as f64),
            ("tokens_per_batch", self.tokens_per_batch as f64),
        ];
        if let Some((name, value)) = positive.iter().find(|(_, value)| !(*value > 0.0 && value.is_finite())) {
            return Err(bad(format!("train.{name} is {value}, it must be above 0")));
        }
        let shares = [
            ("beta1", self.beta1),
            ("beta2", self.beta2),
            ("label_smoothing", self.label_smoothing),
            ("average", self.average),
        ];
        if let Some((name, value)) = shares.iter().find(|(_, value)| !(0.0..1.0).contains(value)) {
            return Err(bad(format!("train.{name} is {value}, it must be at least 0 and below 1")));
        }
        if self.warmup_steps.saturating_add(self.decay_steps) > self.steps {
            return Err(bad("train.warmup_steps and decay_steps together exceed steps"));
        }
        Ok(())
    }
}

pub(super) fn bad(message: impl Into<String>) -> Error {
    Error::new(ErrorCode::BadRecipe, message)
}
