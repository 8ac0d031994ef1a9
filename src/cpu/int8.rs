//! Products with matrices of 8-bit integers that have one scale per row.
//!
//! Decoding reads every weight once per token, so it is limited by memory bandwidth: a quarter of the bytes
//! is four times the speed, as long as nothing is unpacked. Therefore each row of activations is quantised to
//! 16-bit integers with a scale of its own, and integers are multiplied with integers. Their sums are exact:
//! they have the same bits whichever instructions compute them, in whichever order. Only the rounding of the
//! activations loses precision, and they have at least 8,191 steps on either side of zero where the weights
//! have 127.

#[cfg(target_arch = "x86_64")]
mod avx2;
mod plain;
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
mod simd128;

use super::matmul::{GROUP, write_sums};
use super::parallel::{In, Out, for_rows};

/// Maximum number of terms in a sum; a longer one is split into pieces, each with a scale of its own. At this
/// length activations have 14 bits.
const LONGEST: usize = 2048;
/// If no element of a piece exceeds this, the piece is treated as zeros: dividing by it would overflow.
const SMALLEST: f32 = 1e-30;

/// `y[r] (+)= W x[r]` for `W[i, p] = scales[i] * values[i, p]`, with `values` (n, `k`), `scales` (n), `x` (R,
/// `k`), `y` (R, n).
///
/// Each row of `y` has the same bits as if computed alone, on every machine and with any number of cores. A
/// row of `x` that contains a NaN or an infinity yields NaN.
pub fn matvec_rows_int8(values: &[i8], scales: &[f32], x: &[f32], y: &mut [f32], k: usize, accumulate: bool) {
    assert!(k > 0 && values.len() == scales.len() * k, "matvec_rows_int8: matrix");
    let (n, rows) = (scales.len(), x.len() / k);
    assert!(x.len() == rows * k && y.len() == rows * n, "matvec_rows_int8: rows");
    let x = Activations::new(x, k);
    // The sums are stored transposed, (n, R), so that cores can split them by the rows of W.
    let add = |sums: &mut [f32]| {
        let operands = (In(values, k), In(scales, 1), Out(sums, rows));
        for_rows(operands, n, rows * k / 16, |(values, scales, sums)| {
            add_products(values.0, scales.0, &x, sums.0);
        });
    };
    match rows {
        0 => {}
        1 => {
            if !accumulate {
                y.fill(0.0);
            }
            add(y);
        }
        _ => {
            // Adding to -0 preserves the sign of a zero.
            let mut sums = vec![-0.0; n * rows];
            add(&mut sums);
            write_sums(&sums, y, rows, accumulate);
        }
    }
}

/// Unpacks rows `ids` of a matrix: [`gather`](super::gather::gather) for 8-bit integers.
pub fn gather_int8(values: &[i8], scales: &[f32], ids: &[u32], cols: usize, out: &mut [f32]) {
    assert_eq!(out.len(), ids.len() * cols, "gather_int8: out");
    for (&id, out) in ids.iter().zip(out.chunks_exact_mut(cols.max(1))) {
        let row = id as usize;
        unpack(&values[row * cols..][..cols], scales[row], out);
    }
}

/// `numbers = scale * values`, in fixed-size blocks that the compiler fully vectorises.
fn unpack(values: &[i8], scale: f32, numbers: &mut [f32]) {
    const BLOCK: usize = 16;
    let (blocks, rest) = values.as_chunks::<BLOCK>();
    let (to_blocks, to_rest) = numbers.as_chunks_mut::<BLOCK>();
    for (numbers, values) in to_blocks.iter_mut().zip(blocks) {
        *numbers = values.map(|value| f32::from(value) * scale);
    }
    for (number, &value) in to_rest.iter_mut().zip(rest) {
        *number = f32::from(value) * scale;
    }
}

/// Rows of activations as integers: piece `j` of row `r` is `scales[r, j]` times its integers.
struct Activations {
    /// Number of elements per row.
    k: usize,
    /// (R, k)
    integers: Vec<i16>,
    /// (R, pieces)
    scales: Vec<f32>,
}

impl Activations {
    fn new(x: &[f32], k: usize) -> Self {
        let mut integers = vec![0; x.len()];
        let rows = x.chunks_exact(k).zip(integers.chunks_exact_mut(k));
        let pieces = rows.flat_map(|(x, integers)| x.chunks(LONGEST).zip(integers.chunks_mut(LONGEST)));
        let scales = pieces.map(|(x, integers)| quantize(x, integers)).collect();
        Self { k, integers, scales }
    }

    fn rows(&self) -> usize {
        self.integers.len() / self.k
    }
}

/// Rounds the numbers to integers and returns their scale, which is NaN if a number is not finite.
fn quantize(x: &[f32], integers: &mut [i16]) -> f32 {
    // Absolute values are ordered like their bits, and NaN is above infinity.
    let bits = x.iter().fold(0, |largest, x| largest.max(x.abs().to_bits().cast_signed()));
    let largest = f32::from_bits(bits.cast_unsigned());
    if !largest.is_finite() || largest < SMALLEST {
        integers.fill(0);
        return if largest.is_finite() { 0.0 } else { f32::NAN };
    }
    // Chosen so that no sum of this many products with 8-bit integers overflows 32 bits.
    let range = (i32::MAX / (128 * x.len() as i32)).min(i32::from(i16::MAX)) as f32;
    let inverse = range / largest;
    // 1.5 * 2^23: the floats around it are consecutive integers, and its last 16 bits are zero. Adding it
    // rounds to nearest and leaves the integer in the low bits.
    const INTEGERS: f32 = 12_582_912.0;
    for (integer, x) in integers.iter_mut().zip(x) {
        *integer = (x * inverse + INTEGERS).to_bits() as i16;
    }
    largest / range
}

/// Dot products of rows of weights with rows of activations, all of the same length, at most [`LONGEST`].
/// Implemented with each target's own instructions, always with the same result.
trait Dots {
    /// # Safety
    /// The processor must support the instructions.
    unsafe fn dots<const X: usize>(w: [&[i8]; GROUP], x: [&[i16]; X]) -> [[i32; GROUP]; X];
}

/// Adds the products of the elements after the first `whole`, which do not fill a vector.
#[inline(always)]
fn add_rest<const X: usize>(dots: &mut [[i32; GROUP]; X], w: [&[i8]; GROUP], x: [&[i16]; X], whole: usize) {
    if whole < w[0].len() {
        for (dots, x) in dots.iter_mut().zip(x) {
            dots.iter_mut().zip(w).for_each(|(dot, w)| *dot += plain::dot(&w[whole..], &x[whole..]));
        }
    }
}

/// `sums[i, r] += scales[i] * values[i] · x[r]` with the best available instructions, for `sums` (n, R).
fn add_products(values: &[i8], scales: &[f32], x: &Activations, sums: &mut [f32]) {
    #[cfg(target_arch = "x86_64")]
    if is_x86_feature_detected!("avx2") {
        // SAFETY: AVX2 was just detected.
        return unsafe { avx2::add_products(values, scales, x, sums) };
    }
    #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
    type Best = simd128::Simd128;
    #[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
    type Best = plain::Plain;
    // SAFETY: these instructions are part of the compilation target.
    unsafe { add_products_with::<Best>(values, scales, x, sums) }
}

/// # Safety
/// The processor must support the instructions of `D`.
#[inline(always)]
unsafe fn add_products_with<D: Dots>(values: &[i8], scales: &[f32], x: &Activations, sums: &mut [f32]) {
    let (k, rows) = (x.k, x.rows());
    let groups = values.chunks(GROUP * k).zip(scales.chunks(GROUP)).zip(sums.chunks_mut(GROUP * rows));
    for ((values, scales), sums) in groups {
        // If the last group is incomplete, repeat its last row.
        let w = std::array::from_fn(|i| &values[i.min(scales.len() - 1) * k..][..k]);
        // Two rows of activations at a time, which halves the number of weight loads.
        for r in (0..rows - rows % 2).step_by(2) {
            // SAFETY: guaranteed by the caller.
            unsafe { add_group::<D, 2>(w, scales, x, r, sums) };
        }
        if rows % 2 == 1 {
            // SAFETY: as above.
            unsafe { add_group::<D, 1>(w, scales, x, rows - 1, sums) };
        }
    }
}

/// Multiplies a group of weight rows with `X` rows of activations, starting with row `first`.
///
/// # Safety
/// The processor must support the instructions of `D`.
#[inline(always)]
unsafe fn add_group<D: Dots, const X: usize>(
    w: [&[i8]; GROUP],
    scales: &[f32],
    x: &Activations,
    first: usize,
    sums: &mut [f32],
) {
    let (k, rows, pieces) = (x.k, x.rows(), x.k.div_ceil(LONGEST));
    let mut totals = [[0.0; GROUP]; X];
    for piece in 0..pieces {
        let place = piece * LONGEST..k.min((piece + 1) * LONGEST);
        let integers = std::array::from_fn(|r| &x.integers[(first + r) * k..][place.clone()]);
        // SAFETY: guaranteed by the caller.
        let dots = unsafe { D::dots::<X>(w.map(|w| &w[place.clone()]), integers) };
        for (r, (totals, dots)) in totals.iter_mut().zip(dots).enumerate() {
            let scale = x.scales[(first + r) * pieces + piece];
            totals.iter_mut().zip(dots).for_each(|(total, dot)| *total += dot as f32 * scale);
        }
    }
    for (i, &scale) in scales.iter().enumerate() {
        for (r, totals) in totals.iter().enumerate() {
            sums[i * rows + first + r] += totals[i] * scale;
        }
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::super::testing::{assert_close, bits, numbers};
    use super::*;
    use proptest::prelude::*;

    fn weights(n: usize, k: usize) -> (Vec<i8>, Vec<f32>) {
        (numbers(n * k, 1).iter().map(|x| (x * 128.0) as i8).collect(), numbers(n, 2))
    }

    /// The same sums in 64 bits, term by term.
    fn oracle(values: &[i8], scales: &[f32], x: &Activations, sums: &mut [f32]) {
        let (k, rows) = (x.k, x.rows());
        for (i, (w, scale)) in values.chunks_exact(k).zip(scales).enumerate() {
            for (r, (x, steps)) in
                x.integers.chunks_exact(k).zip(x.scales.chunks_exact(k.div_ceil(LONGEST))).enumerate()
            {
                let pieces = w.chunks(LONGEST).zip(x.chunks(LONGEST)).zip(steps);
                let total = pieces.fold(0.0, |total, ((w, x), step)| {
                    let dot: i64 = w.iter().zip(x).map(|(&w, &x)| i64::from(w) * i64::from(x)).sum();
                    total + dot as f32 * step
                });
                sums[i * rows + r] += total * scale;
            }
        }
    }

    /// Checks that all implementations available on this machine agree bit for bit with the oracle.
    fn check(values: &[i8], scales: &[f32], x: &[f32], k: usize) {
        let x = Activations::new(x, k);
        let start = numbers(scales.len() * x.rows(), 3);
        let mut expected = start.clone();
        oracle(values, scales, &x, &mut expected);
        let plain = |values: &[i8], scales: &[f32], x: &Activations, sums: &mut [f32]| {
            // SAFETY: plain Rust needs no special instructions.
            unsafe { add_products_with::<plain::Plain>(values, scales, x, sums) };
        };
        for add in [add_products, plain] {
            let mut sums = start.clone();
            add(values, scales, &x, &mut sums);
            assert_eq!(bits(&sums), bits(&expected), "{} rows, {} x {k}", x.rows(), scales.len());
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(128))]

        #[test]
        fn sums_are_those_of_64_bits(
            (n, k, rows) in (1_usize..10, 1_usize..70, 1_usize..6),
            seed in any::<u32>(),
            magnitude in -30_i32..30,
        ) {
            let values: Vec<i8> = numbers(n * k, seed).iter().map(|x| (x * 128.0) as i8).collect();
            let x: Vec<f32> = numbers(rows * k, seed ^ 1).iter().map(|x| x * 2_f32.powi(magnitude)).collect();
            check(&values, &numbers(n, seed ^ 2), &x, k);
        }
    }

    #[test]
    fn the_largest_sums_there_are_fit() {
        for k in [1, 16, 511, 512, 513, 1024, LONGEST - 1, LONGEST, LONGEST + 1, 3 * LONGEST + 5] {
            for (weight, x) in [(-128, -1.0), (-128, 1.0), (127, 3.4e38), (-128, -1e-29)] {
                check(&vec![weight; 5 * k], &[1e-3; 5], &vec![x; 3 * k], k);
            }
        }
    }

    #[test]
    fn products_are_those_of_the_unpacked_matrix_but_for_rounded_activations() {
        for (rows, n, k) in
            [(0, 3, 5), (1, 1, 1), (1, 9, 17), (2, 6, 33), (5, 64, 40), (4, 7, 1000), (3, 2, 5000)]
        {
            let (values, scales) = weights(n, k);
            let (x, start) = (numbers(rows * k, 3), numbers(rows * n, 4));
            for accumulate in [false, true] {
                let mut y = start.clone();
                matvec_rows_int8(&values, &scales, &x, &mut y, k, accumulate);
                let expected: Vec<f64> = (0..rows * n)
                    .map(|at| {
                        let (r, i) = (at / n, at % n);
                        let pairs = values[i * k..][..k].iter().zip(&x[r * k..][..k]);
                        let dot: f64 = pairs.map(|(&w, &x)| f64::from(w) * f64::from(x)).sum();
                        dot * f64::from(scales[i]) + if accumulate { f64::from(start[at]) } else { 0.0 }
                    })
                    .collect();
                // Each of the k products is off by at most half a step of 1/8191, times a weight of up
                // to 128.
                assert_close("product", &y, &expected, 128.0 / 8191.0 * (k as f64).sqrt());
            }
        }
    }

    #[test]
    fn a_row_has_the_bits_it_has_alone_and_a_matrix_those_of_its_parts() {
        for (rows, n, k) in [(2, 9, 17), (3, 64, 33), (7, 30, 8), (16, 3, 64), (5, 6, LONGEST + 100)] {
            let (values, scales) = weights(n, k);
            let (x, start) = (numbers(rows * k, 3), numbers(rows * n, 4));
            for accumulate in [false, true] {
                let (mut together, mut alone) = (start.clone(), start.clone());
                matvec_rows_int8(&values, &scales, &x, &mut together, k, accumulate);
                for (x, y) in x.chunks_exact(k).zip(alone.chunks_exact_mut(n)) {
                    let (first, rest) = y.split_at_mut(n / 3);
                    matvec_rows_int8(&values[..n / 3 * k], &scales[..n / 3], x, first, k, accumulate);
                    matvec_rows_int8(&values[n / 3 * k..], &scales[n / 3..], x, rest, k, accumulate);
                }
                assert_eq!(bits(&together), bits(&alone), "{rows} rows, {n} x {k}");
            }
        }
    }

    #[test]
    fn what_is_not_finite_stays_in_its_row_and_nothing_is_made_of_zeros() {
        let (n, k) = (6, 37);
        let (values, scales) = weights(n, k);
        for bad in [f32::NAN, -f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
            let mut x = numbers(3 * k, 3);
            x[k + 20] = bad;
            let mut y = vec![1.0; 3 * n];
            matvec_rows_int8(&values, &scales, &x, &mut y, k, true);
            assert!(y[n..2 * n].iter().all(|y| y.is_nan()));
            assert!(y[..n].iter().chain(&y[2 * n..]).all(|y| y.is_finite()));
        }
        for zero in [0.0, -0.0, 1e-39, -1e-31] {
            let mut y = vec![-0.0; n];
            matvec_rows_int8(&values, &scales, &vec![zero; k], &mut y, k, false);
            assert!(y.iter().all(|&y| y == 0.0));
        }
    }
}
