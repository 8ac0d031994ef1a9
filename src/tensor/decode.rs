//! How decoding reads a matrix: row by row against few vectors, from 8-bit integers where it came as such.

use super::Tensor;
use crate::cpu::int8::matvec_rows_int8;
use crate::cpu::matmul::matvec_rows;
use crate::cpu::{Arithmetic, arithmetic};
use half::f16;
use std::ops::Range;
use std::sync::Arc;

/// The number format of the file that a tensor came from.
#[derive(Clone, Default)]
pub(super) enum Stored {
    /// Or something else that is f32 in memory, or no file.
    #[default]
    F32,
    /// 16 bits hold every number exactly.
    F16,
    /// The matrix as it was.
    Int8(Arc<Int8Rows>),
}

/// A matrix as 8-bit integers with one scale for each row.
pub(super) struct Int8Rows {
    pub values: Vec<i8>,
    pub scales: Vec<f32>,
}

/// Fast arithmetic multiplies more rows than this as a matrix, which it has no kernel of 8 bits for.
const FEW_ROWS: usize = 4;

impl Tensor {
    /// The matrix `(rows, columns)` with row `r` equal to `scales[r]` times that row of `values`. The tensor
    /// is one like any other, but remembers the integers, of which [`Tensor::matvec_rows`] has less to read.
    ///
    /// # Panics
    /// If there are not `rows · columns` values or not `rows` scales.
    #[track_caller]
    pub fn from_int8(values: Vec<i8>, scales: Vec<f32>, [rows, columns]: [usize; 2]) -> Self {
        assert!(values.len() == rows * columns && scales.len() == rows, "from_int8: {rows} x {columns}");
        let mut numbers = Vec::with_capacity(values.len());
        for (row, &scale) in values.chunks_exact(columns.max(1)).zip(&scales) {
            numbers.extend(row.iter().map(|&value| f32::from(value) * scale));
        }
        let stored = Stored::Int8(Arc::new(Int8Rows { values, scales }));
        Self { stored, ..Self::from_vec(numbers, &[rows, columns]) }
    }

    /// [`Tensor::from_vec`] for numbers that 16 bits hold exactly; on a GPU a matrix takes no more.
    ///
    /// # Panics
    /// If the number of values is not the product of `shape`.
    #[track_caller]
    pub fn from_f16(values: &[f16], shape: &[usize]) -> Self {
        let values = values.iter().map(|value| value.to_f32()).collect();
        Self { stored: Stored::F16, ..Self::from_vec(values, shape) }
    }

    /// `y[r] (+)= W x[r]` with the rows `part` of this matrix `(N, K)` as `W`, for `x (R, K)` and
    /// `y (R, part)`: see [`matvec_rows`](crate::cpu::matmul::matvec_rows).
    #[track_caller]
    pub fn matvec_rows(&self, part: Range<usize>, x: &[f32], y: &mut [f32], accumulate: bool) {
        let k = self.dim(1);
        let elements = part.start * k..part.end * k;
        match &self.stored {
            Stored::Int8(int8) if arithmetic() == Arithmetic::Portable || x.len() <= FEW_ROWS * k => {
                matvec_rows_int8(&int8.values[elements], &int8.scales[part], x, y, k, accumulate);
            }
            _ => matvec_rows(&self.data()[elements], x, y, k, accumulate),
        }
    }

    /// `y` becomes `W x[r]` for each row of `x (R, K)` with this matrix `(N, K)` as `W`: `(R, N)`.
    #[track_caller]
    pub fn matvec_rows_into(&self, x: &[f32], y: &mut Vec<f32>) {
        let (n, k) = (self.dim(0), self.dim(1));
        // Not cleared first: every element is overwritten.
        y.resize(x.len() / k * n, 0.0);
        self.matvec_rows(0..n, x, y, false);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_are_remembered_until_the_numbers_change() {
        let matrix = Tensor::from_int8(vec![1, -2, 3, 127, 0, -127], vec![0.5, 0.1], [2, 3]);
        assert_eq!(matrix.to_vec(), [0.5, -1.0, 1.5, 12.7, 0.0, -12.7]);
        let product = |matrix: &Tensor, part: Range<usize>| {
            let mut y = vec![1.0; part.len()];
            matrix.matvec_rows(part, &[1.0, 10.0, 100.0], &mut y, true);
            y
        };
        let plain = Tensor::from_vec(matrix.to_vec(), &[2, 3]);
        assert_eq!(product(&matrix, 0..2), product(&plain, 0..2));
        assert_eq!(product(&matrix, 1..2), product(&plain, 1..2));
        let mut changed = matrix.clone();
        changed.data_mut()[0] = 0.0;
        assert!(matches!((&changed.stored, &matrix.stored), (Stored::F32, Stored::Int8(_))));
        assert_eq!(product(&changed, 0..1), [141.0]);
    }
}
