//! The training of a translator, one step at a time.

use super::average::Averaged;
use super::descent::Metrics;
use super::pairs::{by_length, cut_batches};
use super::{Layers, PairBatch, PairBatches, PairPosition, PairTrainRecipe, TokenPair};
use crate::error::{Error, ErrorCode, Result};
use crate::models::TranslationModel;
use crate::now::now;
use crate::ops::CrossEntropy;
use crate::tensor::Device;
use crate::text::PAD;

/// A translator in training, with everything needed to continue to the bit.
pub struct PairTrainer {
    run: Averaged<TranslationModel>,
    batches: PairBatches,
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
        let common = &recipe.common;
        Ok(Self {
            batches: PairBatches::new(pairs, recipe.tokens_per_batch, common.seed),
            run: Averaged::new(model, common, recipe.average),
            recipe,
        })
    }

    /// The model as it is now.
    pub fn model(&self) -> &TranslationModel {
        &self.run.model
    }

    /// The moving average of the model's weights.
    pub fn average(&self) -> &TranslationModel {
        &self.run.average
    }

    /// Goes on with the model on `device`.
    ///
    /// # Panics
    /// If it is on a GPU and `device` is another.
    pub fn to(&mut self, device: &Device) {
        self.run.to(device);
    }

    /// Moves nothing but these from now on.
    pub fn restrict(&mut self, layers: Layers) {
        self.run.restrict(layers);
    }

    /// The highest learning rate of the schedule.
    pub fn lr(&self) -> f32 {
        self.run.descent.lr()
    }

    /// Goes on with another highest rate.
    pub fn set_lr(&mut self, lr: f32) {
        self.run.descent.set_lr(lr);
    }

    /// Steps done.
    pub fn steps_done(&self) -> u64 {
        self.run.steps_done()
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
        now(self.step_async())
    }

    /// Like [`PairTrainer::step`], wherever the model is; on a GPU loss and norm are read once.
    ///
    /// # Errors
    /// The same, and `gpu-lost` or `out-of-memory`.
    pub async fn step_async(&mut self) -> Result<Metrics> {
        let batch = self.batches.next_batch();
        self.step_on_async(&batch).await
    }

    /// One step on a batch of the caller's choice.
    ///
    /// # Errors
    /// As [`PairTrainer::step`].
    pub fn step_on(&mut self, batch: &PairBatch) -> Result<Metrics> {
        now(self.step_on_async(batch))
    }

    /// Like [`PairTrainer::step_on`], wherever the model is.
    ///
    /// # Errors
    /// As [`PairTrainer::step_async`].
    pub async fn step_on_async(&mut self, batch: &PairBatch) -> Result<Metrics> {
        let dropout_seed = self.recipe.common.seed.wrapping_add(self.steps_done());
        let options = CrossEntropy { ignore_index: Some(PAD), label_smoothing: self.recipe.label_smoothing };
        let found = self.run.descent.gradients(&self.run.model, |model| {
            let logits = model.forward(&batch.src, &batch.src_lengths, &batch.inputs, Some(dropout_seed));
            logits.cross_entropy(&batch.targets, options)
        });
        self.run.step(found, batch.target_tokens()).await
    }

    /// The whole run.
    ///
    /// # Errors
    /// `not-finite` if a weight is no longer a number.
    pub fn checkpoint(&self) -> Result<Vec<u8>> {
        now(self.checkpoint_async())
    }

    /// Like [`PairTrainer::checkpoint`], wherever the run's numbers are.
    ///
    /// # Errors
    /// The same, and `gpu-lost` or `out-of-memory`.
    pub async fn checkpoint_async(&self) -> Result<Vec<u8>> {
        self.run.checkpoint(self.batches.position()).await
    }

    /// Continues where the run that wrote the checkpoint stood.
    ///
    /// # Errors
    /// `bad-weights` if it is damaged, and those of [`crate::io::Weights::take`] if it belongs to another
    /// model; the run then is as before.
    pub fn restore(&mut self, checkpoint: &[u8]) -> Result<()> {
        let position: PairPosition = self.run.restore(checkpoint)?;
        self.batches.seek(&position);
        Ok(())
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
