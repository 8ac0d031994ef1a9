//! Softmax and its logarithm over the last dimension.

use crate::cpu::softmax::{log_softmax, log_softmax_backward, softmax, softmax_backward};
use crate::tensor::{Tensor, record};

type Forward = fn(&[f32], &mut [f32], usize);
type Backward = fn(&[f32], &[f32], &mut [f32], usize);

impl Tensor {
    fn normalised(&self, forward: Forward, backward: Backward) -> Self {
        let mut values = vec![0.0; self.numel()];
        forward(self.data(), &mut values, self.cols());
        let y = Self::from_vec(values, self.shape());
        let kept = y.detach();
        let [y] = record(&[self], [y], move |upstream| {
            let mut dx = vec![0.0; kept.numel()];
            backward(kept.data(), upstream.grad().data(), &mut dx, kept.cols());
            vec![Some(Self::from_vec(dx, kept.shape()))]
        });
        y
    }

    /// `e^x / Σ e^x` over the last dimension, with the maximum subtracted first.
    pub fn softmax(&self) -> Self {
        self.normalised(softmax, softmax_backward)
    }

    /// `x - ln Σ e^x` over the last dimension.
    pub fn log_softmax(&self) -> Self {
        self.normalised(log_softmax, log_softmax_backward)
    }
}
