//! Row lookup in a table.

use super::device::computed;
use crate::cpu::gather::{gather, gather_backward};
use crate::cpu::int8::gather_int8;
use crate::tensor::{Tensor, record};
use crate::wgsl::{self, matmul::Weights};

impl Tensor {
    /// Looks up rows `ids` of this table `(V, C)`; the result has shape `(…shape, C)`.
    ///
    /// # Panics
    /// If an id is not below `V`, or the number of `ids` does not match `shape`.
    #[track_caller]
    pub fn embedding(&self, ids: &[u32], shape: &[usize]) -> Self {
        let (rows, cols) = (self.dim(0), self.dim(1));
        if let Some(id) = ids.iter().find(|&&id| id as usize >= rows) {
            panic!("embedding: id {id} in a table of {rows} rows");
        }
        let shape = [shape, &[cols]].concat();
        assert_eq!(shape.iter().product::<usize>(), ids.len() * cols, "embedding: {} ids", ids.len());
        let y = match self.gpu() {
            None => {
                let mut values = vec![0.0; ids.len() * cols];
                match self.int8() {
                    Some((integers, scales)) => gather_int8(integers, scales, ids, cols, &mut values),
                    None => gather(self.data(), ids, cols, &mut values),
                }
                Self::from_vec(values, &shape)
            }
            Some(gpu) => Self::on_gpu(gpu, &shape, |y| {
                let (table, ids) = (self.weights(gpu), gpu.upload(ids));
                match table.view() {
                    Weights::F32(table) => wgsl::gather::gather(table, (&ids).into(), cols, y),
                    packed => wgsl::matmul::gather(packed, (&ids).into(), cols, y),
                }
            }),
        };
        let ids = ids.to_vec();
        let [y] = record(&[self], [y], move |upstream| {
            let table = computed(
                [upstream.grad()],
                &[rows, cols],
                |[dy], table| gather_backward(dy, &ids, cols, table),
                |[dy], table| wgsl::gather::gather_backward(dy, &ids, cols, table),
            );
            vec![Some(table)]
        });
        y
    }

    /// Selects rows of this `(R, …)`: row `i` of the result is row `rows[i]`. No gradient.
    #[track_caller]
    pub fn select_rows(&self, rows: &[usize]) -> Self {
        if rows.len() == self.dim(0) && rows.iter().copied().eq(0..rows.len()) {
            return self.clone();
        }
        let ids: Vec<u32> = rows.iter().map(|&row| row as u32).collect();
        let flat = self.reshape(&[self.dim(0), self.numel() / self.dim(0)]).embedding(&ids, &[ids.len()]);
        flat.reshape(&[&[ids.len()], &self.shape()[1..]].concat())
    }
}
