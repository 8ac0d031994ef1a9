//! Softmax and log-softmax over the rows of a matrix; twin of [`cpu::softmax`](crate::cpu::softmax). The
//! number of rows is unlimited: tensors too large for one binding are processed in parts.

use super::lib;
use super::rows::{PARAMS, RowKernel, params, pieces, row_kernel, rows_of};
use crate::gpu::{Access, Kernel, View};

const SOFTMAX: RowKernel = row_kernel!("softmax", &[Access::Read, Access::Write], PARAMS);

const SOFTMAX_BACKWARD: RowKernel =
    row_kernel!("softmax_backward", &[Access::Read, Access::Read, Access::Write], PARAMS);

/// The kernels of this file.
pub const KERNELS: &[Kernel] =
    &[SOFTMAX.narrow, SOFTMAX.wide, SOFTMAX_BACKWARD.narrow, SOFTMAX_BACKWARD.wide];

/// `y = softmax(x)` for `x`, `y` (R, `cols`).
pub fn softmax(x: View<'_>, y: View<'_>, cols: usize) {
    run(&SOFTMAX, &[x, y], cols, 0.0);
}

/// `y = ln softmax(x)` for `x`, `y` (R, `cols`).
pub fn log_softmax(x: View<'_>, y: View<'_>, cols: usize) {
    run(&SOFTMAX, &[x, y], cols, 1.0);
}

/// `dx = y * (dy - sum_c y * dy)` per row; all (R, `cols`), `y` from [`softmax`].
pub fn softmax_backward(y: View<'_>, dy: View<'_>, dx: View<'_>, cols: usize) {
    run(&SOFTMAX_BACKWARD, &[y, dy, dx], cols, 0.0);
}

/// `dx = dy - exp(y) * sum_c dy` per row; all (R, `cols`), `y` from [`log_softmax`].
pub fn log_softmax_backward(y: View<'_>, dy: View<'_>, dx: View<'_>, cols: usize) {
    run(&SOFTMAX_BACKWARD, &[y, dy, dx], cols, 1.0);
}

fn run(kernel: &RowKernel, views: &[View<'_>], cols: usize, log: f64) {
    let x = views[0];
    assert!(views.iter().all(|view| view.len == x.len), "softmax: lengths");
    let rows = x.len.checked_div(cols).unwrap_or(0);
    assert_eq!(rows * cols, x.len, "softmax: length is not a multiple of cols");
    for rows in pieces(x.buffer.gpu(), rows, cols, 1) {
        let views: Vec<_> = views.iter().map(|view| rows_of(*view, &rows, cols)).collect();
        let params = params(rows.len(), cols);
        kernel.run([rows.len(), cols], &[("LOG", log)], &params, &views);
    }
}
