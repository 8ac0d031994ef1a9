//! One LSTM layer over a whole sequence (Hochreiter and Schmidhuber 1997, in PyTorch's form).

use super::recurrent::{is_step_alone, on_cpu, steps_of};
use crate::cpu::lstm::{Gradients, Trace};
use crate::cpu::recurrent::{Sequence, Weights};
use crate::gpu::{Gpu, View};
use crate::tensor::{Tensor, record};
use crate::{cpu, wgsl};

/// Parameters of one layer; the `4H` rows are the gates `i, f, g, o`, in this order.
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

/// Output of [`Tensor::lstm`].
pub struct LstmOutput {
    /// Hidden state after every step, `(T, B, H)`.
    pub output: Tensor,
    /// Hidden state after the last step, `(B, H)`.
    pub h: Tensor,
    /// Cell state after the last step, `(B, H)`.
    pub c: Tensor,
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
    /// Runs the layer over `x (T, B, I)` from `h0` and `c0` `(B, H)`. Time comes first, so that the rows of
    /// one step are contiguous.
    ///
    /// ```text
    /// [i f g o] = W_ih x_t + b_ih + W_hh h_{t-1} + b_hh
    /// c_t = σ(f) c_{t-1} + σ(i) tanh(g)        h_t = σ(o) tanh(c_t)
    /// ```
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
        let size = Sequence { steps, batch, inputs, hidden };
        let operands = [self, h0, c0, weight_ih, weight_hh, bias_ih, bias_hh];
        if let Some(gpu) = Self::gpu_of(&operands).filter(|_| is_step_alone(size, &operands)) {
            return step_on_gpu(&gpu, size, operands);
        }
        recorded(size, operands, forward(size, operands))
    }

    /// Like [`Tensor::lstm`], but also returns the activated gates `(T, B, 4H)` and the cell state after
    /// every step `(T, B, H)`. These are for inspection and carry no gradient.
    #[track_caller]
    pub fn lstm_watched(&self, h0: &Self, c0: &Self, weights: LstmWeights<'_>) -> (LstmOutput, [Self; 2]) {
        let LstmWeights { weight_ih, weight_hh, bias_ih, bias_hh } = weights;
        let &[steps, batch, inputs] = self.shape() else { panic!("lstm: x {:?}", self.shape()) };
        let size = Sequence { steps, batch, inputs, hidden: weight_hh.dim(1) };
        let operands = [self, h0, c0, weight_ih, weight_hh, bias_ih, bias_hh];
        let trace = forward(size, operands);
        let cells = steps_of(&trace.c, 1, &[steps, batch, size.hidden]);
        let gates = trace.gates.clone();
        (recorded(size, operands, trace), [gates, cells])
    }
}

/// Records a finished forward pass on the tape.
fn recorded(size: Sequence, operands: [&Tensor; 7], trace: Trace<Tensor>) -> LstmOutput {
    let Sequence { steps, batch, hidden, .. } = size;
    let output = steps_of(&trace.h, 1, &[steps, batch, hidden]);
    let [h, c] = [&trace.h, &trace.c].map(|states| steps_of(states, steps, &[batch, hidden]));
    let [x, weight_ih, weight_hh] = [operands[0], operands[3], operands[4]].map(Tensor::detach);
    let saved = Saved { size, x, weight_ih, weight_hh, trace };
    let [output, h, c] = record(&operands, [output, h, c], move |upstream| {
        saved.backward([0, 1, 2].map(|i| upstream.grad_of(i)), upstream.needs(0))
    });
    LstmOutput { output, h, c }
}

/// Decoding step: a single dispatch that saves nothing.
fn step_on_gpu(gpu: &Gpu, size: Sequence, operands: [&Tensor; 7]) -> LstmOutput {
    let Sequence { batch, hidden, .. } = size;
    let buffers = operands.map(|operand| operand.buffer(gpu));
    let [x, h, c, weight_ih, weight_hh, bias_ih, bias_hh] = buffers.each_ref().map(View::from);
    let weights = Weights { weight_ih, weight_hh, bias_ih, bias_hh };
    let after = Tensor::on_gpu(gpu, &[2, batch, hidden], |y| wgsl::lstm::step(x, h, c, weights, y));
    let [h, c] = [0, 1].map(|index| steps_of(&after, index, &[batch, hidden]));
    LstmOutput { output: h.with_shape(&[1, batch, hidden]), h, c }
}

/// The operands are `x, h0, c0, weight_ih, weight_hh, bias_ih, bias_hh`.
fn forward(size: Sequence, operands: [&Tensor; 7]) -> Trace<Tensor> {
    let Sequence { steps, batch, hidden, .. } = size;
    let (states, gates) = ([steps + 1, batch, hidden], [steps, batch, 4 * hidden]);
    match Tensor::gpu_of(&operands) {
        None => {
            let [x, h0, c0, weight_ih, weight_hh, bias_ih, bias_hh] = operands;
            let weights = on_cpu(x, [weight_ih, weight_hh, bias_ih, bias_hh]);
            let trace = cpu::lstm::forward(size, x.data(), h0.data(), c0.data(), weights);
            let [h, c] = [trace.h, trace.c].map(|values| Tensor::from_vec(values, &states));
            Trace { h, c, gates: Tensor::from_vec(trace.gates, &gates) }
        }
        Some(gpu) => {
            let buffers = operands.map(|operand| operand.buffer(&gpu));
            let [x, h0, c0, weight_ih, weight_hh, bias_ih, bias_hh] = buffers.each_ref().map(View::from);
            let weights = Weights { weight_ih, weight_hh, bias_ih, bias_hh };
            let trace = wgsl::lstm::forward(size, x, h0, c0, weights);
            let [h, c] = [trace.h, trace.c].map(|buffer| Tensor::from_buffer(buffer, &states));
            Trace { h, c, gates: Tensor::from_buffer(trace.gates, &gates) }
        }
    }
}

impl Saved {
    /// Gradients of `x, h0, c0, weight_ih, weight_hh, bias_ih, bias_hh`, in this order.
    fn backward(self, upstream: [Option<&Tensor>; 3], needs_x: bool) -> Vec<Option<Tensor>> {
        let Self { size, x, weight_ih, weight_hh, trace: Trace { h, c, gates } } = &self;
        let operands = [x, weight_ih, weight_hh, h, c, gates];
        match Tensor::gpu_of(&operands) {
            None => {
                let [x, weight_ih, weight_hh, h, c, gates] = operands.map(Tensor::data);
                let (trace, upstream) = (Trace { h, c, gates }, upstream.map(|dy| dy.map(Tensor::data)));
                let grads = cpu::lstm::backward(*size, x, weight_ih, weight_hh, trace, upstream, needs_x);
                gradients(*size, grads, Tensor::from_vec)
            }
            Some(gpu) => {
                let buffers = operands.map(|operand| operand.buffer(&gpu));
                let [x, weight_ih, weight_hh, h, c, gates] = buffers.each_ref().map(View::from);
                let upstream = upstream.map(|dy| dy.map(|dy| dy.buffer(&gpu)));
                let dy = upstream.each_ref().map(|dy| dy.as_ref().map(View::from));
                let trace = Trace { h, c, gates };
                let grads = wgsl::lstm::backward(*size, x, weight_ih, weight_hh, trace, dy, needs_x);
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
    let bias = tensor(grads.bias, &[4 * hidden]);
    vec![
        grads.x.map(|x| tensor(x, &[steps, batch, inputs])),
        Some(tensor(grads.h0, &[batch, hidden])),
        Some(tensor(grads.c0, &[batch, hidden])),
        Some(tensor(grads.weight_ih, &[4 * hidden, inputs])),
        Some(tensor(grads.weight_hh, &[4 * hidden, hidden])),
        Some(bias.clone()),
        Some(bias),
    ]
}
