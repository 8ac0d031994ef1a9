//! Looking up rows of a table.

use crate::cpu::gather::{gather, gather_backward};
use crate::tensor::{Tensor, record};
use crate::wgsl::{self, matmul::Weights};

impl Tensor {
    /// Rows `ids` of this table `(V, C)`, as shape `(…shape, C)`.
    ///
    /// # Panics
    /// If an id is not below `V`, or `shape` has another number of elements than `ids`.
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
                gather(self.data(), ids, cols, &mut values);
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
            let dy = upstream.grad();
            let table = match dy.gpu() {
                None => {
                    let mut table = vec![0.0; rows * cols];
                    gather_backward(dy.data(), &ids, cols, &mut table);
                    Self::from_vec(table, &[rows, cols])
                }
                Some(gpu) => Self::on_gpu(gpu, &[rows, cols], |table| {
                    wgsl::gather::gather_backward((&dy.buffer(gpu)).into(), &ids, cols, table);
                }),
            };
            vec![Some(table)]
        });
        y
    }
}
