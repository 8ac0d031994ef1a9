//! Softmax and log-softmax over the rows of a matrix; twin of [`cpu::softmax`](crate::cpu::softmax).

use super::{lib, word};
use crate::gpu::{Access, Dispatch, Kernel, View};

const SOFTMAX: Kernel = Kernel {
    name: "softmax",
    source: &[lib::HEAD, lib::MATH, lib::REDUCE, include_str!("../../shaders/softmax.wgsl")],
    bindings: &[Access::Read, Access::Write],
    params: Rows::PARAMS,
};

/// The kernels of this file.
pub const KERNELS: &[Kernel] = &[SOFTMAX];

params! {
    struct Rows {
        rows: u32,
        cols: u32,
    }
}

/// `y = softmax(x)` for `x`, `y` (R, `cols`).
pub fn softmax(x: View<'_>, y: View<'_>, cols: usize) {
    normalise(x, y, cols, 0.0);
}

/// `y = ln softmax(x)` for `x`, `y` (R, `cols`).
pub fn log_softmax(x: View<'_>, y: View<'_>, cols: usize) {
    normalise(x, y, cols, 1.0);
}

fn normalise(x: View<'_>, y: View<'_>, cols: usize, log: f64) {
    assert_eq!(x.len, y.len, "softmax: lengths");
    let rows = x.len.checked_div(cols).unwrap_or(0);
    x.buffer.gpu().dispatch(&Dispatch {
        kernel: &SOFTMAX,
        constants: &[("LOG", log)],
        params: bytemuck::bytes_of(&Rows { rows: word(rows), cols: word(cols) }),
        views: &[x, y],
        groups: rows,
    });
}
