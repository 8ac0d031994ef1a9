//! Steps computed by several workshops: one owns the run, and others, created from the same plan and text,
//! compute shares of its steps. The weights have the same bits no matter who computes what.

use super::Workshop;
use crate::error::Result;

impl Workshop {
    /// Number of shares the next step is split into: 1 on a GPU.
    pub fn shares(&mut self) -> usize {
        self.learner.shares()
    }

    /// The state that another workshop of the same run needs to compute a share of the next step.
    pub fn state(&mut self) -> Vec<u8> {
        self.learner.state()
    }

    /// Computes a share of the next step of the workshop with this state; this workshop can then no longer
    /// continue a run of its own.
    ///
    /// # Errors
    /// `bad-weights` for the state of another model, `bad-option` if there is no such share.
    pub fn compute_share(&mut self, state: &[u8], share: usize) -> Result<Vec<u8>> {
        self.learner.compute_share(state, share)
    }

    /// Accepts a share of the next step, so that [`Self::step`] need not compute it.
    ///
    /// # Errors
    /// `bad-weights` if it belongs to another model.
    pub fn take_share(&mut self, share: usize, computed: &[u8]) -> Result<()> {
        self.learner.take_share(share, computed)
    }
}
