//! Pairs of texts in shuffled batches, and batches that a model has drawn itself.

use super::examples::{Batch, Examples};
use super::order::{epoch_seed, permutation};
use super::preference::{Continuation, PairedTexts};

/// A text that was preferred to another.
#[derive(Clone, Debug, PartialEq)]
pub struct Preferred {
    /// The better one.
    pub chosen: Continuation,
    /// The worse one.
    pub rejected: Continuation,
    /// The logarithms of their probabilities in the model that is not to be left far behind; zeros where there is none.
    pub reference: [f32; 2],
}

/// Pairs, each once in an epoch.
pub struct Paired {
    pairs: Vec<Preferred>,
    batch_size: usize,
    seed: u64,
    epoch: u64,
    order: Vec<usize>,
}

impl Paired {
    /// Batches of `batch_size` pairs, or of as many as there are.
    ///
    /// # Panics
    /// Without pairs, or if `batch_size` is 0.
    pub fn new(pairs: Vec<Preferred>, batch_size: usize, seed: u64) -> Self {
        assert!(!pairs.is_empty() && batch_size > 0, "paired: no pairs, or batches of none");
        let order = permutation(epoch_seed(seed, 0, 0), pairs.len());
        Self { batch_size: batch_size.min(pairs.len()), pairs, seed, epoch: 0, order }
    }
}

impl Examples for Paired {
    type Batch = PairedTexts;

    fn at(&mut self, step: u64) -> PairedTexts {
        let steps = self.steps_per_epoch() as u64;
        if step / steps != self.epoch {
            self.epoch = step / steps;
            self.order = permutation(epoch_seed(self.seed, self.epoch, 0), self.pairs.len());
        }
        let first = (step % steps) as usize * self.batch_size;
        let batch: Vec<&Preferred> =
            self.order[first..first + self.batch_size].iter().map(|&at| &self.pairs[at]).collect();
        let chosen = batch.iter().map(|pair| pair.chosen.clone());
        let rejected = batch.iter().map(|pair| pair.rejected.clone());
        let of = |side: usize| batch.iter().map(move |pair| pair.reference[side]);
        PairedTexts { texts: chosen.chain(rejected).collect(), reference: of(0).chain(of(1)).collect() }
    }

    fn epoch(&self) -> u64 {
        self.epoch
    }

    fn steps_per_epoch(&self) -> usize {
        self.pairs.len() / self.batch_size
    }
}

/// What a model has drawn last: it is learned from once.
pub struct Latest<B>(pub B);

impl<B: Batch + Clone> Examples for Latest<B> {
    type Batch = B;

    fn at(&mut self, _step: u64) -> B {
        self.0.clone()
    }

    fn epoch(&self) -> u64 {
        0
    }

    fn steps_per_epoch(&self) -> usize {
        1
    }
}
