//! Tunes a model towards what people prefer, from the choices themselves or from the rewards of its samples.

use super::beginnings::Beginning;
use super::choices::Pair;
use super::draw::Writer;
use super::reward::rewards;
use crate::error::{Error, ErrorCode, Result};
use crate::generate::Sampling;
use crate::models::{Gpt, RewardModel};
use crate::nn::Module;
use crate::now::now;
use crate::tensor::Tensor;
use crate::text::TextTokenizer;
use crate::train::{
    DrawnTexts, Latest, Layers, Learner, Metrics, Paired, PlannedTraining, Preferred, Preferring,
    Reinforcing, Trainer, sequence_log_probs,
};
use serde::{Deserialize, Serialize};

/// Number of texts whose probabilities are computed at once.
const AT_ONCE: usize = 8;

/// Tuning method.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Method {
    /// Direct preference optimisation: learns from the choices, without a reward model.
    Dpo,
    /// REINFORCE with a leave-one-out baseline: learns from the rewards of the model's own samples.
    Reinforce,
}

/// Settings of a tuning run. The same plan, model, choices and arithmetic give the same weights everywhere.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TuningPlan {
    /// The method.
    pub method: Method,
    /// The layers to train.
    pub layers: Layers,
    /// Strength of the penalty for moving away from the original model.
    pub beta: f32,
    /// Peak learning rate.
    pub lr: f32,
    /// Total number of steps.
    pub steps: u64,
    /// Number of pairs per batch, or of beginnings.
    pub batch_size: usize,
    /// Number of stanzas sampled per beginning.
    pub group: usize,
    /// Seed for the order and for the samples.
    pub seed: u64,
}

impl TuningPlan {
    /// Settings suited to a small model.
    pub fn usual(method: Method) -> Self {
        match method {
            Method::Dpo => Self {
                method,
                layers: Layers::All,
                beta: 0.1,
                lr: 3e-5,
                steps: 40,
                batch_size: 4,
                group: 0,
                seed: 1,
            },
            Method::Reinforce => Self {
                method,
                layers: Layers::All,
                beta: 0.05,
                lr: 3e-5,
                steps: 40,
                batch_size: 2,
                group: 8,
                seed: 1,
            },
        }
    }

    /// Validates the settings.
    ///
    /// # Errors
    /// `bad-option`, naming the invalid value.
    pub fn check(&self) -> Result<()> {
        let wrong = |what: &str| Err(Error::new(ErrorCode::BadOption, what.to_owned()));
        if !(self.lr > 0.0 && self.lr.is_finite()) {
            return wrong("lr must be above 0");
        }
        if !(self.beta >= 0.0 && self.beta.is_finite()) || self.method == Method::Dpo && self.beta == 0.0 {
            return wrong("beta must be at least 0, with dpo above it");
        }
        if self.steps == 0 || self.batch_size == 0 {
            return wrong("steps and batch_size must be at least 1");
        }
        if self.method == Method::Reinforce && self.group < 2 {
            return wrong("group must be at least 2: each text is compared with the others");
        }
        Ok(())
    }

    fn training(&self) -> PlannedTraining {
        let warmup_steps = self.steps / 10;
        PlannedTraining {
            seed: self.seed,
            steps: self.steps,
            lr: self.lr,
            warmup_steps,
            decay_steps: self.steps - warmup_steps,
            weight_decay: 0.0,
            ..PlannedTraining::default()
        }
    }
}

/// Result of one step.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Progress {
    /// Number of steps done.
    pub step: u64,
    /// The loss.
    pub loss: f32,
    /// Mean reward of the samples; `None` without a reward model.
    pub reward: Option<f32>,
}

#[expect(clippy::large_enum_variant, reason = "there is one of it at a time")]
enum Run {
    Dpo {
        trainer: Trainer<Gpt, Paired, Preferring>,
        /// Number of pairs whose reference log-probabilities have been computed.
        prepared: usize,
    },
    Reinforce {
        trainer: Trainer<Gpt, Latest<DrawnTexts>, Reinforcing>,
        reward: RewardModel,
        beginnings: Vec<Beginning>,
    },
}

/// A tuning run in progress, on the CPU.
pub struct Tuning {
    plan: TuningPlan,
    /// The original model.
    base: Gpt,
    tokenizer: TextTokenizer,
    run: Run,
}

/// The model with all weights converted to f32 for training.
pub(super) fn unpacked(model: &Gpt) -> Gpt {
    let mut model = model.clone();
    model.visit(&mut |_, tensor| *tensor = Tensor::from_vec(tensor.to_vec(), tensor.shape()));
    model
}

impl Tuning {
    /// Starts tuning by choices. The reference should first be computed by [`prepare`](Self::prepare).
    pub fn by_choices(model: &Gpt, tokenizer: &TextTokenizer, pairs: &[Pair], plan: TuningPlan) -> Self {
        let base = unpacked(model);
        let preferred = pairs.iter().map(|pair| Preferred {
            chosen: pair.chosen.clone(),
            rejected: pair.rejected.clone(),
            reference: [0.0; 2],
        });
        let examples = Paired::new(preferred.collect(), plan.batch_size, plan.seed);
        let objective = Preferring { beta: plan.beta };
        let trainer = Trainer::new(base.clone(), examples, objective, &plan.training(), None);
        let run = Run::Dpo { trainer: trainer.restricted(plan.layers), prepared: 0 };
        Self { plan, base, tokenizer: tokenizer.clone(), run }
    }

    /// Starts tuning by the rewards of the model's samples for these beginnings.
    pub fn by_reward(
        model: &Gpt,
        tokenizer: &TextTokenizer,
        reward: RewardModel,
        beginnings: Vec<Beginning>,
        plan: TuningPlan,
    ) -> Self {
        let base = unpacked(model);
        let objective = Reinforcing { beta: plan.beta };
        let nothing =
            DrawnTexts { texts: Vec::new(), rewards: Vec::new(), reference: Vec::new(), group: plan.group };
        let trainer = Trainer::new(base.clone(), Latest(nothing), objective, &plan.training(), None)
            .restricted(plan.layers);
        let run = Run::Reinforce { trainer, reward, beginnings };
        Self { plan, base, tokenizer: tokenizer.clone(), run }
    }

    /// The settings.
    pub fn plan(&self) -> &TuningPlan {
        &self.plan
    }

    /// The original model.
    pub fn base(&self) -> &Gpt {
        &self.base
    }

    /// The model with its current weights.
    pub fn model(&self) -> &Gpt {
        match &self.run {
            Run::Dpo { trainer, .. } => trainer.model(),
            Run::Reinforce { trainer, .. } => trainer.model(),
        }
    }

    /// Number of steps done.
    pub fn steps_done(&self) -> u64 {
        match &self.run {
            Run::Dpo { trainer, .. } => trainer.steps_done(),
            Run::Reinforce { trainer, .. } => trainer.steps_done(),
        }
    }

    /// Whether the last step is done.
    pub fn is_done(&self) -> bool {
        self.steps_done() >= self.plan.steps
    }

    /// Computes the original model's log-probabilities for a few more choices and returns how many remain. A
    /// short call, for callers that need to stay responsive; [`Self::step`] computes the rest.
    pub fn prepare(&mut self) -> usize {
        let Run::Dpo { trainer, prepared } = &mut self.run else { return 0 };
        let rest = &mut trainer.examples_mut().pairs_mut()[*prepared..];
        let still = rest.len().saturating_sub(AT_ONCE);
        let some = rest.iter_mut().take(AT_ONCE).collect::<Vec<_>>();
        if some.is_empty() {
            return 0;
        }
        let texts: Vec<_> =
            some.iter().flat_map(|pair| [pair.chosen.clone(), pair.rejected.clone()]).collect();
        *prepared += some.len();
        let reference = sequence_log_probs(&self.base, &texts).to_vec();
        some.into_iter()
            .zip(reference.as_chunks::<2>().0)
            .for_each(|(pair, &of_pair)| pair.reference = of_pair);
        still
    }

    /// Performs one step.
    ///
    /// # Errors
    /// `diverged`: the model is then unchanged by the step.
    pub fn step(&mut self) -> Result<Progress> {
        while self.prepare() > 0 {}
        let step = self.steps_done();
        match &mut self.run {
            Run::Dpo { trainer, .. } => {
                let Metrics { step, loss, .. } = now(trainer.next())?;
                Ok(Progress { step, loss, reward: None })
            }
            Run::Reinforce { trainer, reward, beginnings } => {
                let TuningPlan { batch_size, group, seed, .. } = self.plan;
                let due =
                    |at: usize| &beginnings[(step as usize * batch_size + at / group) % beginnings.len()];
                let drawn = (batch_size * group) as u64;
                let first = seed.wrapping_mul(1_000_003).wrapping_add(step).wrapping_mul(drawn);
                let asked: Vec<_> = (0..drawn).map(|at| (due(at as usize), first.wrapping_add(at))).collect();
                let writer = Writer {
                    model: trainer.model(),
                    tokenizer: &self.tokenizer,
                    sampling: Sampling::default(),
                };
                let texts: Vec<_> = writer.draw(&asked)?.into_iter().map(|stanza| stanza.drawn).collect();
                let rewards = rewards(reward, &texts);
                let mean = rewards.iter().sum::<f32>() / rewards.len() as f32;
                let reference = sequence_log_probs(&self.base, &texts).to_vec();
                trainer.examples_mut().0 = DrawnTexts { texts, rewards, reference, group };
                let Metrics { step, loss, .. } = now(trainer.next())?;
                Ok(Progress { step, loss, reward: Some(mean) })
            }
        }
    }

    /// Saves the run, except for its inputs.
    ///
    /// # Errors
    /// `not-finite`.
    pub fn checkpoint(&mut self) -> Result<Vec<u8>> {
        match &mut self.run {
            Run::Dpo { trainer, .. } => now(trainer.checkpoint()),
            Run::Reinforce { trainer, .. } => now(trainer.checkpoint()),
        }
    }

    /// Continues from a checkpoint of a run with the same inputs.
    ///
    /// # Errors
    /// The errors of [`Learner::restore`].
    pub fn restore(&mut self, checkpoint: &[u8]) -> Result<()> {
        match &mut self.run {
            Run::Dpo { trainer, .. } => trainer.restore(checkpoint),
            Run::Reinforce { trainer, .. } => trainer.restore(checkpoint),
        }
    }
}
