//! The training of a character LSTM, one step at a time: the caller decides when to go on, stop, save or look.

use super::descent::{Descent, Metrics};
use super::{Layers, StreamBatches, TrainRecipe, Window};
use crate::error::Result;
use crate::models::CharLstm;
use crate::nn::{LstmState, Module};
use crate::now::now;
use crate::ops::CrossEntropy;
use crate::tensor::Device;

/// A model in training, with everything needed to continue to the bit.
pub struct Trainer {
    pub(super) model: CharLstm,
    pub(super) descent: Descent,
    pub(super) batches: StreamBatches,
    pub(super) state: LstmState,
    pub(super) recipe: TrainRecipe,
}

impl Trainer {
    /// # Errors
    /// `bad-recipe` or `text-too-short`.
    pub fn new(model: CharLstm, ids: Vec<u32>, recipe: TrainRecipe) -> Result<Self> {
        recipe.check()?;
        let batches = StreamBatches::new(ids, recipe.batch_size, recipe.window, recipe.common.seed)?;
        Ok(Self {
            descent: recipe.common.descent(&model),
            state: model.zero_state(recipe.batch_size),
            model,
            batches,
            recipe,
        })
    }

    /// The model as it is now.
    pub fn model(&self) -> &CharLstm {
        &self.model
    }

    /// Goes on with the model on `device`.
    ///
    /// # Panics
    /// If it is on a GPU and `device` is another.
    pub fn to(&mut self, device: &Device) {
        self.model.to(device);
    }

    /// Moves nothing but these from now on.
    pub fn restrict(&mut self, layers: Layers) {
        self.descent.restrict(&self.model, layers);
    }

    /// The highest learning rate of the schedule.
    pub fn lr(&self) -> f32 {
        self.descent.lr()
    }

    /// Goes on with another highest rate.
    pub fn set_lr(&mut self, lr: f32) {
        self.descent.set_lr(lr);
    }

    /// Steps done.
    pub fn steps_done(&self) -> u64 {
        self.descent.optimizer.step
    }

    /// Whole passes over the text.
    pub fn epoch(&self) -> u64 {
        self.batches.epoch()
    }

    /// One batch: forward, backward, update.
    ///
    /// # Errors
    /// `diverged` if the loss or a gradient is no longer a number; the weights are then those before.
    pub fn step(&mut self) -> Result<Metrics> {
        now(self.step_async())
    }

    /// Like [`Trainer::step`], wherever the model is; on a GPU loss and norm are read once.
    ///
    /// # Errors
    /// The same, and `gpu-lost` or `out-of-memory`.
    pub async fn step_async(&mut self) -> Result<Metrics> {
        let Window { inputs, targets, restarts } = self.batches.next_window();
        let batch_size = self.recipe.batch_size;
        if restarts {
            self.state = self.model.zero_state(batch_size);
        }
        let dropout_seed = self.recipe.common.seed.wrapping_add(self.steps_done());
        let state = &mut self.state;
        let found = self.descent.gradients(&self.model, |model| {
            let (logits, after) = model.forward(&inputs, batch_size, state, Some(dropout_seed));
            state.layers = after.layers.iter().map(|(h, c)| (h.detach(), c.detach())).collect();
            logits.cross_entropy(&targets, CrossEntropy::default())
        });
        self.descent.step(&mut self.model, found, targets.len()).await
    }
}
