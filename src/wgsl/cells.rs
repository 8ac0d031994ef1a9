//! Cells of LSTM and GRU; twin of [`cpu::cells`](crate::cpu::cells).
//!
//! The states before and after a step are adjacent in memory. Where the twin takes two slices, there is one
//! view of both here, since a written buffer may be bound only once. The biases are added here, so that the
//! gates need not be initialised with them. A step can include its recurrent product: given `weight_hh`
//! (gates H, H), it is one dispatch instead of two, and the number of dispatches dominates the cost of a
//! sequence of small steps. The weights must fit into one binding.

use super::{lib, word};
use crate::gpu::{Access, Dispatch, Kernel, View};

const R: Access = Access::Read;
const W: Access = Access::Write;

const LSTM_CELL: Kernel = Kernel {
    name: "lstm_cell",
    source: &[lib::HEAD, lib::MATH, lib::RECURRENT, include_str!("../../shaders/lstm_cell.wgsl")],
    bindings: &[R, R, R, W, W, W],
    params: Cell::PARAMS,
};

const LSTM_CELL_BACKWARD: Kernel = Kernel {
    name: "lstm_cell_backward",
    source: &[lib::HEAD, lib::MATH, lib::RECURRENT, include_str!("../../shaders/lstm_cell_backward.wgsl")],
    bindings: &[R, R, R, R, R, W, W],
    params: Cell::PARAMS,
};

const GRU_CELL: Kernel = Kernel {
    name: "gru_cell",
    source: &[lib::HEAD, lib::MATH, lib::RECURRENT, include_str!("../../shaders/gru_cell.wgsl")],
    bindings: &[R, R, R, W, W, W],
    params: Cell::PARAMS,
};

const GRU_CELL_BACKWARD: Kernel = Kernel {
    name: "gru_cell_backward",
    source: &[lib::HEAD, lib::RECURRENT, include_str!("../../shaders/gru_cell_backward.wgsl")],
    bindings: &[R, R, R, R, R, W, W, W],
    params: Cell::PARAMS,
};

/// The kernels of this file.
pub const KERNELS: &[Kernel] = &[LSTM_CELL, LSTM_CELL_BACKWARD, GRU_CELL, GRU_CELL_BACKWARD];

/// Number of columns in a workgroup's tile.
const UNITS: usize = 16;
/// Minimum and maximum number of rows in a tile.
const ROWS: [usize; 2] = [4, 16];

params! {
    struct Cell {
        batch: u32,
        hidden: u32,
        has_dy: u32,
    }
}

/// Runs the kernel on states of `states` elements, with the recurrent product if `weight_hh` is given.
fn dispatch(
    kernel: &Kernel,
    weight_hh: Option<View<'_>>,
    views: &[View<'_>],
    states: usize,
    hidden: usize,
    has_dy: bool,
) {
    assert!(hidden == 0 || states.is_multiple_of(hidden), "{}: state", kernel.name);
    let batch = states.checked_div(hidden).unwrap_or(0);
    let rows = batch.next_power_of_two().clamp(ROWS[0], ROWS[1]);
    let recur = f64::from(u8::from(weight_hh.is_some()));
    // Without weights, another view must be bound in their place.
    let all: Vec<View<'_>> = [weight_hh.unwrap_or(views[0])].iter().chain(views).copied().collect();
    views[0].buffer.gpu().dispatch(&Dispatch {
        kernel,
        constants: &[("ROWS", rows as f64), ("RECUR", recur)],
        params: bytemuck::bytes_of(&Cell {
            batch: word(batch),
            hidden: word(hidden),
            has_dy: u32::from(has_dy),
        }),
        views: &all,
        groups: batch.div_ceil(rows) * hidden.div_ceil(UNITS),
    });
}

fn check(what: &str, weight_hh: Option<View<'_>>, gates: usize, hidden: usize) {
    let fits = weight_hh.is_none_or(|weight| weight.len == gates * hidden * hidden);
    assert!(fits, "{what}: weight_hh");
}

/// One LSTM step with gates in the order `i, f, g, o`: `c = f * c_prev + i * g`, `h = o * tanh(c)`, where
/// `i, f, o` have passed through a sigmoid and `g` through tanh.
///
/// `biases` (4H) each. `gates` (B, 4H): `W_ih x + W_hh h_prev` in, without the second term if `weight_hh` is
/// given; the activated gates out. `c`, `h` (2, B, H): `c_prev`, `h_prev` in; `c`, `h` out.
pub fn lstm_cell(
    weight_hh: Option<View<'_>>,
    biases: [View<'_>; 2],
    gates: View<'_>,
    c: View<'_>,
    h: View<'_>,
    hidden: usize,
) {
    check("lstm_cell", weight_hh, 4, hidden);
    assert!(biases.iter().all(|bias| bias.len == 4 * hidden), "lstm_cell: biases");
    assert!(c.len == h.len && gates.len == 2 * h.len, "lstm_cell: lengths");
    dispatch(&LSTM_CELL, weight_hh, &[biases[0], biases[1], gates, c, h], h.len / 2, hidden, false);
}

/// The gradient of [`lstm_cell`]; for the formulae see [its twin](crate::cpu::cells::lstm_cell_backward).
///
/// `gates` (B, 4H): the activated gates. `c` (2, B, H): `c_prev`, `c`. `dc` (B, H): dL/dc in, dL/dc_prev out.
/// `dgates` (B, 4H) receives dL/d(pre-activations). The gradient of `h` is `dh` (B, H) plus `dy`, if given.
/// With `weight_hh`, `dgates` is (2, B, 4H), with the next step's gradients in the second half; their product
/// with the weights then replaces `dh`, which is not read.
pub fn lstm_cell_backward(
    weight_hh: Option<View<'_>>,
    gates: View<'_>,
    c: View<'_>,
    dy: Option<View<'_>>,
    dh: View<'_>,
    dc: View<'_>,
    dgates: View<'_>,
    hidden: usize,
) {
    let (states, steps) = (dc.len, 1 + usize::from(weight_hh.is_some()));
    check("lstm_cell_backward", weight_hh, 4, hidden);
    assert!((gates.len, dgates.len) == (4 * states, 4 * states * steps), "lstm_cell_backward: gates");
    assert!((c.len, dh.len) == (2 * states, states), "lstm_cell_backward: states");
    assert!(dy.is_none_or(|dy| dy.len == states), "lstm_cell_backward: dy");
    let views = [gates, c, dy.unwrap_or(dh), dh, dc, dgates];
    dispatch(&LSTM_CELL_BACKWARD, weight_hh, &views, states, hidden, dy.is_some());
}

/// One GRU step in PyTorch's form with gates in the order `r, z, n`. With `gx = W_ih x + b_ih` and
/// `gh = W_hh h_prev + b_hh`: `r = sigmoid(gx_r + gh_r)`, `z = sigmoid(gx_z + gh_z)`,
/// `n = tanh(gx_n + r * gh_n)`, `h = (1 - z) * n + z * h_prev`.
///
/// `biases` (3H) each. `gates` (B, 3H): `W_ih x` in, the activated gates out. `gh` (B, 3H): `W_hh h_prev` in,
/// which is not read if `weight_hh` is given; its last third becomes `gh_n`, which the backward pass needs.
/// `h` (2, B, H): `h_prev` in, `h` out.
pub fn gru_cell(
    weight_hh: Option<View<'_>>,
    biases: [View<'_>; 2],
    gates: View<'_>,
    gh: View<'_>,
    h: View<'_>,
    hidden: usize,
) {
    let states = h.len / 2;
    check("gru_cell", weight_hh, 3, hidden);
    assert!(biases.iter().all(|bias| bias.len == 3 * hidden), "gru_cell: biases");
    assert!([gates.len, gh.len] == [3 * states; 2] && h.len == 2 * states, "gru_cell: lengths");
    dispatch(&GRU_CELL, weight_hh, &[biases[0], biases[1], gates, gh, h], states, hidden, false);
}

/// The gradient of [`gru_cell`].
///
/// `rzn`, `gh` (B, 3H) as [`gru_cell`] left them, `h_prev` (B, H). `dgx`, `dgh` (B, 3H) receive dL/dgx and
/// dL/dgh. The gradient of `h` is `dh` (B, H) plus `dy`, if given. With `weight_hh`, `dgh` is (2, B, 3H),
/// with the next step's gradients in the second half, and their product with the weights is added as well.
/// `dh` is overwritten with the direct part of dL/dh_prev; the part through `gh` is the product with the
/// weights.
pub fn gru_cell_backward(
    weight_hh: Option<View<'_>>,
    rzn: View<'_>,
    gh: View<'_>,
    h_prev: View<'_>,
    dy: Option<View<'_>>,
    dh: View<'_>,
    dgx: View<'_>,
    dgh: View<'_>,
    hidden: usize,
) {
    let (states, steps) = (dh.len, 1 + usize::from(weight_hh.is_some()));
    check("gru_cell_backward", weight_hh, 3, hidden);
    assert!([rzn, gh, dgx].iter().all(|view| view.len == 3 * states), "gru_cell_backward: gates");
    assert!(dgh.len == 3 * states * steps, "gru_cell_backward: dgh");
    assert!(h_prev.len == states && dy.is_none_or(|dy| dy.len == states), "gru_cell_backward: states");
    let views = [rzn, gh, h_prev, dy.unwrap_or(h_prev), dh, dgx, dgh];
    dispatch(&GRU_CELL_BACKWARD, weight_hh, &views, states, hidden, dy.is_some());
}
