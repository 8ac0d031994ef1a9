//! Weight matrices in their storage formats, and their products.

use super::int8::matvec_rows_int8;
use super::matmul::{Matmul, matmul, matvec_rows};

/// A layer's matrix `(n, k)`, and the summation order of its products.
#[derive(Clone, Copy)]
pub enum Matrix<'a> {
    /// All rows form one product, as in training.
    Together(&'a [f32]),
    /// Each row is a separate product, as in decoding.
    Apart(&'a [f32]),
    /// 8-bit integers `(n, k)` with one scale for each of the `n` rows; any number of rows gives the same
    /// bits.
    Int8(&'a [i8], &'a [f32]),
}

impl Matrix<'_> {
    /// `y[r] (+)= W x[r]` for `x (R, k)`, `y (R, n)`. Except for `Together`, each row of `y` has the same
    /// bits as if computed alone, see [`matvec_rows`] and [`matvec_rows_int8`].
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
