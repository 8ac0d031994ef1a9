//! What LSTM and GRU have in common.

use crate::cpu::recurrent::Sequence;
use crate::shape::Shape;
use crate::tensor::{Tensor, is_tracked};

/// So many rows share a reading of the weights, more or less, when a layer takes one step.
const MOST_STEP_ROWS: usize = 16;

/// Whether this is a step of decoding: one for few rows, without a backward pass.
pub(super) fn is_step_alone(size: Sequence, operands: &[&Tensor]) -> bool {
    size.steps == 1 && size.batch <= MOST_STEP_ROWS && !is_tracked(operands)
}

/// A copy of `states (T + 1, B, H)` from step `first` on, as many as fill `shape`; not tracked.
pub(super) fn steps_of(states: &Tensor, first: usize, shape: &[usize]) -> Tensor {
    let (start, len) = (first * states.dim(1) * states.dim(2), Shape::new(shape).numel());
    match states.gpu() {
        None => Tensor::from_vec(states.data()[start..start + len].to_vec(), shape),
        Some(gpu) => Tensor::on_gpu(gpu, shape, |y| gpu.copy(states.buffer(gpu).view(start, len), y)),
    }
}
