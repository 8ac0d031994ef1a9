//! Softmax and log-softmax over the last dimension.

use super::device::computed;
use crate::cpu::softmax::{log_softmax, log_softmax_backward, softmax, softmax_backward};
use crate::gpu::View;
use crate::tensor::{Tensor, record};
use crate::wgsl::softmax as wgsl;

/// Kernels of softmax or log-softmax on either device.
#[derive(Clone, Copy)]
struct Normal {
    forward: fn(&[f32], &mut [f32], usize),
    backward: fn(&[f32], &[f32], &mut [f32], usize),
    gpu_forward: fn(View<'_>, View<'_>, usize),
    gpu_backward: fn(View<'_>, View<'_>, View<'_>, usize),
}

impl Tensor {
    /// Computes `e^x / Σ e^x` over the last dimension, after subtracting the maximum.
    pub fn softmax(&self) -> Self {
        self.normalised(Normal {
            forward: softmax,
            backward: softmax_backward,
            gpu_forward: wgsl::softmax,
            gpu_backward: wgsl::softmax_backward,
        })
    }

    /// Computes `x - ln Σ e^x` over the last dimension.
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
        let y = computed(
            [self],
            self.shape(),
            |[x], y| (normal.forward)(x, y, cols),
            |[x], y| (normal.gpu_forward)(x, y, cols),
        );
        let kept = y.detach();
        let [y] = record(&[self], [y], move |upstream| {
            let dx = computed(
                [&kept, upstream.grad()],
                kept.shape(),
                |[y, dy], dx| (normal.backward)(y, dy, dx, cols),
                |[y, dy], dx| (normal.gpu_backward)(y, dy, dx, cols),
            );
            vec![Some(dx)]
        });
        y
    }
}
