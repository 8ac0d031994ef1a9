//! Texts written or preferred by people in shuffled batches, and batches sampled by a model.

use super::examples::{Batch, Examples};
use super::order::{epoch_seed, permutation};
use super::preference::{Continuation, PairedTexts, WrittenTexts};

/// A pair of texts, one of which was preferred.
#[derive(Clone, Debug, PartialEq)]
pub struct Preferred {
    /// The preferred text.
    pub chosen: Continuation,
    /// The other text.
    pub rejected: Continuation,
    /// Log-probabilities of both under the reference model; zeros without one.
    pub reference: [f32; 2],
}

/// Items, each once per epoch except for those that do not fill a batch.
struct Shuffled<T> {
    items: Vec<T>,
    batch_size: usize,
    seed: u64,
    epoch: u64,
    order: Vec<usize>,
}

impl<T> Shuffled<T> {
    #[track_caller]
    fn new(items: Vec<T>, batch_size: usize, seed: u64) -> Self {
        assert!(!items.is_empty() && batch_size > 0, "shuffled: no items, or batches of none");
        let order = permutation(epoch_seed(seed, 0, 0), items.len());
        Self { batch_size: batch_size.min(items.len()), items, seed, epoch: 0, order }
    }

    fn steps_per_epoch(&self) -> usize {
        self.items.len() / self.batch_size
    }

    /// The items for this step.
    fn due(&mut self, step: u64) -> Vec<&T> {
        let steps = self.steps_per_epoch() as u64;
        if step / steps != self.epoch {
            self.epoch = step / steps;
            self.order = permutation(epoch_seed(self.seed, self.epoch, 0), self.items.len());
        }
        let first = (step % steps) as usize * self.batch_size;
        self.order[first..first + self.batch_size].iter().map(|&at| &self.items[at]).collect()
    }
}

/// Pairs of texts, each once per epoch.
pub struct Paired(Shuffled<Preferred>);

impl Paired {
    /// Batches of `batch_size` pairs, or of all pairs if there are fewer.
    ///
    /// # Panics
    /// Without pairs, or if `batch_size` is 0.
    #[track_caller]
    pub fn new(pairs: Vec<Preferred>, batch_size: usize, seed: u64) -> Self {
        Self(Shuffled::new(pairs, batch_size, seed))
    }

    /// All pairs in their original order.
    pub fn pairs_mut(&mut self) -> &mut [Preferred] {
        &mut self.0.items
    }
}

impl Examples for Paired {
    type Batch = PairedTexts;

    fn at(&mut self, step: u64) -> PairedTexts {
        let batch = self.0.due(step);
        let chosen = batch.iter().map(|pair| pair.chosen.clone());
        let rejected = batch.iter().map(|pair| pair.rejected.clone());
        let of = |side: usize| batch.iter().map(move |pair| pair.reference[side]);
        PairedTexts { texts: chosen.chain(rejected).collect(), reference: of(0).chain(of(1)).collect() }
    }

    fn epoch(&self) -> u64 {
        self.0.epoch
    }

    fn steps_per_epoch(&self) -> usize {
        self.0.steps_per_epoch()
    }
}

/// Texts written by people, each once per epoch.
pub struct Written(Shuffled<Continuation>);

impl Written {
    /// Batches of `batch_size` texts, or of all texts if there are fewer.
    ///
    /// # Panics
    /// Without texts, or if `batch_size` is 0.
    #[track_caller]
    pub fn new(texts: Vec<Continuation>, batch_size: usize, seed: u64) -> Self {
        Self(Shuffled::new(texts, batch_size, seed))
    }
}

impl Examples for Written {
    type Batch = WrittenTexts;

    fn at(&mut self, step: u64) -> WrittenTexts {
        WrittenTexts(self.0.due(step).into_iter().cloned().collect())
    }

    fn epoch(&self) -> u64 {
        self.0.epoch
    }

    fn steps_per_epoch(&self) -> usize {
        self.0.steps_per_epoch()
    }
}

/// The batch sampled last by a model, which is used once.
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
