//! How well a model foretells what it never trained on, measured a batch at a time.

use super::examples::Batch;
use super::metrics::bits;
use super::objective::Objective;
use crate::error::Result;

/// What was measured.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Measured {
    /// Nats a token.
    pub loss: f64,
    /// All bits by all characters; of a translator, of the language that it writes; of a model that reads, by labels.
    pub bits_per_char: f64,
}

/// Batches that are held out.
pub struct Validation<B, O> {
    batches: Vec<B>,
    characters: usize,
    /// Before the first batch.
    objective: O,
    /// What of it is left from the batches measured so far.
    running: O,
    next: usize,
    nats: f64,
    tokens: usize,
}

impl<B: Batch, O: Clone> Validation<B, O> {
    /// At least one batch; their targets spell this many characters in all.
    pub fn new(batches: Vec<B>, characters: usize, objective: O) -> Self {
        let running = objective.clone();
        Self { batches, characters, objective, running, next: 0, nats: 0.0, tokens: 0 }
    }

    /// Begins anew.
    pub fn begin(&mut self) {
        self.running = self.objective.clone();
        (self.next, self.nats, self.tokens) = (0, 0.0, 0);
    }

    /// Measures one batch; gives the result after the last.
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
