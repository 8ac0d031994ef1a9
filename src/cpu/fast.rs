//! The matrix product of fast arithmetic: the `gemm-f32` crate on all cores. Native builds only.

use super::matmul::Matmul;
use gemm_common::Parallelism;
use rayon::prelude::*;
use std::ops::Range;

/// Products with fewer multiplications than this stay on one core: waking another takes as long.
const WORTH_SPLITTING: usize = 1 << 20;

/// A place in C that the cores may share, because each of them writes other elements.
#[derive(Clone, Copy)]
struct Destination(*mut f32);

// SAFETY: the pointer is only used by `multiply_part`, whose callers hand out disjoint parts of C.
unsafe impl Send for Destination {}
// SAFETY: as above.
unsafe impl Sync for Destination {}

/// `C (+)= op(A) op(B)`: see [`Matmul`]; the caller has checked the lengths.
///
/// Every core computes a part of the rows or of the columns by itself: with the small products of a
/// recurrent step that is faster than the crate's own division, which meets after every block of `k`.
pub(super) fn matmul(spec: Matmul, a: &[f32], b: &[f32], c: &mut [f32]) {
    let Matmul { m, k, n, .. } = spec;
    assert_eq!((a.len(), b.len(), c.len()), (m * k, k * n, m * n));
    let destination = Destination(c.as_mut_ptr());
    let pieces = if m * k * n < WORTH_SPLITTING { 1 } else { rayon::current_num_threads() };
    let by_rows = m >= n;
    let extent = if by_rows { m } else { n };
    // Multiples of 16, so that no core gets a ragged edge in the middle.
    let width = extent.div_ceil(pieces).next_multiple_of(16);
    let part = |index: usize| {
        let part = index * width..((index + 1) * width).min(extent);
        let (rows, cols) = if by_rows { (part, 0..n) } else { (0..m, part) };
        // SAFETY: `c` is borrowed exclusively, and the parts overlap nowhere.
        unsafe { multiply_part(spec, a, b, destination, rows, cols) };
    };
    match extent.div_ceil(width.max(1)) {
        1 => part(0),
        pieces => (0..pieces).into_par_iter().with_max_len(1).for_each(part),
    }
}

/// The given rows and columns of the product, on the calling core.
///
/// # Safety
/// `c` points to all of C (m, n), and nobody else touches its elements in these rows and columns.
unsafe fn multiply_part(
    spec: Matmul,
    a: &[f32],
    b: &[f32],
    c: Destination,
    rows: Range<usize>,
    cols: Range<usize>,
) {
    let Matmul { m, k, n, trans_a, trans_b, accumulate } = spec;
    let (a_row, a_col) = if trans_a { (1, m) } else { (k, 1) };
    let (b_row, b_col) = if trans_b { (1, k) } else { (n, 1) };
    let (a, b) = (&a[(rows.start * a_row).min(a.len())..], &b[(cols.start * b_col).min(b.len())..]);
    // SAFETY: the rows and columns lie inside the matrices, whose lengths the caller has checked, and
    // this part of C is ours alone.
    unsafe {
        gemm_f32::gemm::f32::get_gemm_fn()(
            rows.len(),
            cols.len(),
            k,
            c.0.add(rows.start * n + cols.start),
            1,
            n as isize,
            accumulate,
            a.as_ptr(),
            a_col as isize,
            a_row as isize,
            b.as_ptr(),
            b_col as isize,
            b_row as isize,
            1.0,
            1.0,
            false,
            false,
            false,
            Parallelism::None,
        );
    }
}
