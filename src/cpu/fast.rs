//! The matrix product of fast arithmetic: the `gemm-f32` crate on all cores. Native builds only.

use super::product::Matmul;
use gemm_common::Parallelism;
use rayon::prelude::*;
use std::cell::RefCell;
use std::ops::Range;

/// Products with fewer multiplications than this stay on one core: waking another takes as long.
const WORTH_SPLITTING: usize = 1 << 20;

/// Rows of C that lie a multiple of so many numbers (4 KiB) apart are slow to write together: processors
/// compare only the low twelve bits of addresses when they look for earlier writes to wait for.
const ALIASING: usize = 1024;
/// Such a C is computed aside, so many rows at a time, with this much room between the rows.
const ASIDE_ROWS: usize = 256;
const ASIDE_GAP: usize = 16;

thread_local! {
    /// The place aside, kept between calls.
    static ASIDE: RefCell<Vec<f32>> = const { RefCell::new(Vec::new()) };
}

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
    let n = spec.n;
    if !n.is_multiple_of(ALIASING) || rows.len() < 2 {
        // SAFETY: these rows and columns of C are ours.
        return unsafe { multiply_into(c.0.add(rows.start * n + cols.start), n, spec, a, b, rows, cols) };
    }
    let stride = cols.len() + ASIDE_GAP;
    let plain = Matmul { accumulate: false, ..spec };
    ASIDE.with_borrow_mut(|aside| {
        aside.resize(ASIDE_ROWS.min(rows.len()) * stride, 0.0);
        for start in rows.clone().step_by(ASIDE_ROWS) {
            let rows = start..rows.end.min(start + ASIDE_ROWS);
            // SAFETY: there is room for as many rows.
            unsafe { multiply_into(aside.as_mut_ptr(), stride, plain, a, b, rows.clone(), cols.clone()) };
            for (row, aside) in rows.zip(aside.chunks_exact(stride)) {
                // SAFETY: the row lies in C, and its elements in these columns are ours.
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

/// The given rows and columns of the product, written to `to`, whose rows are `stride` apart.
///
/// # Safety
/// There is room at `to`, and nobody else touches it; it holds numbers if the product accumulates.
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
    // SAFETY: the rows and columns lie inside A and B, whose lengths `matmul` has checked, and the caller
    // answers for `to`.
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
