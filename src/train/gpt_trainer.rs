//! The training of a GPT-2, one step at a time.

use super::average::Averaged;
use super::descent::Metrics;
use super::{GptTrainRecipe, Layers, SongWindows, TokenSong, WindowBatch};
use crate::error::Result;
use crate::models::Gpt;
use crate::now::now;
use crate::ops::CrossEntropy;
use crate::tensor::Device;

/// A GPT-2 in training, with everything needed to continue to the bit.
pub struct GptTrainer {
    run: Averaged<Gpt>,
    windows: SongWindows,
    recipe: GptTrainRecipe,
}

impl GptTrainer {
    /// # Errors
    /// `bad-recipe`, or `text-too-short` if the songs do not fill one batch of windows of `n_positions`
    /// tokens.
    pub fn new(model: Gpt, songs: Vec<TokenSong>, recipe: GptTrainRecipe) -> Result<Self> {
        recipe.check()?;
        let window = model.config().n_positions;
        Ok(Self {
            windows: SongWindows::new(songs, recipe.batch_size, window, recipe.common.seed)?,
            run: Averaged::new(model, &recipe.common, recipe.average),
            recipe,
        })
    }

    /// The model as it is now.
    pub fn model(&self) -> &Gpt {
        &self.run.model
    }

    /// The moving average of the model's weights.
    pub fn average(&self) -> &Gpt {
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

    /// Steps of one pass over the songs.
    pub fn steps_per_epoch(&self) -> usize {
        self.windows.steps_per_epoch()
    }

    /// One batch: forward, backward, update.
    ///
    /// # Errors
    /// `diverged` if the loss or a gradient is no longer a number; the weights are then those before.
    pub fn step(&mut self) -> Result<Metrics> {
        now(self.step_async())
    }

    /// Like [`GptTrainer::step`], wherever the model is; on a GPU loss and norm are read once.
    ///
    /// # Errors
    /// The same, and `gpu-lost` or `out-of-memory`.
    pub async fn step_async(&mut self) -> Result<Metrics> {
        let WindowBatch { inputs, targets } = self.windows.at(self.steps_done());
        let dropout_seed = self.recipe.common.seed.wrapping_add(self.steps_done());
        let found = self.run.descent.gradients(&self.run.model, |model| {
            let logits = model.forward(&inputs, self.recipe.batch_size, Some(dropout_seed));
            logits.cross_entropy(&targets, CrossEntropy::default())
        });
        self.run.step(found, targets.len()).await
    }

    /// The whole run.
    ///
    /// # Errors
    /// `not-finite` if a weight is no longer a number.
    pub fn checkpoint(&self) -> Result<Vec<u8>> {
        now(self.checkpoint_async())
    }

    /// Like [`GptTrainer::checkpoint`], wherever the run's numbers are.
    ///
    /// # Errors
    /// The same, and `gpu-lost` or `out-of-memory`.
    pub async fn checkpoint_async(&self) -> Result<Vec<u8>> {
        self.run.checkpoint(()).await
    }

    /// Continues where the run that wrote the checkpoint stood: its windows are a function of the step.
    ///
    /// # Errors
    /// `bad-weights` if it is damaged, and those of [`crate::io::Weights::take`] if it belongs to another
    /// model; the run then is as before.
    pub fn restore(&mut self, checkpoint: &[u8]) -> Result<()> {
        self.run.restore(checkpoint)
    }
}
