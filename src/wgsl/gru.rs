//! A GRU layer over a whole sequence, and its gradient; twin of [`cpu::gru`](crate::cpu::gru).

use super::cells::{gru_cell, gru_cell_backward};
use super::lib;
use super::matmul::matmul;
use super::recurrent::{
    self, STEP_PARAMS, bias_gradient, copy_or_zeros, fused, initial_states, input_gradient, weight_gradient,
};
use crate::cpu::gru::{Gradients, Trace};
use crate::cpu::matmul::Matmul;
use crate::cpu::recurrent::{Sequence, Weights};
use crate::gpu::{Access, Buffer, Kernel, View};

const R: Access = Access::Read;
const W: Access = Access::Write;

const GRU_STEP: Kernel = Kernel {
    name: "gru_step",
    source: &[lib::HEAD, lib::MATH, lib::RECURRENT_STEP, include_str!("../../shaders/gru_step.wgsl")],
    bindings: &[R, R, R, R, R, R, W],
    params: STEP_PARAMS,
};

/// The kernels of this file.
pub const KERNELS: &[Kernel] = &[GRU_STEP];

/// Runs all steps from `x (T, B, I)` and `h0 (B, H)`. All input projections are one product.
pub fn forward(size: Sequence, x: View<'_>, h0: View<'_>, weights: Weights<View<'_>>) -> Trace<Buffer> {
    let Sequence { steps, batch, hidden, .. } = size;
    let (gpu, state, gate) = (x.buffer.gpu(), batch * hidden, batch * 3 * hidden);
    let h = initial_states(size, h0);
    let (rzn, gh) = (gpu.empty(steps * gate), gpu.empty(steps * gate));
    matmul(size.project(3, false), x, weights.weight_ih, (&rzn).into());
    let (fused, biases) = (fused(size, weights.weight_hh), [weights.bias_ih, weights.bias_hh]);
    for t in 0..steps {
        let [rzn, gh] = [&rzn, &gh].map(|gates| gates.view(t * gate, gate));
        if fused.is_none() {
            let spec = Matmul { accumulate: false, ..size.recur(3) };
            matmul(spec, h.view(t * state, state), weights.weight_hh, gh);
        }
        gru_cell(fused, biases, rzn, gh, h.view(t * state, 2 * state), hidden);
    }
    Trace { h, gh, rzn }
}

/// The gradient of [`forward`]. `upstream` holds the gradients of the states after every step `(T, B, H)`
/// and, in addition, of the last one `(B, H)`, if there are any.
pub fn backward(
    size: Sequence,
    x: View<'_>,
    weight_ih: View<'_>,
    weight_hh: View<'_>,
    trace: Trace<View<'_>>,
    upstream: [Option<View<'_>>; 2],
    needs_x: bool,
) -> Gradients<Buffer> {
    let Sequence { steps, batch, inputs, hidden } = size;
    let Trace { h, gh, rzn } = trace;
    let (gpu, state, gate) = (x.buffer.gpu(), batch * hidden, batch * 3 * hidden);
    let [dy, dh] = upstream;
    let dh = copy_or_zeros(gpu, dh, state);
    let (dgx, dgh) = (gpu.empty(steps * gate), gpu.empty(steps * gate));
    let fused = fused(size, weight_hh);
    for t in (0..steps).rev() {
        // The last step has no successor whose gradients could be multiplied.
        let product = fused.filter(|_| t + 1 < steps);
        let dy = dy.map(|dy| dy.part(t * state, state));
        let [rzn, gh] = [rzn, gh].map(|gates| gates.part(t * gate, gate));
        let with_next = dgh.view(t * gate, if product.is_some() { 2 * gate } else { gate });
        let (h_prev, dgx) = (h.part(t * state, state), dgx.view(t * gate, gate));
        gru_cell_backward(product, rzn, gh, h_prev, dy, (&dh).into(), dgx, with_next, hidden);
        if t == 0 || fused.is_none() {
            matmul(size.back(3, batch, hidden, true), dgh.view(t * gate, gate), weight_hh, (&dh).into());
        }
    }
    let [dgx, dgh] = [&dgx, &dgh].map(View::from);
    Gradients {
        x: needs_x.then(|| input_gradient(size, 3, dgx, weight_ih)),
        h0: dh,
        weight_ih: weight_gradient(size, 3, inputs, dgx, x),
        weight_hh: weight_gradient(size, 3, hidden, dgh, h.part(0, steps * state)),
        bias_ih: bias_gradient(size, 3, dgx),
        bias_hh: bias_gradient(size, 3, dgh),
    }
}

/// One step for a few rows in a single dispatch: computes the new state `after (R, H)` from `x (R, I)` and
/// `h (R, H)`. Each weight matrix must fit into one binding.
pub fn step(x: View<'_>, h: View<'_>, weights: Weights<View<'_>>, after: View<'_>) {
    recurrent::step(&GRU_STEP, 3, x, weights, &[h], after);
}
