//! Softmax and its logarithm over the last dimension.

use crate::cpu::softmax::{log_softmax, log_softmax_backward, softmax, softmax_backward};
use crate::gpu::View;
use crate::tensor::{Tensor, record};
use crate::wgsl;

impl Tensor {
    /// `e^x / Σ e^x` over the last dimension, with the maximum subtracted first.
    pub fn softmax(&self) -> Self {
        self.normalised(softmax, softmax_backward, wgsl::softmax::softmax)
    }

    /// `x - ln Σ e^x` over the last dimension.
    pub fn log_softmax(&self) -> Self {
        self.normalised(log_softmax, log_softmax_backward, wgsl::softmax::log_softmax)
    }

    fn normalised(
        &self,
        forward: fn(&[f32], &mut [f32], usize),
        backward: fn(&[f32], &[f32], &mut [f32], usize),
        on_gpu: fn(View<'_>, View<'_>, usize),
    ) -> Self {
        let cols = self.cols();
        let y = match self.gpu() {
            None => {
                let mut values = vec![0.0; self.numel()];
                forward(self.data(), &mut values, cols);
                Self::from_vec(values, self.shape())
            }
            Some(gpu) => Self::on_gpu(gpu, self.shape(), |y| on_gpu((&self.buffer(gpu)).into(), y, cols)),
        };
        let kept = y.detach();
        let [y] = record(&[self], [y], move |upstream| {
            let mut dx = vec![0.0; kept.numel()];
            backward(kept.data(), upstream.grad().data(), &mut dx, kept.cols());
            vec![Some(Self::from_vec(dx, kept.shape()))]
        });
        y
    }
}
