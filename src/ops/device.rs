//! Runs an op on the device of its operands.

use crate::gpu::View;
use crate::tensor::Tensor;

/// Computes a tensor of this shape where its operands are: `on_cpu` works on slices with a zeroed output, its
/// twin `on_gpu` on views of GPU memory. Not tracked.
#[track_caller]
pub(super) fn computed<const N: usize>(
    operands: [&Tensor; N],
    shape: &[usize],
    on_cpu: impl FnOnce([&[f32]; N], &mut [f32]),
    on_gpu: impl FnOnce([View<'_>; N], View<'_>),
) -> Tensor {
    let Some(gpu) = Tensor::gpu_of(&operands) else {
        let mut values = vec![0.0; shape.iter().product()];
        on_cpu(operands.map(Tensor::data), &mut values);
        return Tensor::from_vec(values, shape);
    };
    let buffers = operands.map(|operand| operand.buffer(&gpu));
    Tensor::on_gpu(&gpu, shape, |y| on_gpu(buffers.each_ref().map(View::from), y))
}
