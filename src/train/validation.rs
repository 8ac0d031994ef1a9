//! Measures the loss on held-out data, one batch at a time.

use super::examples::Batch;
use super::metrics::bits;
use super::objective::Objective;
use crate::error::Result;

/// Result of a validation.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Measured {
    /// Loss in nats per token.
    pub loss: f64,
    /// Total bits divided by the number of characters; for a translator those of the target language, for a
    /// classifier or tagger the number of labels.
    pub bits_per_char: f64,
}

/// The held-out batches.
pub struct Validation<B, O> {
    batches: Vec<B>,
    characters: usize,
    /// The objective in its initial state.
    objective: O,
    /// The objective with the state after the batches measured so far.
    running: O,
    next: usize,
    nats: f64,
    tokens: usize,
}

impl<B: Batch, O: Clone> Validation<B, O> {
    /// Takes at least one batch; their targets spell this many characters in total.
    pub fn new(batches: Vec<B>, characters: usize, objective: O) -> Self {
        let running = objective.clone();
        Self { batches, characters, objective, running, next: 0, nats: 0.0, tokens: 0 }
    }

    /// Starts over.
    pub fn begin(&mut self) {
        self.running = self.objective.clone();
        (self.next, self.nats, self.tokens) = (0, 0.0, 0);
    }

    /// Measures one batch; returns the result after the last one.
    ///
    /// # Errors
    /// `gpu-lost` or `out-of-memory`, on a GPU.
    pub async fn slice<M>(&mut self, model: &M) -> Result<Option<Measured>>
    where
        O: Objective<M, Batch = B>,
    {
        let batch = &self.batches[self.next];
        let loss = self.running.loss(model, batch, None).read().await?[0];
        self.nats += f64::from(loss) * batch.tokens() as f64;
        self.tokens += batch.tokens();
        self.next += 1;
        Ok((self.next == self.batches.len()).then(|| Measured {
            loss: self.nats / self.tokens as f64,
            bits_per_char: bits(self.nats) / self.characters as f64,
        }))
    }
}
