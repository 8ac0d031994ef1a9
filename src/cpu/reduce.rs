//! Sums with a fixed order.

use super::lanes::{LANES, horizontal_sum, load};
use super::parallel::{Out, for_rows};
use wide::f32x4;

/// Blocks of this many elements are summed lane by lane. Larger slices are halved recursively, so that the
/// rounding error grows only with the logarithm of the length.
const BLOCK: usize = 1024;

/// Sum of all elements: pairwise over blocks, in four lanes within a block.
pub fn sum(x: &[f32]) -> f32 {
    if x.len() <= BLOCK {
        return horizontal_sum(x.chunks(LANES).fold(f32x4::ZERO, |sum, x| sum + load(x)));
    }
    let (head, tail) = x.split_at((x.len() / 2).next_multiple_of(BLOCK));
    sum(head) + sum(tail)
}

/// `out[c] += sum_r x[r, c]`, by ascending row, for `x` (R, `cols`) and `out` (`cols`).
pub fn sum_rows(x: &[f32], cols: usize, out: &mut [f32]) {
    assert_eq!(out.len(), cols, "sum_rows: out");
    if cols == 0 {
        return;
    }
    assert_eq!(x.len() % cols, 0, "sum_rows: length is not a multiple of cols");
    let rows = x.len() / cols;
    for_rows((0..cols, Out(out, 1)), cols, rows, |(range, out)| {
        for row in x.chunks_exact(cols) {
            for (out, x) in out.0.iter_mut().zip(&row[range.clone()]) {
                *out += x;
            }
        }
    });
}

/// Sum of squares in double precision, for the norm of a gradient.
pub fn sum_of_squares(x: &[f32]) -> f64 {
    let square = |x: f32| f64::from(x) * f64::from(x);
    let (full, tail) = x.as_chunks::<LANES>();
    let mut sums = [0.0; LANES];
    for chunk in full {
        for (sum, &x) in sums.iter_mut().zip(chunk) {
            *sum += square(x);
        }
    }
    let [a, b, c, d] = sums;
    tail.iter().fold((a + c) + (b + d), |sum, &x| sum + square(x))
}

#[cfg(test)]
mod tests {
    use super::super::testing::{SIZES, assert_close, doubles, numbers};
    use super::*;

    #[test]
    fn sums_agree_with_the_oracle() {
        for length in SIZES.into_iter().chain([1024, 1025, 100_003]) {
            let x = numbers(length, 1);
            let exact: f64 = doubles(&x).iter().sum();
            assert_close("sum", &[sum(&x)], &[exact], 1e-5);
            let squares: f64 = doubles(&x).iter().map(|x| x * x).sum();
            assert!((sum_of_squares(&x) - squares).abs() <= 1e-12 * squares, "{length} squares");
        }
    }

    #[test]
    fn sum_rows_adds_columns() {
        for (rows, cols) in SIZES.into_iter().flat_map(|rows| SIZES.map(|cols| (rows, cols))) {
            let (x, mut out) = (numbers(rows * cols, 1), numbers(cols, 2));
            let mut expected = doubles(&out);
            for (index, x) in x.iter().enumerate() {
                expected[index % cols] += f64::from(*x);
            }
            sum_rows(&x, cols, &mut out);
            assert_close("sum_rows", &out, &expected, 1e-5);
        }
    }
}
