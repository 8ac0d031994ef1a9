//! The matrices of layers, as they lie in memory and as rows are multiplied with them.

use super::int8::matvec_rows_int8;
use super::matmul::{Matmul, matmul, matvec_rows};

/// The matrix `(n, k)` of a layer, and in which order the sums of its products run.
#[derive(Clone, Copy)]
pub enum Matrix<'a> {
    /// All rows are one product, as in training.
    Together(&'a [f32]),
    /// Each row is a product of its own, as in decoding.
    Apart(&'a [f32]),
    /// 8-bit integers `(n, k)` with one scale for each of the `n` rows: the same for all numbers of rows.
    Int8(&'a [i8], &'a [f32]),
}

impl Matrix<'_> {
    /// `y[r] (+)= W x[r]` for `x (R, k)`, `y (R, n)`. The forms other than `Together` give each row of
    /// `y` the bits that it would have alone, see [`matvec_rows`] and [`matvec_rows_int8`].
    pub fn multiply(self, x: &[f32], y: &mut [f32], k: usize, accumulate: bool) {
        match self {
            Self::Together(values) => {
                let (m, n) = (x.len() / k.max(1), values.len() / k.max(1));
                let spec = Matmul { m, k, n, trans_a: false, trans_b: true, accumulate };
                matmul(spec, x, values, y);
            }
            Self::Apart(values) => matvec_rows(values, x, y, k, accumulate),
            Self::Int8(values, scales) => matvec_rows_int8(values, scales, x, y, k, accumulate),
        }
    }
}
