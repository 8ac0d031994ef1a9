//! Plans: everything but the text that makes a training in the page, as a JSON object.

use crate::error::{Error, ErrorCode, Result};
use crate::text::Normalize;
use crate::train::{
    CommonRecipe, GptModelRecipe, GptTrainRecipe, Layers, ModelRecipe, PairTrainRecipe, TrainRecipe,
    TranslatorRecipe,
};
use serde::{Deserialize, Serialize};

/// A training of one model on one text. The same plan, text and arithmetic give the same weights everywhere.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// What the model is to be called.
    pub name: String,
    /// Sizes of a new model; none for one that is trained on.
    pub model: Option<PlannedModel>,
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

/// Sizes of any model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum PlannedModel {
    /// One that writes character by character.
    CharLstm(ModelRecipe),
    /// A GPT-2.
    Gpt(GptModelRecipe),
    /// One that translates.
    Translator(TranslatorRecipe),
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
}

impl Default for PlannedData {
    fn default() -> Self {
        Self { normalize: Normalize::None, held_out: 0.2, max_tokens: 60, reverse: false }
    }
}

/// Optimiser, schedule and batches of any model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PlannedTraining {
    /// Seed of the split, initial weights, dropout and the order of examples.
    pub seed: u64,
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

    /// Plans the rate over so many steps: a short rise, and a long fall that ends at the last.
    pub fn spread_over(&mut self, steps: u64) {
        let steps = steps.max(1);
        self.train.steps = steps;
        self.train.warmup_steps = (steps / 10).min(100);
        self.train.decay_steps = steps - self.train.warmup_steps;
    }

    fn check(&self) -> Result<()> {
        if self.model.is_some() != self.tokenizer.is_some() {
            return Err(bad("a new model needs a tokenizer, one that is trained on has its own".into()));
        }
        let held_out = self.data.held_out;
        if !(0.0..=0.9).contains(&held_out) {
            return Err(bad(format!("data.held_out is {held_out}, it must be from 0 to 0.9")));
        }
        if let Some(PlannedTokenizer::Bpe { vocab_size }) = self.tokenizer
            && !(259..=1 << 15).contains(&vocab_size)
        {
            return Err(bad(format!("tokenizer.vocab_size is {vocab_size}, it must be from 259 to 32768")));
        }
        self.song_training().check()?;
        self.window_training().check()?;
        self.pair_training().check()
    }

    fn common(&self) -> CommonRecipe {
        let PlannedTraining { seed, steps, lr, warmup_steps, decay_steps, .. } = self.train;
        let PlannedTraining { weight_decay, grad_clip, beta1, beta2, .. } = self.train;
        CommonRecipe {
            seed,
            shares: 1,
            steps,
            lr,
            warmup_steps,
            decay_steps,
            weight_decay,
            grad_clip,
            beta1,
            beta2,
            checkpoint_every: steps.max(1),
        }
    }

    pub(super) fn song_training(&self) -> TrainRecipe {
        TrainRecipe { batch_size: self.train.batch_size, window: self.train.window, common: self.common() }
    }

    pub(super) fn window_training(&self) -> GptTrainRecipe {
        GptTrainRecipe {
            batch_size: self.train.batch_size,
            average: self.train.average,
            common: self.common(),
        }
    }

    pub(super) fn pair_training(&self) -> PairTrainRecipe {
        let PlannedTraining { tokens_per_batch, label_smoothing, average, .. } = self.train;
        PairTrainRecipe { tokens_per_batch, label_smoothing, average, common: self.common() }
    }
}

fn bad(message: String) -> Error {
    Error::new(ErrorCode::BadRecipe, message)
}
