//! Dropout (Srivastava et al. 2014).

use super::device::computed;
use crate::rng::uniform_at;
use crate::tensor::{Tensor, record};
use crate::wgsl;

/// Factor for element `index`: 0 with probability `p`, otherwise `1 / (1 - p)`.
fn factor(p: f32, seed: u64, index: usize) -> f32 {
    if uniform_at(seed, index as u32) < p { 0.0 } else { 1.0 / (1.0 - p) }
}

#[track_caller]
pub(super) fn check(p: f32) {
    assert!((0.0..1.0).contains(&p), "dropout: p = {p}");
}

/// The factors of the first `count` elements.
#[track_caller]
pub(super) fn keep_factors(p: f32, seed: u64, count: usize) -> Vec<f32> {
    check(p);
    (0..count).map(|index| factor(p, seed, index)).collect()
}

impl Tensor {
    /// Sets each element to 0 with probability `p` and divides the others by `1 - p`.
    ///
    /// The choice is a hash of `seed` and the element's index, the same on every device.
    ///
    /// # Panics
    /// If `p` is not in `[0, 1)`.
    #[track_caller]
    pub fn dropout(&self, p: f32, seed: u64) -> Self {
        check(p);
        let masked = move |x: &Self| {
            let on_cpu = |[x]: [&[f32]; 1], y: &mut [f32]| {
                y.iter_mut().zip(x).enumerate().for_each(|(i, (y, x))| *y = x * factor(p, seed, i));
            };
            computed([x], x.shape(), on_cpu, |[x], y| wgsl::elementwise::dropout(p, seed, x, y))
        };
        let [y] = record(&[self], [masked(self)], move |upstream| vec![Some(masked(upstream.grad()))]);
        y
    }
}
