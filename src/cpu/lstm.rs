//! An LSTM layer over a whole sequence, and its gradient, built from [`cells`](super::cells) and matrix
//! products.

use super::cells::{lstm_cell, lstm_cell_backward};
use super::elementwise::add_assign;
use super::matmul::matmul;
use super::matrix::Matrix;
use super::recurrent::{Sequence, Weights};
use super::reduce::sum_rows;

/// Values that the forward pass saves. `V` holds them in main memory or on the GPU.
#[derive(Clone, Copy)]
pub struct Trace<V> {
    /// `(T + 1, B, H)`: the initial hidden state, then the state after every step.
    pub h: V,
    /// `(T + 1, B, H)`: the cell states in the same way.
    pub c: V,
    /// `(T, B, 4H)`: the activated gates.
    pub gates: V,
}

/// Results of the backward pass. Each gradient has the shape of what it belongs to.
pub struct Gradients<V> {
    /// For the input, if requested.
    pub x: Option<V>,
    /// For the initial hidden state.
    pub h0: V,
    /// For the initial cell state.
    pub c0: V,
    /// `(4H, I)`
    pub weight_ih: V,
    /// `(4H, H)`
    pub weight_hh: V,
    /// `(4H)`, the same for both biases.
    pub bias: V,
}

/// Runs all steps from `x (T, B, I)`, `h0` and `c0 (B, H)`. All input projections are one product.
pub fn forward(
    size: Sequence,
    x: &[f32],
    h0: &[f32],
    c0: &[f32],
    weights: Weights<&[f32], Matrix<'_>>,
) -> Trace<Vec<f32>> {
    let Sequence { steps, batch, inputs, hidden } = size;
    let bias: Vec<f32> = weights.bias_ih.iter().zip(weights.bias_hh).map(|(a, b)| a + b).collect();
    let mut gates = bias.repeat(steps * batch);
    weights.weight_ih.multiply(x, &mut gates, inputs, true);
    let (state, gate) = (batch * hidden, batch * 4 * hidden);
    let mut h = vec![0.0; (steps + 1) * state];
    let mut c = vec![0.0; (steps + 1) * state];
    h[..state].copy_from_slice(h0);
    c[..state].copy_from_slice(c0);
    for t in 0..steps {
        let gates = &mut gates[t * gate..][..gate];
        let (h_prev, h_next) = h[t * state..][..2 * state].split_at_mut(state);
        let (c_prev, c_next) = c[t * state..][..2 * state].split_at_mut(state);
        weights.weight_hh.multiply(h_prev, gates, hidden, true);
        lstm_cell(gates, c_prev, c_next, h_next, hidden);
    }
    Trace { h, c, gates }
}

/// The gradient of [`forward`]. `upstream` holds the gradients of the states after every step `(T, B, H)`
/// and, in addition, of the last `h` and `c` `(B, H)`, if there are any.
pub fn backward(
    size: Sequence,
    x: &[f32],
    weight_ih: &[f32],
    weight_hh: &[f32],
    trace: Trace<&[f32]>,
    upstream: [Option<&[f32]>; 3],
    needs_x: bool,
) -> Gradients<Vec<f32>> {
    let Sequence { steps, batch, inputs, hidden } = size;
    let Trace { h, c, gates } = trace;
    let (state, gate) = (batch * hidden, batch * 4 * hidden);
    let [dy, dh, dc] = upstream;
    let [mut dh, mut dc] = [dh, dc].map(|grad| grad.map_or_else(|| vec![0.0; state], <[f32]>::to_vec));
    let mut dgates = vec![0.0; steps * gate];
    for t in (0..steps).rev() {
        if let Some(dy) = dy {
            add_assign(&dy[t * state..][..state], &mut dh);
        }
        let (gates, dgates) = (&gates[t * gate..][..gate], &mut dgates[t * gate..][..gate]);
        let (c_prev, c_next) = c[t * state..][..2 * state].split_at(state);
        lstm_cell_backward(gates, c_prev, c_next, &dh, &mut dc, dgates, hidden);
        matmul(size.back(4, batch, hidden, false), dgates, weight_hh, &mut dh);
    }
    let dx = needs_x.then(|| {
        let mut dx = vec![0.0; x.len()];
        matmul(size.back(4, steps * batch, inputs, false), &dgates, weight_ih, &mut dx);
        dx
    });
    let weight = |input: &[f32], cols: usize| {
        let mut dw = vec![0.0; 4 * hidden * cols];
        matmul(size.weight(4, cols, false), &dgates, input, &mut dw);
        dw
    };
    let mut bias = vec![0.0; 4 * hidden];
    sum_rows(&dgates, 4 * hidden, &mut bias);
    Gradients {
        x: dx,
        h0: dh,
        c0: dc,
        weight_ih: weight(x, inputs),
        weight_hh: weight(&h[..steps * state], hidden),
        bias,
    }
}
