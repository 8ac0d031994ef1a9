//! One GRU layer over a whole sequence (Cho et al. 2014, in PyTorch's form).

use crate::cpu::cells::{gru_cell, gru_cell_backward};
use crate::cpu::elementwise::add_assign;
use crate::cpu::matmul::{Matmul, matmul};
use crate::cpu::reduce::sum_rows;
use crate::tensor::{Tensor, record};

/// Parameters of one layer; the `3H` rows are the gates `r, z, n`.
#[derive(Clone, Copy)]
pub struct GruWeights<'a> {
    /// `(3H, I)`
    pub weight_ih: &'a Tensor,
    /// `(3H, H)`
    pub weight_hh: &'a Tensor,
    /// `(3H)`
    pub bias_ih: &'a Tensor,
    /// `(3H)`
    pub bias_hh: &'a Tensor,
}

/// What [`Tensor::gru`] gives.
pub struct GruOutput {
    /// Hidden state after every step, `(T, B, H)`.
    pub output: Tensor,
    /// Hidden state after the last step, `(B, H)`.
    pub h: Tensor,
}

struct Saved {
    x: Tensor,
    weight_ih: Tensor,
    weight_hh: Tensor,
    /// `(T + 1, B, H)`: the initial state, then the state after every step.
    h: Vec<f32>,
    /// `(T, B, 3H)`: `W_hh h + b_hh`.
    gh: Vec<f32>,
    /// `(T, B, 3H)`, activated.
    rzn: Vec<f32>,
    steps: usize,
    batch: usize,
    hidden: usize,
}

impl Tensor {
    /// `x (T, B, I)`, `h0 (B, H)`: time first, so that the rows of one step lie together.
    ///
    /// ```text
    /// r = σ(W_ir x + b_ir + W_hr h + b_hr)     z = σ(W_iz x + b_iz + W_hz h + b_hz)
    /// n = tanh(W_in x + b_in + r (W_hn h + b_hn))          h' = (1 - z) n + z h
    /// ```
    #[track_caller]
    pub fn gru(&self, h0: &Self, weights: GruWeights<'_>) -> GruOutput {
        let GruWeights { weight_ih, weight_hh, bias_ih, bias_hh } = weights;
        let (hidden, inputs) = (weight_hh.dim(1), weight_ih.dim(1));
        let (steps, batch) = (self.dim(0), self.dim(1));
        assert!(
            self.cols() == inputs && h0.shape() == [batch, hidden],
            "gru: x {:?}, h0 {:?}, weight_ih {:?}",
            self.shape(),
            h0.shape(),
            weight_ih.shape()
        );
        let (state, gate) = (batch * hidden, batch * 3 * hidden);
        let mut gx = bias_ih.data().repeat(steps * batch);
        let (m, n) = (steps * batch, 3 * hidden);
        let spec = Matmul { m, k: inputs, n, trans_a: false, trans_b: true, accumulate: true };
        matmul(spec, self.data(), weight_ih.data(), &mut gx);
        let mut gh = bias_hh.data().repeat(steps * batch);
        let mut rzn = vec![0.0; steps * gate];
        let mut h = vec![0.0; (steps + 1) * state];
        h[..state].copy_from_slice(h0.data());
        for t in 0..steps {
            let gh = &mut gh[t * gate..][..gate];
            let (h_prev, h_next) = h[t * state..][..2 * state].split_at_mut(state);
            matmul(Matmul { m: batch, k: hidden, ..spec }, h_prev, weight_hh.data(), gh);
            gru_cell(&gx[t * gate..][..gate], gh, h_prev, h_next, &mut rzn[t * gate..][..gate], hidden);
        }
        let output = Self::from_vec(h[state..].to_vec(), &[steps, batch, hidden]);
        let last = Self::from_vec(h[steps * state..].to_vec(), &[batch, hidden]);
        let (x, w_ih, w_hh) = (self.detach(), weight_ih.detach(), weight_hh.detach());
        let saved = Saved { x, weight_ih: w_ih, weight_hh: w_hh, h, gh, rzn, steps, batch, hidden };
        let inputs = [self, h0, weight_ih, weight_hh, bias_ih, bias_hh];
        let [output, h] = record(&inputs, [output, last], move |upstream| {
            saved.backward(upstream.grad_of(0), upstream.grad_of(1), upstream.needs(0))
        });
        GruOutput { output, h }
    }
}

impl Saved {
    /// Gradients of `x, h0, weight_ih, weight_hh, bias_ih, bias_hh`.
    fn backward(self, dy: Option<&Tensor>, dh_last: Option<&Tensor>, needs_x: bool) -> Vec<Option<Tensor>> {
        let Self { x, weight_ih, weight_hh, h, gh, rzn, steps, batch, hidden } = self;
        let (state, gate, inputs) = (batch * hidden, batch * 3 * hidden, x.cols());
        let mut dh = dh_last.map_or_else(|| vec![0.0; state], Tensor::to_vec);
        let mut dh_prev = vec![0.0; state];
        let (mut dgx, mut dgh) = (vec![0.0; steps * gate], vec![0.0; steps * gate]);
        let step =
            Matmul { m: batch, k: 3 * hidden, n: hidden, trans_a: false, trans_b: false, accumulate: true };
        for t in (0..steps).rev() {
            if let Some(dy) = dy {
                add_assign(&dy.data()[t * state..][..state], &mut dh);
            }
            let range = t * gate..(t + 1) * gate;
            let h_prev = &h[t * state..][..state];
            let (dgx, dgh) = (&mut dgx[range.clone()], &mut dgh[range.clone()]);
            gru_cell_backward(&rzn[range.clone()], &gh[range], h_prev, &dh, dgx, dgh, &mut dh_prev, hidden);
            matmul(step, dgh, weight_hh.data(), &mut dh_prev);
            std::mem::swap(&mut dh, &mut dh_prev);
        }
        let dx = needs_x.then(|| {
            let mut dx = vec![0.0; x.numel()];
            matmul(Matmul { m: steps * batch, n: inputs, ..step }, &dgx, weight_ih.data(), &mut dx);
            Tensor::from_vec(dx, x.shape())
        });
        let weight_grad = |dgates: &[f32], input: &[f32], cols: usize| {
            let mut dw = vec![0.0; 3 * hidden * cols];
            let spec = Matmul { m: 3 * hidden, k: steps * batch, n: cols, trans_a: true, ..step };
            matmul(spec, dgates, input, &mut dw);
            Some(Tensor::from_vec(dw, &[3 * hidden, cols]))
        };
        let bias_grad = |dgates: &[f32]| {
            let mut bias = vec![0.0; 3 * hidden];
            sum_rows(dgates, 3 * hidden, &mut bias);
            Some(Tensor::from_vec(bias, &[3 * hidden]))
        };
        vec![
            dx,
            Some(Tensor::from_vec(dh, &[batch, hidden])),
            weight_grad(&dgx, x.data(), inputs),
            weight_grad(&dgh, &h[..steps * state], hidden),
            bias_grad(&dgx),
            bias_grad(&dgh),
        ]
    }
}
