//! A training of whatever model, as the workshop sees it.

use super::Model;
use super::descent::Metrics;
use super::validation::Measured;
use crate::error::Result;
use crate::tensor::Device;
use std::pin::Pin;

/// What may have to wait for a GPU; on the CPU it is done when it is given.
pub type Waiting<'a, T> = Pin<Box<dyn Future<Output = Result<T>> + 'a>>;

/// A training of whatever model, with everything needed to continue to the bit.
pub trait Learner {
    /// One batch: forward, backward, update. On a GPU loss and norm are read once. Shares that were computed elsewhere
    /// ([`Self::take_share`]) are not computed again.
    ///
    /// # Errors
    /// `diverged` if the loss or a gradient is no longer a number, and `gpu-lost` or `out-of-memory`; the weights are
    /// then those before.
    fn step(&mut self) -> Waiting<'_, Metrics>;

    /// In how many shares the next step is cut: 1 on a GPU.
    fn shares(&mut self) -> usize;

    /// What another learner of the same training needs to compute a share of the next step, by
    /// [`Self::compute_share`].
    fn state(&mut self) -> Vec<u8>;

    /// Computes a share of the next step of the learner whose state this is.
    ///
    /// # Errors
    /// `bad-weights` if that is a learner of another model, `bad-option` if the step has fewer shares.
    fn compute_share(&mut self, state: &[u8], share: usize) -> Result<Vec<u8>>;

    /// Takes over a share of the next step.
    ///
    /// # Errors
    /// `bad-weights` if it is of another model.
    fn take_share(&mut self, share: usize, computed: &[u8]) -> Result<()>;

    /// Steps done.
    fn steps_done(&self) -> u64;

    /// Whole passes over the examples before the latest batch.
    fn epoch(&self) -> u64;

    /// Steps of one pass over the examples.
    fn steps_per_epoch(&self) -> usize;

    /// The highest learning rate of the schedule.
    fn lr(&self) -> f32;

    /// Sets it.
    fn set_lr(&mut self, lr: f32);

    /// Moves the model to `device`.
    ///
    /// # Panics
    /// If it is on a GPU and `device` is another.
    fn to(&mut self, device: &Device);

    /// The whole run.
    ///
    /// # Errors
    /// `not-finite` if a weight is no longer a number, and those of the GPU.
    fn checkpoint(&mut self) -> Waiting<'_, Vec<u8>>;

    /// Continues where the run that wrote the checkpoint stood.
    ///
    /// # Errors
    /// `old-checkpoint`; `bad-weights` if it is damaged, and those of [`Weights::take`] if it belongs to another model;
    /// the run then is as before.
    fn restore(&mut self, checkpoint: &[u8]) -> Result<()>;

    /// The model after the last step, where that is another than [`Self::best`].
    fn last(&self) -> Option<Model>;

    /// The model that is measured, tried and kept: the moving average of its weights, where there is one.
    fn best(&self) -> Model;

    /// Begins to measure [`Self::best`] as it is now on what is held out; `false` if that is nothing.
    fn begin_validation(&mut self) -> bool;

    /// Measures a slice; gives the result after the last. Steps in between change nothing.
    ///
    /// # Errors
    /// `bad-option` if measuring was not begun, and those of the GPU.
    fn validate(&mut self) -> Waiting<'_, Option<Measured>>;
}
