//! One GRU layer over a whole sequence (Cho et al. 2014, in PyTorch's form).

use super::recurrent::{is_step_alone, on_cpu, steps_of};
use crate::cpu::gru::{Gradients, Trace};
use crate::cpu::recurrent::{Sequence, Weights};
use crate::gpu::{Gpu, View};
use crate::tensor::{Tensor, record};
use crate::{cpu, wgsl};

/// Parameters of one layer; the `3H` rows are the gates `r, z, n`, in this order.
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

/// Output of [`Tensor::gru`].
pub struct GruOutput {
    /// Hidden state after every step, `(T, B, H)`.
    pub output: Tensor,
    /// Hidden state after the last step, `(B, H)`.
    pub h: Tensor,
}

/// Values saved for the backward pass.
struct Saved {
    size: Sequence,
    x: Tensor,
    weight_ih: Tensor,
    weight_hh: Tensor,
    trace: Trace<Tensor>,
}

impl Tensor {
    /// Runs the layer over `x (T, B, I)` from `h0 (B, H)`. Time comes first, so that the rows of one step are
    /// contiguous.
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
        let size = Sequence { steps, batch, inputs, hidden };
        let operands = [self, h0, weight_ih, weight_hh, bias_ih, bias_hh];
        if let Some(gpu) = Self::gpu_of(&operands).filter(|_| is_step_alone(size, &operands)) {
            return step_on_gpu(&gpu, size, operands);
        }
        let trace = forward(size, operands);
        let output = steps_of(&trace.h, 1, &[steps, batch, hidden]);
        let last = steps_of(&trace.h, steps, &[batch, hidden]);
        let [x, weight_ih, weight_hh] = [self, weight_ih, weight_hh].map(Self::detach);
        let saved = Saved { size, x, weight_ih, weight_hh, trace };
        let [output, h] = record(&operands, [output, last], move |upstream| {
            saved.backward([0, 1].map(|i| upstream.grad_of(i)), upstream.needs(0))
        });
        GruOutput { output, h }
    }
}

/// Decoding step: a single dispatch that saves nothing.
fn step_on_gpu(gpu: &Gpu, size: Sequence, operands: [&Tensor; 6]) -> GruOutput {
    let Sequence { batch, hidden, .. } = size;
    let buffers = operands.map(|operand| operand.buffer(gpu));
    let [x, h, weight_ih, weight_hh, bias_ih, bias_hh] = buffers.each_ref().map(View::from);
    let weights = Weights { weight_ih, weight_hh, bias_ih, bias_hh };
    let h = Tensor::on_gpu(gpu, &[batch, hidden], |y| wgsl::gru::step(x, h, weights, y));
    GruOutput { output: h.with_shape(&[1, batch, hidden]), h }
}

/// The operands are `x, h0, weight_ih, weight_hh, bias_ih, bias_hh`.
fn forward(size: Sequence, operands: [&Tensor; 6]) -> Trace<Tensor> {
    let Sequence { steps, batch, hidden, .. } = size;
    let (states, gates) = ([steps + 1, batch, hidden], [steps, batch, 3 * hidden]);
    match Tensor::gpu_of(&operands) {
        None => {
            let [x, h0, weight_ih, weight_hh, bias_ih, bias_hh] = operands;
            let weights = on_cpu(x, [weight_ih, weight_hh, bias_ih, bias_hh]);
            let trace = cpu::gru::forward(size, x.data(), h0.data(), weights);
            let [gh, rzn] = [trace.gh, trace.rzn].map(|values| Tensor::from_vec(values, &gates));
            Trace { h: Tensor::from_vec(trace.h, &states), gh, rzn }
        }
        Some(gpu) => {
            let buffers = operands.map(|operand| operand.buffer(&gpu));
            let [x, h0, weight_ih, weight_hh, bias_ih, bias_hh] = buffers.each_ref().map(View::from);
            let weights = Weights { weight_ih, weight_hh, bias_ih, bias_hh };
            let trace = wgsl::gru::forward(size, x, h0, weights);
            let [gh, rzn] = [trace.gh, trace.rzn].map(|buffer| Tensor::from_buffer(buffer, &gates));
            Trace { h: Tensor::from_buffer(trace.h, &states), gh, rzn }
        }
    }
}

impl Saved {
    /// Gradients of `x, h0, weight_ih, weight_hh, bias_ih, bias_hh`, in this order.
    fn backward(self, upstream: [Option<&Tensor>; 2], needs_x: bool) -> Vec<Option<Tensor>> {
        let Self { size, x, weight_ih, weight_hh, trace: Trace { h, gh, rzn } } = &self;
        let operands = [x, weight_ih, weight_hh, h, gh, rzn];
        match Tensor::gpu_of(&operands) {
            None => {
                let [x, weight_ih, weight_hh, h, gh, rzn] = operands.map(Tensor::data);
                let (trace, upstream) = (Trace { h, gh, rzn }, upstream.map(|dy| dy.map(Tensor::data)));
                let grads = cpu::gru::backward(*size, x, weight_ih, weight_hh, trace, upstream, needs_x);
                gradients(*size, grads, Tensor::from_vec)
            }
            Some(gpu) => {
                let buffers = operands.map(|operand| operand.buffer(&gpu));
                let [x, weight_ih, weight_hh, h, gh, rzn] = buffers.each_ref().map(View::from);
                let upstream = upstream.map(|dy| dy.map(|dy| dy.buffer(&gpu)));
                let dy = upstream.each_ref().map(|dy| dy.as_ref().map(View::from));
                let trace = Trace { h, gh, rzn };
                let grads = wgsl::gru::backward(*size, x, weight_ih, weight_hh, trace, dy, needs_x);
                gradients(*size, grads, Tensor::from_buffer)
            }
        }
    }
}

fn gradients<V>(
    size: Sequence,
    grads: Gradients<V>,
    tensor: impl Fn(V, &[usize]) -> Tensor,
) -> Vec<Option<Tensor>> {
    let Sequence { steps, batch, inputs, hidden } = size;
    vec![
        grads.x.map(|x| tensor(x, &[steps, batch, inputs])),
        Some(tensor(grads.h0, &[batch, hidden])),
        Some(tensor(grads.weight_ih, &[3 * hidden, inputs])),
        Some(tensor(grads.weight_hh, &[3 * hidden, hidden])),
        Some(tensor(grads.bias_ih, &[3 * hidden])),
        Some(tensor(grads.bias_hh, &[3 * hidden])),
    ]
}
