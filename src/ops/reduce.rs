//! Sums and means.

use super::device::computed;
use crate::cpu::reduce::{sum, sum_rows};
use crate::tensor::{Tensor, record};
use crate::wgsl;

/// Computes `Σ_s x[o, s, i]`, `(outer, inner)`, with `x` viewed as `(outer, size, inner)`; not tracked.
pub(super) fn sum_axis(x: &Tensor, [outer, size, inner]: [usize; 3]) -> Tensor {
    let on_cpu = |[x]: [&[f32]; 1], y: &mut [f32]| {
        for index in 0..outer {
            let block = &x[index * size * inner..][..size * inner];
            sum_rows(block, inner, &mut y[index * inner..][..inner]);
        }
    };
    computed([x], &[outer, inner], on_cpu, |[x], y| wgsl::reduce::sum_axis(x, [outer, size, inner], y))
}

/// The reverse of [`sum_axis`]: `y[o, s, i] = x[o, i]`, `(outer, size, inner)`; not tracked.
pub(super) fn repeat(x: &Tensor, [outer, size, inner]: [usize; 3]) -> Tensor {
    let on_cpu = |[x]: [&[f32]; 1], y: &mut [f32]| {
        for (index, y) in y.chunks_exact_mut(inner.max(1)).enumerate() {
            y.copy_from_slice(&x[index / size * inner..][..inner]);
        }
    };
    computed([x], &[outer, size, inner], on_cpu, |[x], y| wgsl::permute::repeat(x, [outer, size, inner], y))
}

impl Tensor {
    /// Sum of all elements, rank 0.
    pub fn sum_all(&self) -> Self {
        let shape = self.shape_struct();
        let y = computed([self], &[], |[x], y| y[0] = sum(x), |[x], y| wgsl::reduce::sum(x, y));
        let [y] = record(&[self], [y], move |upstream| {
            vec![Some(repeat(upstream.grad(), [1, shape.numel(), 1]).with_shape(&shape))]
        });
        y
    }

    /// Mean of all elements, rank 0.
    pub fn mean_all(&self) -> Self {
        self.sum_all().mul_scalar(1.0 / self.numel() as f32)
    }

    /// Sum along `axis`, which is kept with size 1 so that the result broadcasts back.
    #[track_caller]
    pub fn sum(&self, axis: usize) -> Self {
        let shape = self.shape_struct();
        let blocks = [shape[..axis].iter().product(), shape[axis], shape[axis + 1..].iter().product()];
        let mut reduced = shape.to_vec();
        reduced[axis] = 1;
        let y = sum_axis(self, blocks).with_shape(&reduced);
        let [y] = record(&[self], [y], move |upstream| {
            vec![Some(repeat(upstream.grad(), blocks).with_shape(&shape))]
        });
        y
    }

    /// Mean along `axis`, which is kept with size 1.
    #[track_caller]
    pub fn mean(&self, axis: usize) -> Self {
        self.sum(axis).mul_scalar(1.0 / self.dim(axis) as f32)
    }
}
