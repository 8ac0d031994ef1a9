//! An LSTM layer over a whole sequence, and its gradient; twin of [`cpu::lstm`](crate::cpu::lstm).

use super::cells::{lstm_cell, lstm_cell_backward};
use super::matmul::matmul;
use super::recurrent::{bias_gradient, copy_or_zeros, initial_states, input_gradient, weight_gradient};
use crate::cpu::lstm::{Gradients, Trace};
use crate::cpu::recurrent::{Sequence, Weights};
use crate::gpu::{Buffer, View};

/// From `x (T, B, I)`, `h0` and `c0 (B, H)`, step by step. All input projections are one product.
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
    for t in 0..steps {
        let gates = gates.view(t * gate, gate);
        matmul(size.recur(4), h.view(t * state, state), weights.weight_hh, gates);
        let biases = [weights.bias_ih, weights.bias_hh];
        lstm_cell(biases, gates, c.view(t * state, 2 * state), h.view((t + 1) * state, state), hidden);
    }
    Trace { h, c, gates }
}

/// The gradient of [`forward`]. `upstream`: of the states after every step `(T, B, H)`, and of the last `h`
/// and `c` `(B, H)` on top, as far as there are any.
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
    for t in (0..steps).rev() {
        let dy = dy.map(|dy| dy.part(t * state, state));
        let (gates, dgates) = (gates.part(t * gate, gate), dgates.view(t * gate, gate));
        let states = c.part(t * state, 2 * state);
        lstm_cell_backward(gates, states, dy, (&dh).into(), (&dc).into(), dgates, hidden);
        matmul(size.back(4, batch, hidden, false), dgates, weight_hh, (&dh).into());
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
