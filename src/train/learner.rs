//! A training run of any model, as the workshop sees it.

use super::Model;
use super::descent::Metrics;
use super::validation::Measured;
use crate::error::Result;
use crate::tensor::Device;
use std::pin::Pin;

/// A result that may have to wait for a GPU; on the CPU it is ready at once.
pub type Waiting<'a, T> = Pin<Box<dyn Future<Output = Result<T>> + 'a>>;

/// A training run of any model, with everything needed to continue it to the bit.
pub trait Learner {
    /// Processes one batch: forward, backward, update. On a GPU, loss and norm are read back once. Shares
    /// computed elsewhere ([`Self::take_share`]) are not computed again.
    ///
    /// # Errors
    /// `diverged` if the loss or a gradient is not finite, and `gpu-lost` or `out-of-memory`; the weights are
    /// then unchanged.
    fn step(&mut self) -> Waiting<'_, Metrics>;

    /// Number of shares the next step is split into: 1 on a GPU.
    fn shares(&mut self) -> usize;

    /// The state that another learner of the same run needs to compute a share of the next step with
    /// [`Self::compute_share`].
    fn state(&mut self) -> Vec<u8>;

    /// Computes a share of the next step of the learner with this state.
    ///
    /// # Errors
    /// `bad-weights` for the state of another model, `bad-option` if the step has fewer shares.
    fn compute_share(&mut self, state: &[u8], share: usize) -> Result<Vec<u8>>;

    /// Accepts a share of the next step that was computed elsewhere.
    ///
    /// # Errors
    /// `bad-weights` if it belongs to another model.
    fn take_share(&mut self, share: usize, computed: &[u8]) -> Result<()>;

    /// Number of steps done.
    fn steps_done(&self) -> u64;

    /// Number of complete passes over the examples before the latest batch.
    fn epoch(&self) -> u64;

    /// Number of steps in one pass over the examples.
    fn steps_per_epoch(&self) -> usize;

    /// The peak learning rate of the schedule.
    fn lr(&self) -> f32;

    /// Sets the peak learning rate.
    fn set_lr(&mut self, lr: f32);

    /// Moves the model to `device`.
    ///
    /// # Panics
    /// If the model is on a GPU and `device` is another one.
    fn to(&mut self, device: &Device);

    /// Saves the whole run.
    ///
    /// # Errors
    /// `not-finite` if a weight is not finite, and GPU errors.
    fn checkpoint(&mut self) -> Waiting<'_, Vec<u8>>;

    /// Continues from a checkpoint.
    ///
    /// # Errors
    /// `old-checkpoint`; `bad-weights` if it is damaged, and the errors of
    /// [`Weights::take`](crate::io::Weights::take) if it belongs to
    /// another model; the run is then unchanged.
    fn restore(&mut self, checkpoint: &[u8]) -> Result<()>;

    /// The model after the last step, if it differs from [`Self::best`].
    fn last(&self) -> Option<Model>;

    /// The model to validate, sample from and keep: the moving average of the weights, if there is one.
    fn best(&self) -> Model;

    /// Starts validating the current [`Self::best`] on the held-out data; `false` if there is none.
    fn begin_validation(&mut self) -> bool;

    /// Validates one batch; returns the result after the last one. Training steps in between do not affect
    /// it.
    ///
    /// # Errors
    /// `bad-option` if validation was not started, and GPU errors.
    fn validate(&mut self) -> Waiting<'_, Option<Measured>>;
}
