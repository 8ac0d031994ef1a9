//! Shared by LSTM and GRU.

use super::device::computed;
use crate::cpu::matrix::Matrix;
use crate::cpu::recurrent::{Sequence, Weights};
use crate::shape::Shape;
use crate::tensor::{Tensor, is_tracked};

/// Maximum number of rows for the one-step kernels, which read the weights again for every few rows.
const MOST_STEP_ROWS: usize = 16;

/// Whether this is a decoding step: one step of few rows, without a backward pass.
pub(super) fn is_step_alone(size: Sequence, operands: &[&Tensor]) -> bool {
    size.steps == 1 && size.batch <= MOST_STEP_ROWS && !is_tracked(operands)
}

/// A layer's `weight_ih, weight_hh, bias_ih, bias_hh` in main memory, in the form needed to multiply `x` with
/// them.
pub(super) fn on_cpu<'a>(x: &Tensor, weights: [&'a Tensor; 4]) -> Weights<&'a [f32], Matrix<'a>> {
    let [weight_ih, weight_hh, bias_ih, bias_hh] = weights;
    Weights {
        weight_ih: weight_ih.matrix(x),
        weight_hh: weight_hh.matrix(x),
        bias_ih: bias_ih.data(),
        bias_hh: bias_hh.data(),
    }
}

/// Copies as much of `states (T + 1, B, H)`, from step `first` on, as fills `shape`; not tracked.
pub(super) fn steps_of(states: &Tensor, first: usize, shape: &[usize]) -> Tensor {
    let (start, len) = (first * states.dim(1) * states.dim(2), Shape::new(shape).numel());
    computed(
        [states],
        shape,
        |[states], y| y.copy_from_slice(&states[start..start + len]),
        |[states], y| y.buffer.gpu().copy(states.part(start, len), y),
    )
}
