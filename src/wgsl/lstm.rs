//! An LSTM layer over a whole sequence, and its gradient; twin of [`cpu::lstm`](crate::cpu::lstm).

use super::cells::{lstm_cell, lstm_cell_backward};
use super::lib;
use super::matmul::matmul;
use super::recurrent::{
    self, STEP_PARAMS, bias_gradient, copy_or_zeros, fused, initial_states, input_gradient, weight_gradient,
};
use crate::cpu::lstm::{Gradients, Trace};
use crate::cpu::recurrent::{Sequence, Weights};
use crate::gpu::{Access, Buffer, Kernel, View};

const R: Access = Access::Read;
const W: Access = Access::Write;

const LSTM_STEP: Kernel = Kernel {
    name: "lstm_step",
    source: &[lib::HEAD, lib::MATH, lib::RECURRENT_STEP, include_str!("../../shaders/lstm_step.wgsl")],
    bindings: &[R, R, R, R, R, R, R, W],
    params: STEP_PARAMS,
};

/// The kernels of this file.
pub const KERNELS: &[Kernel] = &[LSTM_STEP];

/// Runs all steps from `x (T, B, I)`, `h0` and `c0 (B, H)`. All input projections are one product.
pub fn forward(
    size: Sequence,
    x: View<'_>,
    h0: View<'_>,
    c0: View<'_>,
    weights: Weights<View<'_>>,
) -> Trace<Buffer> {
    let Sequence { steps, batch, hidden, .. } = size;
    let (gpu, state, gate) = (x.buffer.gpu(), batch * hidden, batch * 4 * hidden);
    let [h, c] = [h0, c0].map(|initial| initial_states(size, initial));
    let gates = gpu.empty(steps * gate);
    matmul(size.project(4, false), x, weights.weight_ih, (&gates).into());
    let (fused, biases) = (fused(size, weights.weight_hh), [weights.bias_ih, weights.bias_hh]);
    for t in 0..steps {
        let gates = gates.view(t * gate, gate);
        if fused.is_none() {
            matmul(size.recur(4), h.view(t * state, state), weights.weight_hh, gates);
        }
        let [c, h] = [&c, &h].map(|states| states.view(t * state, 2 * state));
        lstm_cell(fused, biases, gates, c, h, hidden);
    }
    Trace { h, c, gates }
}

/// The gradient of [`forward`]. `upstream` holds the gradients of the states after every step `(T, B, H)`
/// and, in addition, of the last `h` and `c` `(B, H)`, if there are any.
pub fn backward(
    size: Sequence,
    x: View<'_>,
    weight_ih: View<'_>,
    weight_hh: View<'_>,
    trace: Trace<View<'_>>,
    upstream: [Option<View<'_>>; 3],
    needs_x: bool,
) -> Gradients<Buffer> {
    let Sequence { steps, batch, inputs, hidden } = size;
    let Trace { h, c, gates } = trace;
    let (gpu, state, gate) = (x.buffer.gpu(), batch * hidden, batch * 4 * hidden);
    let [dy, dh, dc] = upstream;
    let [dh, dc] = [dh, dc].map(|grad| copy_or_zeros(gpu, grad, state));
    let dgates = gpu.empty(steps * gate);
    let fused = fused(size, weight_hh);
    for t in (0..steps).rev() {
        // The last step has no successor whose gradients could be multiplied.
        let product = fused.filter(|_| t + 1 < steps);
        let dy = dy.map(|dy| dy.part(t * state, state));
        let (gates, c) = (gates.part(t * gate, gate), c.part(t * state, 2 * state));
        let with_next = dgates.view(t * gate, if product.is_some() { 2 * gate } else { gate });
        lstm_cell_backward(product, gates, c, dy, (&dh).into(), (&dc).into(), with_next, hidden);
        if t == 0 || fused.is_none() {
            matmul(size.back(4, batch, hidden, false), dgates.view(t * gate, gate), weight_hh, (&dh).into());
        }
    }
    let dgates = View::from(&dgates);
    Gradients {
        x: needs_x.then(|| input_gradient(size, 4, dgates, weight_ih)),
        h0: dh,
        c0: dc,
        weight_ih: weight_gradient(size, 4, inputs, dgates, x),
        weight_hh: weight_gradient(size, 4, hidden, dgates, h.part(0, steps * state)),
        bias: bias_gradient(size, 4, dgates),
    }
}

/// One step for a few rows in a single dispatch: computes the new states `after (2, R, H)`, `h` and `c`, from
/// `x (R, I)`, `h` and `c (R, H)`. Each weight matrix must fit into one binding.
pub fn step(x: View<'_>, h: View<'_>, c: View<'_>, weights: Weights<View<'_>>, after: View<'_>) {
    recurrent::step(&LSTM_STEP, 4, x, weights, &[h, c], after);
}
