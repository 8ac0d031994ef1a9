//! A model of what is liked, fitted to choices.

use super::choices::Pair;
use crate::error::Result;
use crate::judge::Share;
use crate::models::{Gpt, RewardModel};
use crate::now::now;
use crate::text::TextTokenizer;
use crate::train::{
    Continuation, Layers, Metrics, Paired, PlannedTraining, Preferred, Rewarding, Trainer, padded,
};
use serde::{Deserialize, Serialize};

/// Each so many-th choice is never learned from, but measured by.
const HELD_OUT: usize = 5;

/// How a reward model is fitted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RewardPlan {
    /// What of the model moves.
    pub layers: Layers,
    /// Highest learning rate.
    pub lr: f32,
    /// Passes over the choices.
    pub epochs: u64,
    /// Choices of a batch.
    pub batch_size: usize,
    /// Of the order and of dropout.
    pub seed: u64,
}

impl Default for RewardPlan {
    fn default() -> Self {
        Self { layers: Layers::All, lr: 1e-4, epochs: 4, batch_size: 4, seed: 1 }
    }
}

/// What a reward model says about a text, word by word.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Verdict {
    /// The reward of the whole.
    pub reward: f32,
    /// Each token with what the text would be worth if it ended there.
    pub along: Vec<(String, f32)>,
}

/// The fitting of a reward model.
pub struct RewardFit {
    trainer: Trainer<RewardModel, Paired, Rewarding>,
    steps: u64,
    held_out: Vec<Pair>,
}

impl RewardFit {
    /// Before the first step; `model` writes what is judged.
    pub fn new(model: &Gpt, pairs: &[Pair], plan: &RewardPlan) -> Self {
        let is_held_out = |at: usize| at % HELD_OUT == HELD_OUT - 1;
        let (held_out, learned): (Vec<_>, Vec<_>) =
            pairs.iter().enumerate().partition(|(at, _)| is_held_out(*at));
        let learned: Vec<Preferred> = learned
            .into_iter()
            .map(|(_, Pair { chosen, rejected })| Preferred {
                chosen: chosen.clone(),
                rejected: rejected.clone(),
                reference: [0.0; 2],
            })
            .collect();
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
        Self { trainer, steps, held_out: held_out.into_iter().map(|(_, pair)| pair.clone()).collect() }
    }

    /// A step on some choices.
    ///
    /// # Errors
    /// `diverged`.
    pub fn step(&mut self) -> Result<Metrics> {
        now(self.trainer.next())
    }

    /// Steps in all.
    pub fn steps(&self) -> u64 {
        self.steps
    }

    /// The model as it is.
    pub fn model(&self) -> &RewardModel {
        self.trainer.model()
    }

    /// How many of the held-out choices it foretells.
    pub fn accuracy(&self) -> Share {
        let mut share = Share { part: 0, all: self.held_out.len() };
        for Pair { chosen, rejected } in &self.held_out {
            let rewards = rewards(self.model(), &[chosen.clone(), rejected.clone()]);
            share.part += usize::from(rewards[0] > rewards[1]);
        }
        share
    }
}

/// Whether so many of the held-out choices are foretold by more than luck: guessing would do it once in twenty times.
///
/// ```
/// use liedwerk::judge::Share;
/// use liedwerk::prefer::beats_chance;
/// assert!(beats_chance(Share { part: 15, all: 20 }) && !beats_chance(Share { part: 13, all: 20 }));
/// assert!(beats_chance(Share { part: 6, all: 6 }) && !beats_chance(Share { part: 5, all: 6 }));
/// assert!(!beats_chance(Share { part: 2, all: 2 }));
/// ```
pub fn beats_chance(foretold: Share) -> bool {
    // The normal distribution's quantile of 95 %, in standard deviations of guessing.
    const QUANTILE: f64 = 1.645;
    let all = foretold.all as f64;
    foretold.part as f64 > all / 2.0 + QUANTILE * all.sqrt() / 2.0
}

/// The rewards of texts.
pub fn rewards(model: &RewardModel, texts: &[Continuation]) -> Vec<f32> {
    let lengths: Vec<usize> = texts.iter().map(|text| text.tokens.len()).collect();
    model.forward(&padded(texts), &lengths, None).to_vec()
}

/// What a reward model says about a text.
pub fn verdict(model: &RewardModel, tokenizer: &TextTokenizer, text: &Continuation) -> Verdict {
    let along = model.along(&text.tokens);
    let named = text.tokens.iter().zip(&along).skip(text.beginning);
    Verdict {
        reward: along.last().copied().unwrap_or(0.0),
        along: named.map(|(&id, &reward)| (tokenizer.token_text(id), reward)).collect(),
    }
}
