//! The cells of LSTM and GRU; twin of [`cpu::cells`](crate::cpu::cells).
//!
//! The states before and after a step lie one behind the other, as the sequence keeps them: a view of both
//! stands where the twin takes two slices, since a buffer that is written may be bound only once. The biases
//! are added here, so that nobody has to fill the gates with them.

use super::{lib, word};
use crate::gpu::{Access, Dispatch, Kernel, View, WORKGROUP};

const LSTM_CELL: Kernel = Kernel {
    name: "lstm_cell",
    source: &[lib::HEAD, lib::MATH, include_str!("../../shaders/lstm_cell.wgsl")],
    bindings: &[Access::Read, Access::Read, Access::Write, Access::Write, Access::Write],
    params: Cell::PARAMS,
};

const LSTM_CELL_BACKWARD: Kernel = Kernel {
    name: "lstm_cell_backward",
    source: &[lib::HEAD, lib::MATH, include_str!("../../shaders/lstm_cell_backward.wgsl")],
    bindings: &[Access::Read, Access::Read, Access::Read, Access::Read, Access::Write, Access::Write],
    params: Cell::PARAMS,
};

const GRU_CELL: Kernel = Kernel {
    name: "gru_cell",
    source: &[lib::HEAD, lib::MATH, include_str!("../../shaders/gru_cell.wgsl")],
    bindings: &[Access::Read, Access::Read, Access::Write, Access::Write, Access::Write],
    params: Cell::PARAMS,
};

const GRU_CELL_BACKWARD: Kernel = Kernel {
    name: "gru_cell_backward",
    source: &[lib::HEAD, include_str!("../../shaders/gru_cell_backward.wgsl")],
    bindings: &[
        Access::Read,
        Access::Read,
        Access::Read,
        Access::Read,
        Access::Write,
        Access::Write,
        Access::Write,
    ],
    params: Cell::PARAMS,
};

/// The kernels of this file.
pub const KERNELS: &[Kernel] = &[LSTM_CELL, LSTM_CELL_BACKWARD, GRU_CELL, GRU_CELL_BACKWARD];

params! {
    struct Cell {
        states: u32,
        hidden: u32,
        has_dy: u32,
    }
}

/// One invocation for each of the `states` elements of a state.
fn dispatch(kernel: &Kernel, views: &[View<'_>], states: usize, hidden: usize, has_dy: bool) {
    assert!(hidden == 0 || states.is_multiple_of(hidden), "{}: state", kernel.name);
    views[0].buffer.gpu().dispatch(&Dispatch {
        kernel,
        constants: &[],
        params: bytemuck::bytes_of(&Cell {
            states: word(states),
            hidden: word(hidden),
            has_dy: u32::from(has_dy),
        }),
        views,
        groups: states.div_ceil(WORKGROUP),
    });
}

/// One LSTM step, gates in the order `i, f, g, o`:
/// `c = f * c_prev + i * g`, `h = o * tanh(c)`, where `i, f, o` went through a sigmoid and `g` through tanh.
///
/// `biases` (4H) each. `gates` (B, 4H): `W_ih x + W_hh h_prev` in, activated gates out. `c` (2, B, H):
/// `c_prev` in, `c` out. `h` (B, H).
pub fn lstm_cell(biases: [View<'_>; 2], gates: View<'_>, c: View<'_>, h: View<'_>, hidden: usize) {
    assert!(biases.iter().all(|bias| bias.len == 4 * hidden), "lstm_cell: biases");
    assert!((gates.len, c.len) == (4 * h.len, 2 * h.len), "lstm_cell: lengths");
    dispatch(&LSTM_CELL, &[biases[0], biases[1], gates, c, h], h.len, hidden, false);
}

/// The gradient of [`lstm_cell`]; for the formulae see [its twin](crate::cpu::cells::lstm_cell_backward).
///
/// `gates` (B, 4H): the activated gates. `c` (2, B, H): `c_prev`, `c`. The gradient of `h` is `dh` (B, H),
/// and `dy` on top of it. `dc` (B, H): dL/dc in, dL/dc_prev out. `dgates` (B, 4H) receives
/// dL/d(pre-activations).
pub fn lstm_cell_backward(
    gates: View<'_>,
    c: View<'_>,
    dy: Option<View<'_>>,
    dh: View<'_>,
    dc: View<'_>,
    dgates: View<'_>,
    hidden: usize,
) {
    let states = dh.len;
    assert!([gates.len, dgates.len] == [4 * states; 2], "lstm_cell_backward: gates");
    assert!((c.len, dc.len) == (2 * states, states), "lstm_cell_backward: states");
    assert!(dy.is_none_or(|dy| dy.len == states), "lstm_cell_backward: dy");
    let views = [gates, c, dy.unwrap_or(dh), dh, dc, dgates];
    dispatch(&LSTM_CELL_BACKWARD, &views, states, hidden, dy.is_some());
}

/// One GRU step in PyTorch's form, gates in the order `r, z, n`, with `gx = W_ih x + b_ih` and
/// `gh = W_hh h_prev + b_hh`:
/// `r = sigmoid(gx_r + gh_r)`, `z = sigmoid(gx_z + gh_z)`, `n = tanh(gx_n + r * gh_n)`,
/// `h = (1 - z) * n + z * h_prev`.
///
/// `biases` (3H) each. `gates` (B, 3H): `W_ih x` in, the activated gates out. `gh` (B, 3H): `W_hh h_prev`
/// in; its last third becomes `gh_n`, which the backward pass needs. `h` (2, B, H): `h_prev` in, `h` out.
pub fn gru_cell(biases: [View<'_>; 2], gates: View<'_>, gh: View<'_>, h: View<'_>, hidden: usize) {
    let states = h.len / 2;
    assert!(biases.iter().all(|bias| bias.len == 3 * hidden), "gru_cell: biases");
    assert!([gates.len, gh.len] == [3 * states; 2] && h.len == 2 * states, "gru_cell: lengths");
    dispatch(&GRU_CELL, &[biases[0], biases[1], gates, gh, h], states, hidden, false);
}

/// The gradient of [`gru_cell`].
///
/// `rzn`, `gh` (B, 3H) as it left them, `h_prev` (B, H). The gradient of `h` is `dh` (B, H), and `dy` on top
/// of it. `dgx`, `dgh` (B, 3H) receive dL/dgx and dL/dgh; `dh` is overwritten with the direct part of
/// dL/dh_prev (the part through `gh` is the caller's product with `W_hh`).
pub fn gru_cell_backward(
    rzn: View<'_>,
    gh: View<'_>,
    h_prev: View<'_>,
    dy: Option<View<'_>>,
    dh: View<'_>,
    dgx: View<'_>,
    dgh: View<'_>,
    hidden: usize,
) {
    let states = dh.len;
    assert!([rzn, gh, dgx, dgh].iter().all(|view| view.len == 3 * states), "gru_cell_backward: gates");
    assert!(h_prev.len == states && dy.is_none_or(|dy| dy.len == states), "gru_cell_backward: states");
    let views = [rzn, gh, h_prev, dy.unwrap_or(h_prev), dh, dgx, dgh];
    dispatch(&GRU_CELL_BACKWARD, &views, states, hidden, dy.is_some());
}
