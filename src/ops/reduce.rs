//! Sums and means.

use crate::cpu::reduce::{sum, sum_rows};
use crate::tensor::{Tensor, record};
use crate::wgsl;

/// `Σ_s x[o, s, i]` as (outer, inner), for `x` seen as (outer, size, inner); not tracked.
pub(super) fn sum_axis(x: &Tensor, [outer, size, inner]: [usize; 3]) -> Tensor {
    match x.gpu() {
        None => {
            let mut values = vec![0.0; outer * inner];
            for index in 0..outer {
                let block = &x.data()[index * size * inner..][..size * inner];
                sum_rows(block, inner, &mut values[index * inner..][..inner]);
            }
            Tensor::from_vec(values, &[outer, inner])
        }
        Some(gpu) => Tensor::on_gpu(gpu, &[outer, inner], |y| {
            wgsl::reduce::sum_axis((&x.buffer(gpu)).into(), [outer, size, inner], y);
        }),
    }
}

/// The inverse: `y[o, s, i] = x[o, i]` as (outer, size, inner); not tracked.
fn repeat(x: &Tensor, [outer, size, inner]: [usize; 3]) -> Tensor {
    match x.gpu() {
        None => {
            let block = |index: usize| x.data()[index * inner..][..inner].repeat(size);
            Tensor::from_vec((0..outer).flat_map(block).collect(), &[outer, size, inner])
        }
        Some(gpu) => Tensor::on_gpu(gpu, &[outer, size, inner], |y| {
            wgsl::permute::repeat((&x.buffer(gpu)).into(), [outer, size, inner], y);
        }),
    }
}

impl Tensor {
    /// Sum of all elements, rank 0.
    pub fn sum_all(&self) -> Self {
        let shape = self.shape_struct();
        let y = match self.gpu() {
            None => Self::scalar(sum(self.data())),
            Some(gpu) => Self::on_gpu(gpu, &[], |y| wgsl::reduce::sum((&self.buffer(gpu)).into(), y)),
        };
        let [y] = record(&[self], [y], move |upstream| {
            vec![Some(repeat(upstream.grad(), [1, shape.numel(), 1]).with_shape(&shape))]
        });
        y
    }

    /// Mean of all elements, rank 0.
    pub fn mean_all(&self) -> Self {
        self.sum_all().mul_scalar(1.0 / self.numel() as f32)
    }

    /// Sum along `axis`, which stays as a dimension of size 1 so that the result broadcasts back.
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

    /// Mean along `axis`, which stays as a dimension of size 1.
    #[track_caller]
    pub fn mean(&self, axis: usize) -> Self {
        self.sum(axis).mul_scalar(1.0 / self.dim(axis) as f32)
    }
}
