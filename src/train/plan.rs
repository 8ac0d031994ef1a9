//! Plans: everything that defines a training run except the text, as a JSON object.

use super::{Layers, Sizes};
use crate::error::{Error, ErrorCode, Result};
use crate::text::Normalize;
use serde::{Deserialize, Serialize};

/// Vocabulary sizes allowed for a byte-pair encoding: from the 256 bytes and three special tokens to the
/// limit of the largest model.
const VOCABULARY: std::ops::RangeInclusive<usize> = 259..=1 << 20;

/// A training run of one model on one text. The same plan, text and arithmetic give the same weights
/// everywhere.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// Name of the model.
    pub name: String,
    /// Sizes of a new model; `None` for fine-tuning.
    pub model: Option<Sizes>,
    /// How the text is tokenized; `None` for fine-tuning, which keeps the model's tokenizer.
    pub tokenizer: Option<PlannedTokenizer>,
    /// How the text is prepared.
    #[serde(default)]
    pub data: PlannedData,
    /// Optimiser, schedule and batches.
    pub train: PlannedTraining,
    /// The layers to train.
    #[serde(default)]
    pub layers: Layers,
}

/// How a text is tokenized.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum PlannedTokenizer {
    /// One token per character.
    Chars,
    /// Byte-pair encoding, learned from the text.
    Bpe {
        /// Maximum number of tokens, including the 256 bytes.
        vocab_size: usize,
    },
    /// For a translator: a word vocabulary for each language, as in the lecture.
    Words {
        /// Maximum number of words per language.
        vocab_size: usize,
        /// Rarer words become unknown words.
        min_count: usize,
        /// Whether to lowercase all words.
        lowercase: bool,
    },
}

/// How a text is prepared.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PlannedData {
    /// How songs are cleaned.
    pub normalize: Normalize,
    /// Fraction of the text that is held out.
    pub held_out: f32,
    /// Pairs with more tokens than this on either side are skipped.
    pub max_tokens: usize,
    /// Whether to learn the reverse direction, with the second column as the source.
    pub reverse: bool,
    /// Fraction of the songs that a GPT-2 sees with their titles; other songs in every epoch.
    pub titles: f32,
}

impl Default for PlannedData {
    fn default() -> Self {
        Self { normalize: Normalize::None, held_out: 0.2, max_tokens: 60, reverse: false, titles: 0.5 }
    }
}

/// The optimiser.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Optimizer {
    /// AdamW for all parameters.
    #[default]
    AdamW,
    /// Muon for the matrices inside the layers, AdamW for all others, at the same learning rate.
    Muon,
}

/// Optimiser, schedule and batches of any model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PlannedTraining {
    /// Seed for the split, the initial weights, dropout and the order of examples.
    pub seed: u64,
    /// Number of optimiser steps.
    pub steps: u64,
    /// The optimiser.
    pub optimizer: Optimizer,
    /// Number of shares in which every batch is computed, by up to that many workers; the weights depend on
    /// this number but not on the number of workers.
    pub shares: usize,
    /// Peak learning rate.
    pub lr: f32,
    /// Number of steps over which the rate rises linearly from 0.
    pub warmup_steps: u64,
    /// Number of steps at the end over which the rate falls linearly to 0.
    pub decay_steps: u64,
    /// Decoupled weight decay.
    pub weight_decay: f32,
    /// Gradients with a larger norm are scaled down to this norm.
    pub grad_clip: f32,
    /// AdamW's decay of the mean.
    pub beta1: f32,
    /// AdamW's decay of the variance.
    pub beta2: f32,
    /// Number of windows per batch, for a language model.
    pub batch_size: usize,
    /// Window length of an LSTM in characters; a GPT-2 uses its `n_positions`.
    pub window: usize,
    /// Maximum number of padded tokens on one side of a batch of pairs.
    pub tokens_per_batch: usize,
    /// Fraction of the probability that is spread evenly over the vocabulary, for pairs.
    pub label_smoothing: f32,
    /// Decay of the moving average of the weights; not used by an LSTM.
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
    /// Reads and validates a plan.
    ///
    /// # Errors
    /// `bad-recipe`, naming what does not parse or is invalid.
    pub fn from_json(json: &str) -> Result<Self> {
        let plan: Self = serde_json::from_str(json).map_err(|error| bad(error.to_string()))?;
        plan.check()?;
        Ok(plan)
    }

    /// The plan as a JSON object.
    pub fn to_json(&self) -> String {
        serde_json::to_string_pretty(self).expect("plain numbers and names always serialise")
    }

    /// Sets the schedule for `steps` steps: a short warmup, then a linear decay up to the last step.
    pub fn spread_over(&mut self, steps: u64) {
        let steps = steps.max(1);
        self.train.steps = steps;
        self.train.warmup_steps = (steps / 10).min(100);
        self.train.decay_steps = steps - self.train.warmup_steps;
    }

    pub(super) fn check(&self) -> Result<()> {
        match (&self.model, &self.tokenizer) {
            (Some(sizes), Some(tokenizer)) => {
                // Checked before the tokenizer is learned, which takes longer.
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
    /// The vocabulary size, as far as it is known in advance.
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
    /// Validates the settings.
    ///
    /// # Errors
    /// `bad-recipe`, naming the invalid value.
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
