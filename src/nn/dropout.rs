use crate::tensor::Tensor;
use std::cell::Cell;

/// Dropout for one forward pass. Every dropout site calls it for a seed of its own.
///
/// Seeds are handed out in the order of the calls, so one seed determines all masks.
///
/// ```
/// use liedwerk::{Tensor, nn::Dropout};
///
/// let x = Tensor::full(&[1000], 1.0);
/// assert_eq!(Dropout::none().apply(&x).to_vec(), x.to_vec());
/// let kept = Dropout::new(0.5, Some(1)).apply(&x).data().iter().filter(|&&value| value == 2.0).count();
/// assert!((400..600).contains(&kept));
/// ```
pub struct Dropout {
    p: f32,
    next: Option<Cell<u64>>,
}

/// Maximum number of dropout sites; more would share seeds with the next training step.
const PLACES: u64 = 1 << 20;

impl Dropout {
    /// Drops with probability `p` if there is a seed, as in training; otherwise drops nothing.
    pub fn new(p: f32, seed: Option<u64>) -> Self {
        let [dropout] = Self::several([p], seed);
        dropout
    }

    /// Drops nothing, as when decoding.
    pub fn none() -> Self {
        Self { p: 0.0, next: None }
    }

    /// One [`Dropout`] per probability, for a model that has several; no two sites share a seed.
    pub fn several<const N: usize>(probabilities: [f32; N], seed: Option<u64>) -> [Self; N] {
        let first = seed.map(|seed| seed.wrapping_mul(PLACES));
        let mut starts = (0..).map(|k| first.map(|first| first.wrapping_add(k * (PLACES / N as u64))));
        probabilities.map(|p| Self { p, next: starts.next().flatten().filter(|_| p > 0.0).map(Cell::new) })
    }

    /// Probability and seed for the next site; `None` if nothing is to be dropped.
    pub fn next(&self) -> Option<(f32, u64)> {
        self.next.as_ref().map(|next| (self.p, next.replace(next.get().wrapping_add(1))))
    }

    /// Applies dropout to `x`.
    #[track_caller]
    pub fn apply(&self, x: &Tensor) -> Tensor {
        match self.next() {
            Some((p, seed)) => x.dropout(p, seed),
            None => x.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_place_of_every_step_has_a_seed_of_its_own() {
        let mut seeds = Vec::new();
        for step in [5, 6] {
            let dropouts = Dropout::several([0.1, 0.2, 0.3], Some(step));
            for (dropout, p) in dropouts.iter().zip([0.1, 0.2, 0.3]) {
                let places: Vec<(f32, u64)> = (0..100).map_while(|_| dropout.next()).collect();
                assert!(places.len() == 100 && places.iter().all(|place| place.0 == p));
                seeds.extend(places.iter().map(|place| place.1));
            }
        }
        let all = seeds.len();
        seeds.sort_unstable();
        seeds.dedup();
        assert_eq!(seeds.len(), all);
    }

    #[test]
    fn without_a_seed_or_a_probability_nothing_is_dropped() {
        let [none, some] = Dropout::several([0.0, 0.1], Some(1));
        assert!(none.next().is_none() && some.next().is_some());
        assert!(Dropout::new(0.1, None).next().is_none());
    }
}
