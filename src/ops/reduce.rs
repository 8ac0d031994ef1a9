//! Sums and means.

use crate::cpu::reduce::{sum, sum_rows};
use crate::tensor::{Tensor, record};

impl Tensor {
    /// Sum of all elements, rank 0.
    pub fn sum_all(&self) -> Self {
        let shape = self.shape_struct();
        let [y] = record(&[self], [Self::scalar(sum(self.data()))], move |upstream| {
            vec![Some(Self::full(&shape, upstream.grad().item()))]
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
        let (outer, size) = (shape[..axis].iter().product::<usize>(), shape[axis]);
        let inner: usize = shape[axis + 1..].iter().product();
        let mut values = vec![0.0; outer * inner];
        for index in 0..outer {
            let block = &self.data()[index * size * inner..][..size * inner];
            sum_rows(block, inner, &mut values[index * inner..][..inner]);
        }
        let mut reduced = shape.to_vec();
        reduced[axis] = 1;
        let [y] = record(&[self], [Self::from_vec(values, &reduced)], move |upstream| {
            let dy = upstream.grad().data();
            let dx = (0..outer).flat_map(|index| dy[index * inner..][..inner].repeat(size)).collect();
            vec![Some(Self::from_vec(dx, &shape))]
        });
        y
    }

    /// Mean along `axis`, which stays as a dimension of size 1.
    #[track_caller]
    pub fn mean(&self, axis: usize) -> Self {
        self.sum(axis).mul_scalar(1.0 / self.dim(axis) as f32)
    }
}
