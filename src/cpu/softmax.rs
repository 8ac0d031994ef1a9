//! Softmax and log-softmax over the rows of a matrix, after subtracting each row's maximum.

use super::lanes::{LANES, horizontal_max, horizontal_sum, load, load_or, max, store};
use super::math::{exp4, ln};
use super::parallel::{In, Out, for_rows};
use wide::f32x4;

/// Cost of an exponential relative to a simple elementwise operation, for deciding whether to use all cores.
const COST: usize = 4;

/// The largest element; -inf for an empty row.
#[inline]
pub(super) fn row_max(x: &[f32]) -> f32 {
    let lowest = f32::NEG_INFINITY;
    let lanes = x.chunks(LANES).fold(f32x4::splat(lowest), |m, chunk| max(load_or(chunk, lowest), m));
    horizontal_max(lanes)
}

/// Sum of one row, accumulated in lanes.
#[inline]
fn row_sum(x: &[f32]) -> f32 {
    horizontal_sum(x.chunks(LANES).fold(f32x4::ZERO, |sum, chunk| sum + load(chunk)))
}

/// `y = exp(x - offset)`; returns the sum of `y`.
#[inline]
pub(super) fn exp_row(x: &[f32], offset: f32, y: &mut [f32]) -> f32 {
    let mut sum = f32x4::ZERO;
    for (x, y) in x.chunks(LANES).zip(y.chunks_mut(LANES)) {
        let e = exp4(load_or(x, f32::NEG_INFINITY) - f32x4::splat(offset));
        sum += e;
        store(e, y);
    }
    horizontal_sum(sum)
}

/// Rows and columns of a matrix of `length` elements; at least one column, so that rows can be split.
fn shape_of(length: usize, cols: usize) -> (usize, usize) {
    let rows = length.checked_div(cols).unwrap_or(0);
    assert_eq!(rows * cols, length, "softmax: length is not a multiple of cols");
    (rows, cols.max(1))
}

/// `y[r, c] = exp(x[r, c] - max_r) / sum_c exp(x[r, c] - max_r)` for `x`, `y` (R, `cols`).
///
/// A row that is entirely -inf (everything masked) gives zeros, not NaN.
pub fn softmax(x: &[f32], y: &mut [f32], cols: usize) {
    assert_eq!(x.len(), y.len(), "softmax: lengths");
    let (rows, cols) = shape_of(x.len(), cols);
    for_rows((In(x, cols), Out(y, cols)), rows, COST * cols, |(x, y)| {
        for (x, y) in x.0.chunks_exact(cols).zip(y.0.chunks_exact_mut(cols)) {
            softmax_row(x, y);
        }
    });
}

/// Softmax of one row. The maximum's exponential is 1, so the sum cannot be 0 unless everything is masked.
pub(super) fn softmax_row(x: &[f32], y: &mut [f32]) {
    let max = row_max(x);
    if max == f32::NEG_INFINITY && x.iter().all(|&x| x == f32::NEG_INFINITY) {
        return y.fill(0.0);
    }
    let factor = 1.0 / exp_row(x, max, y);
    y.iter_mut().for_each(|y| *y *= factor);
}

/// `dx = y * (dy - sum_c y * dy)` per row, overwriting `dx`; all (R, `cols`), `y` from [`softmax`].
pub fn softmax_backward(y: &[f32], dy: &[f32], dx: &mut [f32], cols: usize) {
    assert!([y.len(), dy.len()] == [dx.len(); 2], "softmax_backward: lengths");
    let (rows, cols) = shape_of(y.len(), cols);
    for_rows((In(y, cols), In(dy, cols), Out(dx, cols)), rows, cols, |(y, dy, dx)| {
        let inputs = y.0.chunks_exact(cols).zip(dy.0.chunks_exact(cols));
        for ((y, dy), dx) in inputs.zip(dx.0.chunks_exact_mut(cols)) {
            let products = y.chunks(LANES).zip(dy.chunks(LANES));
            let dot = products.fold(f32x4::ZERO, |sum, (y, dy)| sum + load(y) * load(dy));
            let dot = horizontal_sum(dot);
            for ((y, dy), dx) in y.iter().zip(dy).zip(dx) {
                *dx = y * (dy - dot);
            }
        }
    });
}

/// `y[r, c] = x[r, c] - max_r - ln sum_c exp(x[r, c] - max_r)` for `x`, `y` (R, `cols`).
///
/// A row that is entirely -inf stays -inf.
pub fn log_softmax(x: &[f32], y: &mut [f32], cols: usize) {
    assert_eq!(x.len(), y.len(), "log_softmax: lengths");
    let (rows, cols) = shape_of(x.len(), cols);
    for_rows((In(x, cols), Out(y, cols)), rows, COST * cols, |(x, y)| {
        for (x, y) in x.0.chunks_exact(cols).zip(y.0.chunks_exact_mut(cols)) {
            let max = row_max(x);
            if max == f32::NEG_INFINITY {
                y.copy_from_slice(x);
                continue;
            }
            let log_sum = ln(exp_row(x, max, y));
            for (x, y) in x.iter().zip(y) {
                *y = (x - max) - log_sum;
            }
        }
    });
}

/// `dx = dy - exp(y) * sum_c dy` per row, overwriting `dx`; all (R, `cols`), `y` from [`log_softmax`].
pub fn log_softmax_backward(y: &[f32], dy: &[f32], dx: &mut [f32], cols: usize) {
    assert!([y.len(), dy.len()] == [dx.len(); 2], "log_softmax_backward: lengths");
    let (rows, cols) = shape_of(y.len(), cols);
    for_rows((In(y, cols), In(dy, cols), Out(dx, cols)), rows, COST * cols, |(y, dy, dx)| {
        let inputs = y.0.chunks_exact(cols).zip(dy.0.chunks_exact(cols));
        for ((y, dy), dx) in inputs.zip(dx.0.chunks_exact_mut(cols)) {
            let total = f32x4::splat(row_sum(dy));
            let lanes = y.chunks(LANES).zip(dy.chunks(LANES)).zip(dx.chunks_mut(LANES));
            for ((y, dy), dx) in lanes {
                store(load(dy) - exp4(load(y)) * total, dx);
            }
        }
    });
}

#[cfg(test)]
mod tests {
    use super::super::testing::{self, SIZES, assert_close, doubles, gradient, numbers, weighted};
    use super::*;

    fn rows(x: &[f64], cols: usize, row: impl Fn(&[f64]) -> Vec<f64>) -> Vec<f64> {
        x.chunks(cols.max(1)).flat_map(row).collect()
    }

    #[test]
    fn softmax_agrees_with_the_oracle_and_its_differences() {
        for cols in SIZES {
            let (x, dy) = (numbers(3 * cols, 1), numbers(3 * cols, 2));
            let (mut y, mut dx) = (vec![f32::NAN; 3 * cols], vec![f32::NAN; 3 * cols]);
            softmax(&x, &mut y, cols);
            let oracle = |x: &[f64]| rows(x, cols, testing::softmax_row);
            assert_close("softmax", &y, &oracle(&doubles(&x)), 1e-6);
            softmax_backward(&y, &dy, &mut dx, cols);
            assert_close("backward", &dx, &gradient(&x, |x| weighted(&oracle(x), &dy)), 1e-5);
        }
    }

    #[test]
    fn log_softmax_agrees_with_the_oracle_and_its_differences() {
        for cols in SIZES {
            let (x, dy) = (numbers(3 * cols, 1), numbers(3 * cols, 2));
            let (mut y, mut dx) = (vec![f32::NAN; 3 * cols], vec![f32::NAN; 3 * cols]);
            log_softmax(&x, &mut y, cols);
            let row = |x: &[f64]| testing::softmax_row(x).iter().map(|p| p.ln()).collect();
            let oracle = |x: &[f64]| rows(x, cols, row);
            assert_close("log_softmax", &y, &oracle(&doubles(&x)), 1e-6);
            log_softmax_backward(&y, &dy, &mut dx, cols);
            assert_close("backward", &dx, &gradient(&x, |x| weighted(&oracle(x), &dy)), 1e-5);
        }
    }

    #[test]
    fn extreme_rows_stay_finite() {
        let hidden = f32::NEG_INFINITY;
        let x = [1e4, -1e4, 1e4, -1e4, hidden, 2.0, hidden, hidden, hidden];
        let mut y = [f32::NAN; 9];
        softmax(&x, &mut y, 3);
        assert_eq!(y, [0.5, 0.0, 0.5, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0]);
        log_softmax(&x, &mut y, 3);
        assert_eq!(y[3..], [-10_002.0, hidden, 0.0, hidden, hidden, hidden]);
        let mut dx = [f32::NAN; 9];
        log_softmax_backward(&y, &[1.0; 9], &mut dx, 3);
        assert!(dx.iter().all(|x| x.is_finite()), "{dx:?}");
    }
}
