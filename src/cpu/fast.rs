//! The matrix product of fast arithmetic: the `gemm-f32` crate on all cores. Native builds only.

use super::matmul::Matmul;
use gemm_common::Parallelism;

/// `C (+)= op(A) op(B)`: see [`Matmul`]; the caller has checked the lengths.
pub(super) fn matmul(spec: Matmul, a: &[f32], b: &[f32], c: &mut [f32]) {
    let Matmul { m, k, n, trans_a, trans_b, accumulate } = spec;
    assert_eq!((a.len(), b.len(), c.len()), (m * k, k * n, m * n));
    let (a_rows, a_cols) = if trans_a { (1, m) } else { (k, 1) };
    let (b_rows, b_cols) = if trans_b { (1, k) } else { (n, 1) };
    // SAFETY: the lengths asserted above cover every element that these strides reach, and the
    // exclusive borrow of `c` keeps it apart from `a` and `b`.
    unsafe {
        gemm_f32::gemm::f32::get_gemm_fn()(
            m,
            n,
            k,
            c.as_mut_ptr(),
            1,
            n as isize,
            accumulate,
            a.as_ptr(),
            a_cols as isize,
            a_rows as isize,
            b.as_ptr(),
            b_cols as isize,
            b_rows as isize,
            1.0,
            1.0,
            false,
            false,
            false,
            Parallelism::Rayon(0),
        );
    }
}
