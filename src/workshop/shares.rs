//! A step by many hands: the run belongs to one workshop, and others, begun from the same plan and text, compute shares
//! of its steps. Whoever computes them, the weights have the same bits.

use super::Workshop;
use crate::error::Result;

impl Workshop {
    /// In how many shares the next step is cut: 1 on a GPU.
    pub fn shares(&mut self) -> usize {
        self.learner.shares()
    }

    /// What another workshop of the same run needs to compute a share of the next step.
    pub fn state(&mut self) -> Vec<u8> {
        self.learner.state()
    }

    /// Computes a share of the next step of the workshop whose state this is; this one only lends its hands from now on.
    ///
    /// # Errors
    /// `bad-weights` for the state of another model, `bad-option` if there is no such share.
    pub fn compute_share(&mut self, state: &[u8], share: usize) -> Result<Vec<u8>> {
        self.learner.compute_share(state, share)
    }

    /// Takes over a share of the next step, which [`Self::step`] then does not compute itself.
    ///
    /// # Errors
    /// `bad-weights` if it is of another model.
    pub fn take_share(&mut self, share: usize, computed: &[u8]) -> Result<()> {
        self.learner.take_share(share, computed)
    }
}
