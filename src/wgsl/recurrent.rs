//! Shared by LSTM and GRU; twin of [`cpu::recurrent`](crate::cpu::recurrent).

use super::matmul::matmul;
use super::reduce::sum_rows;
use super::word;
use crate::cpu::recurrent::{Sequence, Weights};
use crate::gpu::{Buffer, Dispatch, Gpu, Kernel, Params, View};

params! {
    struct Step {
        rows: u32,
        inputs: u32,
        hidden: u32,
    }
}

/// Parameter layout of the kernels that [`step`] runs.
pub(super) const STEP_PARAMS: Params = Step::PARAMS;

/// Number of rows per workgroup of a [`step`].
const STEP_ROWS: usize = 4;

/// Runs one step of a layer with `gates` gates on `x (R, I)` and the states `before`, `(R, H)` each, and
/// writes the new states to `after`.
pub(super) fn step(
    kernel: &Kernel,
    gates: usize,
    x: View<'_>,
    weights: Weights<View<'_>>,
    before: &[View<'_>],
    after: View<'_>,
) {
    let Weights { weight_ih, weight_hh, bias_ih, bias_hh } = weights;
    let hidden = bias_ih.len / gates;
    let [rows, inputs] = [before[0].len, weight_ih.len / gates].map(|n| n.checked_div(hidden).unwrap_or(0));
    let name = kernel.name;
    assert!([bias_ih.len, bias_hh.len] == [gates * hidden; 2], "{name}: biases");
    assert!(weight_ih.len == gates * hidden * inputs, "{name}: weight_ih");
    assert!(weight_hh.len == gates * hidden * hidden, "{name}: weight_hh");
    assert!(hidden == 0 || x.len == rows * inputs, "{name}: x");
    assert!(before.iter().all(|state| state.len == rows * hidden), "{name}: states");
    assert!(after.len == before.len() * rows * hidden, "{name}: states after");
    let mut views = vec![x, weight_ih, weight_hh, bias_ih, bias_hh];
    views.extend(before);
    views.push(after);
    x.buffer.gpu().dispatch(&Dispatch {
        kernel,
        constants: &[],
        params: bytemuck::bytes_of(&Step { rows: word(rows), inputs: word(inputs), hidden: word(hidden) }),
        views: &views,
        groups: hidden * rows.div_ceil(STEP_ROWS),
    });
}

/// Maximum batch size for fused steps: the height of one tile. With more rows, a fused step would read the
/// weights again for every tile, and two dispatches, the first of which tiles the product optimally, are
/// cheaper.
const MOST_FUSED_ROWS: usize = 16;

/// Returns the weights for fused steps (cell and recurrent product in one dispatch) if the batch is small
/// enough.
pub(super) fn fused(size: Sequence, weight_hh: View<'_>) -> Option<View<'_>> {
    (size.batch <= MOST_FUSED_ROWS).then_some(weight_hh)
}

/// Allocates the states of all steps `(T + 1, B, H)` and copies the initial one.
pub(super) fn initial_states(size: Sequence, initial: View<'_>) -> Buffer {
    let state = size.batch * size.hidden;
    let states = initial.buffer.gpu().empty((size.steps + 1) * state);
    initial.buffer.gpu().copy(initial, states.view(0, state));
    states
}

/// The initial gradient of a backward walk, in a buffer that the walk may change.
pub(super) fn copy_or_zeros(gpu: &Gpu, grad: Option<View<'_>>, len: usize) -> Buffer {
    let Some(grad) = grad else {
        return gpu.upload(&vec![0.0_f32; len]);
    };
    let copy = gpu.empty(len);
    gpu.copy(grad, (&copy).into());
    copy
}

/// `dgates · weight` over all steps, for `dgates (T, B, gates H)` and `weight (gates H, I)`.
pub(super) fn input_gradient(size: Sequence, gates: usize, dgates: View<'_>, weight: View<'_>) -> Buffer {
    let spec = size.back(gates, size.steps * size.batch, size.inputs, false);
    let dx = dgates.buffer.gpu().empty(spec.m * spec.n);
    matmul(spec, dgates, weight, (&dx).into());
    dx
}

/// `dgatesᵀ · input` over all steps, for `dgates (T, B, gates H)` and `input (T, B, cols)`.
pub(super) fn weight_gradient(
    size: Sequence,
    gates: usize,
    cols: usize,
    dgates: View<'_>,
    input: View<'_>,
) -> Buffer {
    let spec = size.weight(gates, cols, false);
    let dw = dgates.buffer.gpu().empty(spec.m * spec.n);
    matmul(spec, dgates, input, (&dw).into());
    dw
}

/// Sums of `dgates (T, B, gates H)` over steps and batch.
pub(super) fn bias_gradient(size: Sequence, gates: usize, dgates: View<'_>) -> Buffer {
    let cols = gates * size.hidden;
    let bias = dgates.buffer.gpu().empty(cols);
    sum_rows(dgates, cols, (&bias).into());
    bias
}
