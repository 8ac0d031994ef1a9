//! A GRU layer over a whole sequence, and its gradient, built from [`cells`](super::cells) and matrix
//! products.

use super::cells::{gru_cell, gru_cell_backward};
use super::elementwise::add_assign;
use super::matmul::matmul;
use super::matrix::Matrix;
use super::recurrent::{Sequence, Weights};
use super::reduce::sum_rows;

/// Values that the forward pass saves. `V` holds them in main memory or on the GPU.
#[derive(Clone, Copy)]
pub struct Trace<V> {
    /// `(T + 1, B, H)`: the initial state, then the state after every step.
    pub h: V,
    /// `(T, B, 3H)`: `W_hh h + b_hh`. On the GPU this holds only for the last third of each row.
    pub gh: V,
    /// `(T, B, 3H)`: the activated gates.
    pub rzn: V,
}

/// Results of the backward pass. Each gradient has the shape of what it belongs to.
pub struct Gradients<V> {
    /// For the input, if requested.
    pub x: Option<V>,
    /// For the initial state.
    pub h0: V,
    /// `(3H, I)`
    pub weight_ih: V,
    /// `(3H, H)`
    pub weight_hh: V,
    /// `(3H)`
    pub bias_ih: V,
    /// `(3H)`
    pub bias_hh: V,
}

/// Runs all steps from `x (T, B, I)` and `h0 (B, H)`. All input projections are one product.
pub fn forward(
    size: Sequence,
    x: &[f32],
    h0: &[f32],
    weights: Weights<&[f32], Matrix<'_>>,
) -> Trace<Vec<f32>> {
    let Sequence { steps, batch, inputs, hidden } = size;
    let (state, gate) = (batch * hidden, batch * 3 * hidden);
    let mut gx = weights.bias_ih.repeat(steps * batch);
    weights.weight_ih.multiply(x, &mut gx, inputs, true);
    let mut gh = weights.bias_hh.repeat(steps * batch);
    let mut rzn = vec![0.0; steps * gate];
    let mut h = vec![0.0; (steps + 1) * state];
    h[..state].copy_from_slice(h0);
    for t in 0..steps {
        let gh = &mut gh[t * gate..][..gate];
        let (h_prev, h_next) = h[t * state..][..2 * state].split_at_mut(state);
        weights.weight_hh.multiply(h_prev, gh, hidden, true);
        gru_cell(&gx[t * gate..][..gate], gh, h_prev, h_next, &mut rzn[t * gate..][..gate], hidden);
    }
    Trace { h, gh, rzn }
}

/// The gradient of [`forward`]. `upstream` holds the gradients of the states after every step `(T, B, H)`
/// and, in addition, of the last one `(B, H)`, if there are any.
pub fn backward(
    size: Sequence,
    x: &[f32],
    weight_ih: &[f32],
    weight_hh: &[f32],
    trace: Trace<&[f32]>,
    upstream: [Option<&[f32]>; 2],
    needs_x: bool,
) -> Gradients<Vec<f32>> {
    let Sequence { steps, batch, inputs, hidden } = size;
    let Trace { h, gh, rzn } = trace;
    let (state, gate) = (batch * hidden, batch * 3 * hidden);
    let [dy, dh] = upstream;
    let mut dh = dh.map_or_else(|| vec![0.0; state], <[f32]>::to_vec);
    let mut dh_prev = vec![0.0; state];
    let (mut dgx, mut dgh) = (vec![0.0; steps * gate], vec![0.0; steps * gate]);
    for t in (0..steps).rev() {
        if let Some(dy) = dy {
            add_assign(&dy[t * state..][..state], &mut dh);
        }
        let range = t * gate..(t + 1) * gate;
        let h_prev = &h[t * state..][..state];
        let (dgx, dgh) = (&mut dgx[range.clone()], &mut dgh[range.clone()]);
        gru_cell_backward(&rzn[range.clone()], &gh[range], h_prev, &dh, dgx, dgh, &mut dh_prev, hidden);
        matmul(size.back(3, batch, hidden, true), dgh, weight_hh, &mut dh_prev);
        std::mem::swap(&mut dh, &mut dh_prev);
    }
    let dx = needs_x.then(|| {
        let mut dx = vec![0.0; x.len()];
        matmul(size.back(3, steps * batch, inputs, true), &dgx, weight_ih, &mut dx);
        dx
    });
    let weight = |dgates: &[f32], input: &[f32], cols: usize| {
        let mut dw = vec![0.0; 3 * hidden * cols];
        matmul(size.weight(3, cols, true), dgates, input, &mut dw);
        dw
    };
    let bias = |dgates: &[f32]| {
        let mut bias = vec![0.0; 3 * hidden];
        sum_rows(dgates, 3 * hidden, &mut bias);
        bias
    };
    Gradients {
        x: dx,
        h0: dh,
        weight_ih: weight(&dgx, x, inputs),
        weight_hh: weight(&dgh, &h[..steps * state], hidden),
        bias_ih: bias(&dgx),
        bias_hh: bias(&dgh),
    }
}
