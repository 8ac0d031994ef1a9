//! One LSTM layer over a whole sequence (Hochreiter and Schmidhuber 1997, in PyTorch's form).

use crate::cpu::cells::{lstm_cell, lstm_cell_backward};
use crate::cpu::elementwise::add_assign;
use crate::cpu::matmul::{Matmul, matmul};
use crate::cpu::reduce::sum_rows;
use crate::tensor::{Tensor, record};

/// Parameters of one layer; the `4H` rows are the gates `i, f, g, o`.
#[derive(Clone, Copy)]
pub struct LstmWeights<'a> {
    /// `(4H, I)`
    pub weight_ih: &'a Tensor,
    /// `(4H, H)`
    pub weight_hh: &'a Tensor,
    /// `(4H)`
    pub bias_ih: &'a Tensor,
    /// `(4H)`
    pub bias_hh: &'a Tensor,
}

/// What [`Tensor::lstm`] gives.
pub struct LstmOutput {
    /// Hidden state after every step, `(T, B, H)`.
    pub output: Tensor,
    /// Hidden state after the last step, `(B, H)`.
    pub h: Tensor,
    /// Cell state after the last step, `(B, H)`.
    pub c: Tensor,
}

/// Values that the backward pass needs again.
struct Saved {
    x: Tensor,
    weight_ih: Tensor,
    weight_hh: Tensor,
    /// `(T + 1, B, H)`: the initial state, then the state after every step.
    h: Vec<f32>,
    /// `(T + 1, B, H)`
    c: Vec<f32>,
    /// `(T, B, 4H)`, activated.
    gates: Vec<f32>,
    steps: usize,
    batch: usize,
    hidden: usize,
}

impl Tensor {
    /// `x (T, B, I)`, `h0` and `c0 (B, H)`: time first, so that the rows of one step lie together.
    ///
    /// ```text
    /// [i f g o] = W_ih x_t + b_ih + W_hh h_{t-1} + b_hh
    /// c_t = σ(f) c_{t-1} + σ(i) tanh(g)        h_t = σ(o) tanh(c_t)
    /// ```
    /// All input projections are one matmul, and so is every weight gradient.
    #[track_caller]
    pub fn lstm(&self, h0: &Self, c0: &Self, weights: LstmWeights<'_>) -> LstmOutput {
        let LstmWeights { weight_ih, weight_hh, bias_ih, bias_hh } = weights;
        let (hidden, inputs) = (weight_hh.dim(1), weight_ih.dim(1));
        let (steps, batch) = (self.dim(0), self.dim(1));
        assert!(
            self.cols() == inputs && h0.shape() == [batch, hidden] && c0.shape() == [batch, hidden],
            "lstm: x {:?}, h0 {:?}, c0 {:?}, weight_ih {:?}",
            self.shape(),
            h0.shape(),
            c0.shape(),
            weight_ih.shape()
        );
        let bias: Vec<f32> = bias_ih.data().iter().zip(bias_hh.data()).map(|(a, b)| a + b).collect();
        let mut gates = bias.repeat(steps * batch);
        let (m, n) = (steps * batch, 4 * hidden);
        let spec = Matmul { m, k: inputs, n, trans_a: false, trans_b: true, accumulate: true };
        matmul(spec, self.data(), weight_ih.data(), &mut gates);

        let (state, gate) = (batch * hidden, batch * 4 * hidden);
        let mut h = vec![0.0; (steps + 1) * state];
        let mut c = vec![0.0; (steps + 1) * state];
        h[..state].copy_from_slice(h0.data());
        c[..state].copy_from_slice(c0.data());
        for t in 0..steps {
            let gates = &mut gates[t * gate..][..gate];
            let (h_prev, h_next) = h[t * state..][..2 * state].split_at_mut(state);
            let (c_prev, c_next) = c[t * state..][..2 * state].split_at_mut(state);
            matmul(Matmul { m: batch, k: hidden, ..spec }, h_prev, weight_hh.data(), gates);
            lstm_cell(gates, c_prev, c_next, h_next, hidden);
        }

        let output = Self::from_vec(h[state..].to_vec(), &[steps, batch, hidden]);
        let last = |states: &[f32]| Self::from_vec(states[steps * state..].to_vec(), &[batch, hidden]);
        let outputs = [output, last(&h), last(&c)];
        let (x, weight_ih_kept, weight_hh_kept) = (self.detach(), weight_ih.detach(), weight_hh.detach());
        let saved = Saved {
            x,
            weight_ih: weight_ih_kept,
            weight_hh: weight_hh_kept,
            h,
            c,
            gates,
            steps,
            batch,
            hidden,
        };
        let inputs = [self, h0, c0, weight_ih, weight_hh, bias_ih, bias_hh];
        let [output, h, c] = record(&inputs, outputs, move |upstream| {
            let dy: [Option<&Self>; 3] = [0, 1, 2].map(|i| upstream.grad_of(i));
            saved.backward(dy, upstream.needs(0))
        });
        LstmOutput { output, h, c }
    }
}

impl Saved {
    /// Gradients of `x, h0, c0, weight_ih, weight_hh, bias_ih, bias_hh`.
    fn backward(self, [dy, dh_last, dc_last]: [Option<&Tensor>; 3], needs_x: bool) -> Vec<Option<Tensor>> {
        let Self { x, weight_ih, weight_hh, h, c, gates, steps, batch, hidden } = self;
        let (state, gate, inputs) = (batch * hidden, batch * 4 * hidden, x.cols());
        let initial = |grad: Option<&Tensor>| grad.map_or_else(|| vec![0.0; state], Tensor::to_vec);
        let (mut dh, mut dc) = (initial(dh_last), initial(dc_last));
        let mut dgates = vec![0.0; steps * gate];
        let step =
            Matmul { m: batch, k: 4 * hidden, n: hidden, trans_a: false, trans_b: false, accumulate: false };
        for t in (0..steps).rev() {
            if let Some(dy) = dy {
                add_assign(&dy.data()[t * state..][..state], &mut dh);
            }
            let (gates, dgates) = (&gates[t * gate..][..gate], &mut dgates[t * gate..][..gate]);
            let (c_prev, c_next) = c[t * state..][..2 * state].split_at(state);
            lstm_cell_backward(gates, c_prev, c_next, &dh, &mut dc, dgates, hidden);
            matmul(step, dgates, weight_hh.data(), &mut dh);
        }
        let dx = needs_x.then(|| {
            let mut dx = vec![0.0; x.numel()];
            matmul(Matmul { m: steps * batch, n: inputs, ..step }, &dgates, weight_ih.data(), &mut dx);
            Tensor::from_vec(dx, x.shape())
        });
        // dW = dgatesᵀ · inputs, over all steps at once.
        let weight_grad = |input: &[f32], cols: usize| {
            let mut dw = vec![0.0; 4 * hidden * cols];
            let spec = Matmul { m: 4 * hidden, k: steps * batch, n: cols, trans_a: true, ..step };
            matmul(spec, &dgates, input, &mut dw);
            Tensor::from_vec(dw, &[4 * hidden, cols])
        };
        let mut bias = vec![0.0; 4 * hidden];
        sum_rows(&dgates, 4 * hidden, &mut bias);
        let bias = Tensor::from_vec(bias, &[4 * hidden]);
        vec![
            dx,
            Some(Tensor::from_vec(dh, &[batch, hidden])),
            Some(Tensor::from_vec(dc, &[batch, hidden])),
            Some(weight_grad(x.data(), inputs)),
            Some(weight_grad(&h[..steps * state], hidden)),
            Some(bias.clone()),
            Some(bias),
        ]
    }
}
