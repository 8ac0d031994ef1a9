//! Dropout (Srivastava et al. 2014).

use crate::rng::uniform_at;
use crate::tensor::{Tensor, record};

impl Tensor {
    /// Sets each element to 0 with probability `p` and divides the others by `1 - p`.
    ///
    /// Which ones is a hash of `seed` and the element's index, the same on every device.
    ///
    /// # Panics
    /// If `p` is not in `[0, 1)`.
    #[track_caller]
    pub fn dropout(&self, p: f32, seed: u64) -> Self {
        assert!((0.0..1.0).contains(&p), "dropout: p = {p}");
        let keep = 1.0 / (1.0 - p);
        let masked = move |x: &Self| {
            let mask = |i: usize| if uniform_at(seed, i as u32) < p { 0.0 } else { keep };
            let values = x.data().iter().enumerate().map(|(i, &value)| value * mask(i)).collect();
            Self::from_vec(values, x.shape())
        };
        let [y] = record(&[self], [masked(self)], move |upstream| vec![Some(masked(upstream.grad()))]);
        y
    }
}
