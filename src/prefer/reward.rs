//! A reward model fitted to choices.

use super::choices::Pair;
use crate::error::{Error, ErrorCode, Result};
use crate::judge::Share;
use crate::models::{Gpt, RewardModel};
use crate::now::now;
use crate::text::TextTokenizer;
use crate::train::{
    Continuation, Layers, Metrics, Paired, PlannedTraining, Preferred, Rewarding, Trainer, padded,
};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// One in this many distinct choices is held out.
const HELD_OUT: usize = 5;

/// Settings for fitting a reward model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RewardPlan {
    /// The layers to train.
    pub layers: Layers,
    /// Peak learning rate.
    pub lr: f32,
    /// Number of passes over the choices.
    pub epochs: u64,
    /// Number of choices per batch.
    pub batch_size: usize,
    /// Seed for the order and for dropout.
    pub seed: u64,
}

impl Default for RewardPlan {
    fn default() -> Self {
        Self { layers: Layers::All, lr: 1e-4, epochs: 4, batch_size: 4, seed: 1 }
    }
}

impl RewardPlan {
    /// Validates the settings.
    ///
    /// # Errors
    /// `bad-option`, naming the invalid value.
    pub fn check(&self) -> Result<()> {
        if self.epochs == 0 || self.batch_size == 0 {
            let message = "epochs and batch_size of a reward model must be at least 1";
            return Err(Error::new(ErrorCode::BadOption, message));
        }
        if !(self.lr > 0.0 && self.lr.is_finite()) {
            return Err(Error::new(ErrorCode::BadOption, "lr of a reward model must be above 0"));
        }
        Ok(())
    }
}

/// The rewards of a text, token by token.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Verdict {
    /// Reward of the whole text.
    pub reward: f32,
    /// Each token with the reward of the text up to it.
    pub along: Vec<(String, f32)>,
}

/// A reward model being fitted.
pub struct RewardFit {
    trainer: Trainer<RewardModel, Paired, Rewarding>,
    steps: u64,
    held_out: Vec<Pair>,
}

impl RewardFit {
    /// Starts fitting; `model` is the model whose texts are judged. All copies of a repeated choice are held
    /// out together but counted once.
    pub fn new(model: &Gpt, pairs: &[Pair], plan: &RewardPlan) -> Self {
        let (mut held_out, mut learned) = (Vec::new(), Vec::new());
        let mut numbers = HashMap::new();
        for pair in pairs {
            let next = numbers.len();
            let number = *numbers.entry(pair.texts()).or_insert(next);
            if number % HELD_OUT != HELD_OUT - 1 {
                learned.push(Preferred {
                    chosen: pair.chosen.clone(),
                    rejected: pair.rejected.clone(),
                    reference: [0.0; 2],
                });
            } else if number == next {
                held_out.push(pair.clone());
            }
        }
        let steps = plan.epochs * (learned.len() / plan.batch_size.min(learned.len())) as u64;
        let settings = PlannedTraining {
            seed: plan.seed,
            steps,
            lr: plan.lr,
            warmup_steps: steps / 10,
            decay_steps: steps - steps / 10,
            ..PlannedTraining::default()
        };
        let examples = Paired::new(learned, plan.batch_size, plan.seed);
        let trainer = Trainer::new(RewardModel::new(model.clone()), examples, Rewarding, &settings, None)
            .restricted(plan.layers);
        Self { trainer, steps, held_out }
    }

    /// Trains on one batch of choices.
    ///
    /// # Errors
    /// `diverged`.
    pub fn step(&mut self) -> Result<Metrics> {
        now(self.trainer.next())
    }

    /// Total number of steps.
    pub fn steps(&self) -> u64 {
        self.steps
    }

    /// The reward model with its current weights.
    pub fn model(&self) -> &RewardModel {
        self.trainer.model()
    }

    /// How many of the held-out choices it predicts correctly.
    pub fn accuracy(&self) -> Share {
        let mut share = Share { part: 0, all: self.held_out.len() };
        for Pair { chosen, rejected } in &self.held_out {
            let rewards = rewards(self.model(), &[chosen.clone(), rejected.clone()]);
            share.part += usize::from(rewards[0] > rewards[1]);
        }
        share
    }
}

/// Whether predicting this many held-out choices is better than chance: guessing would achieve it one time in
/// twenty.
///
/// ```
/// use liedwerk::judge::Share;
/// use liedwerk::prefer::beats_chance;
/// assert!(beats_chance(Share { part: 15, all: 20 }) && !beats_chance(Share { part: 13, all: 20 }));
/// assert!(beats_chance(Share { part: 6, all: 6 }) && !beats_chance(Share { part: 5, all: 6 }));
/// assert!(!beats_chance(Share { part: 2, all: 2 }));
/// ```
pub fn beats_chance(foretold: Share) -> bool {
    // The normal quantile for 95%, in standard deviations of guessing.
    const QUANTILE: f64 = 1.645;
    let all = foretold.all as f64;
    foretold.part as f64 > all / 2.0 + QUANTILE * all.sqrt() / 2.0
}

/// Computes the rewards of texts.
pub fn rewards(model: &RewardModel, texts: &[Continuation]) -> Vec<f32> {
    let lengths: Vec<usize> = texts.iter().map(|text| text.tokens.len()).collect();
    model.forward(&padded(texts), &lengths, None).to_vec()
}

/// Computes the reward of a text and of its prefixes.
pub fn verdict(model: &RewardModel, tokenizer: &TextTokenizer, text: &Continuation) -> Verdict {
    let along = model.along(&text.tokens);
    let named = text.tokens.iter().zip(&along).skip(text.beginning);
    Verdict {
        reward: along.last().copied().unwrap_or(0.0),
        along: named.map(|(&id, &reward)| (tokenizer.token_text(id), reward)).collect(),
    }
}
