use crate::tensor::Tensor;
use std::cell::Cell;

/// Dropout for one forward pass: every place that drops asks here and gets a seed of its own.
///
/// Seeds are handed out in the order of the questions, so one seed gives one set of masks.
pub struct Dropout {
    p: f32,
    next: Option<Cell<u64>>,
}

/// More places than this would share seeds with the next step of training.
const PLACES: u64 = 1 << 20;

impl Dropout {
    /// Drops with probability `p` if there is a seed, as in training; nothing otherwise.
    pub fn new(p: f32, seed: Option<u64>) -> Self {
        let [dropout] = Self::several([p], seed);
        dropout
    }

    /// One for each probability, for a model that has more than one; all their places have seeds of their own.
    pub fn several<const N: usize>(probabilities: [f32; N], seed: Option<u64>) -> [Self; N] {
        let first = seed.map(|seed| seed.wrapping_mul(PLACES));
        let mut starts = (0..).map(|k| first.map(|first| first.wrapping_add(k * (PLACES / N as u64))));
        probabilities.map(|p| Self { p, next: starts.next().flatten().filter(|_| p > 0.0).map(Cell::new) })
    }

    /// Probability and seed for one more place; `None` if nothing is to be dropped.
    pub fn next(&self) -> Option<(f32, u64)> {
        self.next.as_ref().map(|next| (self.p, next.replace(next.get().wrapping_add(1))))
    }

    /// `x` with dropout.
    #[track_caller]
    pub fn apply(&self, x: &Tensor) -> Tensor {
        match self.next() {
            Some((p, seed)) => x.dropout(p, seed),
            None => x.clone(),
        }
    }
}
