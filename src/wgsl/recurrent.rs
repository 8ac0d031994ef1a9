//! What LSTM and GRU have in common; twin of [`cpu::recurrent`](crate::cpu::recurrent).

use super::matmul::matmul;
use crate::cpu::matmul::Matmul;
use crate::cpu::recurrent::Sequence;
use crate::gpu::{Buffer, Gpu, View};

/// With more rows than this the recurrent product of a step is large enough for the dispatch of its own that
/// tiles it best.
const MOST_FUSED_ROWS: usize = 64;

/// The weights for a step that brings its recurrent product along, if steps are small enough for that.
pub(super) fn fused(size: Sequence, weight_hh: View<'_>) -> Option<View<'_>> {
    (size.batch <= MOST_FUSED_ROWS).then_some(weight_hh)
}

/// Memory for the states of all steps `(T + 1, B, H)`, of which the first is there.
pub(super) fn initial_states(size: Sequence, initial: View<'_>) -> Buffer {
    let state = size.batch * size.hidden;
    let states = initial.buffer.gpu().empty((size.steps + 1) * state);
    initial.buffer.gpu().copy(initial, states.view(0, state));
    states
}

/// The gradient that a walk backwards begins with, in memory that the walk may change.
pub(super) fn copy_or_zeros(gpu: &Gpu, grad: Option<View<'_>>, len: usize) -> Buffer {
    let Some(grad) = grad else {
        return gpu.upload(&vec![0.0_f32; len]);
    };
    let copy = gpu.empty(len);
    gpu.copy(grad, (&copy).into());
    copy
}

/// `dgates · weight` over all steps for `dgates (T, B, gates H)`, `weight (gates H, I)`.
pub(super) fn input_gradient(size: Sequence, gates: usize, dgates: View<'_>, weight: View<'_>) -> Buffer {
    let spec = size.back(gates, size.steps * size.batch, size.inputs, false);
    let dx = dgates.buffer.gpu().empty(spec.m * spec.n);
    matmul(spec, dgates, weight, (&dx).into());
    dx
}

/// `dgatesᵀ · input` over all steps for `dgates (T, B, gates H)`, `input (T, B, cols)`.
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

/// The sums of `dgates (T, B, gates H)` over steps and batch.
pub(super) fn bias_gradient(size: Sequence, gates: usize, dgates: View<'_>) -> Buffer {
    let (gpu, rows, cols) = (dgates.buffer.gpu(), size.steps * size.batch, gates * size.hidden);
    let (ones, bias) = (gpu.upload(&vec![1.0_f32; rows]), gpu.empty(cols));
    let spec = Matmul { m: 1, k: rows, n: cols, trans_a: false, trans_b: false, accumulate: false };
    matmul(spec, (&ones).into(), dgates, (&bias).into());
    bias
}
