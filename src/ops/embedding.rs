//! Looking up rows of a table.

use crate::cpu::gather::{gather, gather_backward};
use crate::tensor::{Tensor, record};

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
        let mut values = vec![0.0; ids.len() * cols];
        gather(self.data(), ids, cols, &mut values);
        let y = Self::from_vec(values, &[shape, &[cols]].concat());
        let ids = ids.to_vec();
        let [y] = record(&[self], [y], move |upstream| {
            let mut table = vec![0.0; rows * cols];
            gather_backward(upstream.grad().data(), &ids, cols, &mut table);
            vec![Some(Self::from_vec(table, &[rows, cols]))]
        });
        y
    }
}
