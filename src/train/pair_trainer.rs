//! The training of a translator, one step at a time.

use super::descent::{Descent, Metrics, gradients};
use super::pairs::{by_length, cut_batches};
use super::{AdamWConfig, PairBatch, PairBatches, PairTrainRecipe, Schedule, TokenPair};
use crate::cpu::elementwise::{axpy, scale};
use crate::error::{Error, ErrorCode, Result};
use crate::models::TranslationModel;
use crate::nn::Module;
use crate::ops::CrossEntropy;
use crate::tensor::Tensor;
use crate::text::PAD;

/// A translator in training, with everything needed to continue to the bit.
pub struct PairTrainer {
    pub(super) model: TranslationModel,
    /// The moving average of its weights, which translates better than they do before the rate falls.
    pub(super) average: TranslationModel,
    pub(super) descent: Descent,
    pub(super) batches: PairBatches,
    recipe: PairTrainRecipe,
}

impl PairTrainer {
    /// # Errors
    /// `bad-recipe`, or `text-too-short` without pairs.
    pub fn new(model: TranslationModel, pairs: Vec<TokenPair>, recipe: PairTrainRecipe) -> Result<Self> {
        recipe.check()?;
        if pairs.is_empty() {
            return Err(Error::new(
                ErrorCode::TextTooShort,
                "there is no pair that is short enough to train on",
            ));
        }
        let PairTrainRecipe { beta1, beta2, weight_decay, lr, warmup_steps, decay_steps, steps, .. } = recipe;
        let config = AdamWConfig { beta1, beta2, eps: 1e-8, weight_decay };
        let schedule = Schedule { lr, warmup_steps, decay_steps, steps };
        Ok(Self {
            descent: Descent::new(&model, config, schedule, recipe.grad_clip),
            batches: PairBatches::new(pairs, recipe.tokens_per_batch, recipe.seed),
            average: model.clone(),
            model,
            recipe,
        })
    }

    /// The model as it is now.
    pub fn model(&self) -> &TranslationModel {
        &self.model
    }

    /// The moving average of the model's weights.
    pub fn average(&self) -> &TranslationModel {
        &self.average
    }

    /// Steps done.
    pub fn steps_done(&self) -> u64 {
        self.descent.optimizer.step
    }

    /// Where in the pairs the run stands.
    pub fn batches(&self) -> &PairBatches {
        &self.batches
    }

    /// One batch: forward, backward, update.
    ///
    /// # Errors
    /// `diverged` if the loss or a gradient is no longer a number; the weights are then those before.
    pub fn step(&mut self) -> Result<Metrics> {
        let batch = self.batches.next_batch();
        self.step_on(&batch)
    }

    /// One step on a batch of the caller's choice.
    ///
    /// # Errors
    /// As [`PairTrainer::step`].
    pub fn step_on(&mut self, batch: &PairBatch) -> Result<Metrics> {
        let dropout_seed = self.recipe.seed.wrapping_add(self.steps_done());
        let options = CrossEntropy { ignore_index: Some(PAD), label_smoothing: self.recipe.label_smoothing };
        let found = gradients(&self.model, |model| {
            let logits = model.forward(&batch.src, &batch.src_lengths, &batch.inputs, Some(dropout_seed));
            logits.cross_entropy(&batch.targets, options)
        });
        let metrics = self.descent.step(&mut self.model, found, batch.target_tokens())?;
        self.update_average(metrics.step);
        Ok(metrics)
    }

    /// `average += (1 - decay) (weights - average)`, with less decay in the beginning, so that the random
    /// start is not dragged along.
    fn update_average(&mut self, step: u64) {
        let decay = self.recipe.average.min(step as f32 / (step + 10) as f32);
        let current: Vec<Tensor> = self.model.parameters().into_iter().map(|(_, tensor)| tensor).collect();
        let mut current = current.iter();
        self.average.visit(&mut |_, average| {
            let weights = current.next().expect("the average has the parameters of the model");
            scale(decay, average.data_mut());
            axpy(1.0 - decay, weights.data(), average.data_mut());
        });
    }
}

/// Mean negative log-likelihood of the pairs' targets in nats per token, in batches of at most `tokens`
/// padded tokens a side.
pub fn pair_loss(model: &TranslationModel, pairs: &[TokenPair], tokens: usize) -> f64 {
    let options = CrossEntropy { ignore_index: Some(PAD), label_smoothing: 0.0 };
    let (mut nats, mut count) = (0.0, 0);
    for batch in cut_batches(pairs, &by_length(pairs, (0..pairs.len()).collect()), tokens) {
        let batch = PairBatch::new(&batch.iter().map(|&index| &pairs[index]).collect::<Vec<_>>());
        let logits = model.forward(&batch.src, &batch.src_lengths, &batch.inputs, None);
        let loss = logits.cross_entropy(&batch.targets, options).item();
        nats += f64::from(loss) * batch.target_tokens() as f64;
        count += batch.target_tokens();
    }
    nats / count.max(1) as f64
}
