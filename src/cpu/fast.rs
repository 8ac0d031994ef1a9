//! Matrix products in fast arithmetic: the `gemm-f32` crate on all cores. Native builds only.

use super::product::Matmul;
use gemm_common::Parallelism;
use rayon::prelude::*;
use std::cell::RefCell;
use std::ops::Range;

/// Products with fewer multiplications than this stay on one core, since waking another one takes as long.
const WORTH_SPLITTING: usize = 1 << 20;

/// Rows of C whose distance is a multiple of this many elements (4 KiB) are slow to write together: when
/// processors check for pending writes, they compare only the low twelve bits of addresses.
const ALIASING: usize = 1024;
/// Such a C is computed in a buffer, this many rows at a time, with a gap of `ASIDE_GAP` elements between
/// rows.
const ASIDE_ROWS: usize = 256;
const ASIDE_GAP: usize = 16;

thread_local! {
    /// The buffer, kept between calls.
    static ASIDE: RefCell<Vec<f32>> = const { RefCell::new(Vec::new()) };
}

/// Pointer into C that the cores share; each writes different elements.
#[derive(Clone, Copy)]
struct Destination(*mut f32);

// SAFETY: the pointer is only used by `multiply_part`, whose callers hand out disjoint parts of C.
unsafe impl Send for Destination {}
// SAFETY: as above.
unsafe impl Sync for Destination {}

/// `C (+)= op(A) op(B)`, see [`Matmul`].
///
/// Each core computes a range of rows or columns on its own. For the small products of a recurrent step this
/// is faster than the crate's own parallelism, which synchronises after every block of `k`.
pub(super) fn matmul(spec: Matmul, a: &[f32], b: &[f32], c: &mut [f32]) {
    let Matmul { m, k, n, .. } = spec;
    assert_eq!((a.len(), b.len(), c.len()), (m * k, k * n, m * n));
    let destination = Destination(c.as_mut_ptr());
    let pieces = if m * k * n < WORTH_SPLITTING { 1 } else { rayon::current_num_threads() };
    let by_rows = m >= n;
    let extent = if by_rows { m } else { n };
    // Multiples of 16, so that only the last core gets a ragged edge.
    let width = extent.div_ceil(pieces).next_multiple_of(16);
    let part = |index: usize| {
        let part = index * width..((index + 1) * width).min(extent);
        let (rows, cols) = if by_rows { (part, 0..n) } else { (0..m, part) };
        // SAFETY: `c` is borrowed exclusively, and the parts are disjoint.
        unsafe { multiply_part(spec, a, b, destination, rows, cols) };
    };
    match extent.div_ceil(width.max(1)) {
        1 => part(0),
        pieces => (0..pieces).into_par_iter().with_max_len(1).for_each(part),
    }
}

/// Computes the given rows and columns of the product on the calling core.
///
/// # Safety
/// `c` must point to all of C (m, n), and nobody else may access its elements in these rows and columns.
unsafe fn multiply_part(
    spec: Matmul,
    a: &[f32],
    b: &[f32],
    c: Destination,
    rows: Range<usize>,
    cols: Range<usize>,
) {
    let n = spec.n;
    if !n.is_multiple_of(ALIASING) || rows.len() < 2 {
        // SAFETY: the caller guarantees exclusive access to these rows and columns of C.
        return unsafe { multiply_into(c.0.add(rows.start * n + cols.start), n, spec, a, b, rows, cols) };
    }
    let stride = cols.len() + ASIDE_GAP;
    let plain = Matmul { accumulate: false, ..spec };
    ASIDE.with_borrow_mut(|aside| {
        aside.resize(ASIDE_ROWS.min(rows.len()) * stride, 0.0);
        for start in rows.clone().step_by(ASIDE_ROWS) {
            let rows = start..rows.end.min(start + ASIDE_ROWS);
            // SAFETY: `aside` has room for this many rows.
            unsafe { multiply_into(aside.as_mut_ptr(), stride, plain, a, b, rows.clone(), cols.clone()) };
            for (row, aside) in rows.zip(aside.chunks_exact(stride)) {
                // SAFETY: the row lies within C, and the caller guarantees exclusive access to these columns.
                let c = unsafe { std::slice::from_raw_parts_mut(c.0.add(row * n + cols.start), cols.len()) };
                let aside = &aside[..cols.len()];
                if spec.accumulate {
                    c.iter_mut().zip(aside).for_each(|(c, aside)| *c += aside);
                } else {
                    c.copy_from_slice(aside);
                }
            }
        }
    });
}

/// Computes the given rows and columns of the product and writes them to `to`, with `stride` elements per
/// row.
///
/// # Safety
/// `to` must have room for them, and nobody else may access it. If the product accumulates, it must be
/// initialised.
unsafe fn multiply_into(
    to: *mut f32,
    stride: usize,
    spec: Matmul,
    a: &[f32],
    b: &[f32],
    rows: Range<usize>,
    cols: Range<usize>,
) {
    let Matmul { m, k, n, trans_a, trans_b, accumulate } = spec;
    let (a_row, a_col) = if trans_a { (1, m) } else { (k, 1) };
    let (b_row, b_col) = if trans_b { (1, k) } else { (n, 1) };
    let (a, b) = (&a[(rows.start * a_row).min(a.len())..], &b[(cols.start * b_col).min(b.len())..]);
    // SAFETY: the rows and columns lie within A and B, whose lengths `matmul` has checked; the caller
    // guarantees the same of `to`.
    unsafe {
        gemm_f32::gemm::f32::get_gemm_fn()(
            rows.len(),
            cols.len(),
            k,
            to,
            1,
            stride as isize,
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
