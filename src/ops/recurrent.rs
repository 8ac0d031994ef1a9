//! What LSTM and GRU have in common.

use crate::shape::Shape;
use crate::tensor::Tensor;

/// A copy of `states (T + 1, B, H)` from step `first` on, as many as fill `shape`; not tracked.
pub(super) fn steps_of(states: &Tensor, first: usize, shape: &[usize]) -> Tensor {
    let (start, len) = (first * states.dim(1) * states.dim(2), Shape::new(shape).numel());
    match states.gpu() {
        None => Tensor::from_vec(states.data()[start..start + len].to_vec(), shape),
        Some(gpu) => Tensor::on_gpu(gpu, shape, |y| gpu.copy(states.buffer(gpu).view(start, len), y)),
    }
}
