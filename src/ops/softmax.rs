//! Softmax and its logarithm over the last dimension.

use crate::cpu::softmax::{log_softmax, log_softmax_backward, softmax, softmax_backward};
use crate::gpu::View;
use crate::tensor::{Tensor, record};
use crate::wgsl::softmax as wgsl;

/// Softmax or its logarithm, forward and backward, on either device.
#[derive(Clone, Copy)]
struct Normal {
    forward: fn(&[f32], &mut [f32], usize),
    backward: fn(&[f32], &[f32], &mut [f32], usize),
    gpu_forward: fn(View<'_>, View<'_>, usize),
    gpu_backward: fn(View<'_>, View<'_>, View<'_>, usize),
}

impl Tensor {
    /// `e^x / Σ e^x` over the last dimension, with the maximum subtracted first.
    pub fn softmax(&self) -> Self {
        self.normalised(Normal {
            forward: softmax,
            backward: softmax_backward,
            gpu_forward: wgsl::softmax,
            gpu_backward: wgsl::softmax_backward,
        })
    }

    /// `x - ln Σ e^x` over the last dimension.
    pub fn log_softmax(&self) -> Self {
        self.normalised(Normal {
            forward: log_softmax,
            backward: log_softmax_backward,
            gpu_forward: wgsl::log_softmax,
            gpu_backward: wgsl::log_softmax_backward,
        })
    }

    fn normalised(&self, normal: Normal) -> Self {
        let cols = self.cols();
        let y = match self.gpu() {
            None => {
                let mut values = vec![0.0; self.numel()];
                (normal.forward)(self.data(), &mut values, cols);
                Self::from_vec(values, self.shape())
            }
            Some(gpu) => Self::on_gpu(gpu, self.shape(), |y| {
                (normal.gpu_forward)((&self.buffer(gpu)).into(), y, cols);
            }),
        };
        let kept = y.detach();
        let [y] = record(&[self], [y], move |upstream| {
            let dy = upstream.grad();
            let dx = match Self::gpu_of(&[&kept, dy]) {
                None => {
                    let mut dx = vec![0.0; kept.numel()];
                    (normal.backward)(kept.data(), dy.data(), &mut dx, cols);
                    Self::from_vec(dx, kept.shape())
                }
                Some(gpu) => Self::on_gpu(&gpu, kept.shape(), |dx| {
                    let [y, dy] = [&kept, dy].map(|x| x.buffer(&gpu));
                    (normal.gpu_backward)((&y).into(), (&dy).into(), dx, cols);
                }),
            };
            vec![Some(dx)]
        });
        y
    }
}
