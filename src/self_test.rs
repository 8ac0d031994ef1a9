//! Tests whether this machine's GPU computes the same as the CPU: small cases of every op, forward and
//! backward, which together run every kernel.
//!
//! Some drivers silently compute wrong results. Before a GPU is used for writing, every case is run on both
//! devices and compared; most of the time is spent compiling the shaders. To keep the start of writing fast,
//! the kernels that only training needs are checked before training begins.

mod cases;

pub use cases::{CASES, On};

use crate::error::{Error, ErrorCode, Result};
use crate::gpu::Gpu;
use crate::tensor::{Device, Tensor, read_all};

/// The largest normalised difference between the devices that is not considered an error. Rounding over sums
/// of this length stays far below it.
const TOLERANCE: f64 = 1e-5;

/// What the GPU will be used for, and so which kernels must be correct.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Writing and translating: ops forward.
    Inference,
    /// Training as well: every kernel.
    Training,
}

/// Result of the self-test.
#[derive(Clone, Debug, PartialEq)]
pub struct Checked {
    /// The largest normalised difference between the devices.
    pub largest_error: f64,
    /// The op in which it occurred.
    pub op: &'static str,
    /// Number of ops compared.
    pub ops: usize,
}

/// Compares the results of all ops that this scope needs on this GPU with those on the CPU.
///
/// # Errors
/// `gpu-wrong` with the first op that differs and those of its kernels that no earlier op has exercised
/// successfully; `gpu-lost` or `out-of-memory`.
pub async fn self_test(gpu: &Gpu, scope: Scope) -> Result<Checked> {
    let mut checked = Checked { largest_error: 0.0, op: CASES[0].0, ops: 0 };
    for (op, _, case) in CASES.iter().filter(|(_, needed, _)| *needed == Scope::Inference || scope == *needed)
    {
        let expected = case(&On { device: Device::Cpu, scope });
        let proven = gpu.kernels();
        let outputs = case(&On { device: Device::Gpu(gpu.clone()), scope });
        let actual = read_all(&outputs.iter().collect::<Vec<_>>()).await?;
        let error = largest_error(&actual, &expected);
        if error.is_nan() || error > TOLERANCE {
            let mut suspects = gpu.kernels();
            suspects.retain(|kernel| !proven.contains(kernel));
            suspects.sort_unstable();
            let (name, kernels) = (gpu.name(), suspects.join(", "));
            let message = format!("the GPU ({name}) computes {op} wrongly: error {error:.1e} in [{kernels}]");
            return Err(Error::new(ErrorCode::GpuWrong, message));
        }
        checked.ops += 1;
        if error > checked.largest_error {
            (checked.largest_error, checked.op) = (error, op);
        }
    }
    Ok(checked)
}

/// The largest normalised difference of any tensor from its part of `actual`; NaN if one of the differences
/// is NaN.
fn largest_error(mut actual: &[f32], expected: &[Tensor]) -> f64 {
    let errors = expected.iter().map(|expected| {
        let (own, rest) = actual.split_at(expected.numel());
        actual = rest;
        normalised_difference(own, expected.data())
    });
    errors.fold(0.0, |largest, error| if error > largest || error.is_nan() { error } else { largest })
}

/// Root of the sum of squared differences, relative to the root of the sum of squares.
fn normalised_difference(actual: &[f32], expected: &[f32]) -> f64 {
    let pairs = || actual.iter().zip(expected).map(|(&a, &e)| (f64::from(a), f64::from(e)));
    let differences: f64 = pairs().map(|(a, e)| (a - e).powi(2)).sum();
    let squares: f64 = pairs().map(|(_, e)| e * e).sum();
    (differences / squares.max(f64::MIN_POSITIVE)).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difference_is_noticed_and_nothing_is_not_a_number() {
        assert_eq!(normalised_difference(&[1.0, 2.0], &[1.0, 2.0]), 0.0);
        assert!(normalised_difference(&[1.0, 2.001], &[1.0, 2.0]) > TOLERANCE);
        assert!(normalised_difference(&[1.0, f32::NAN], &[1.0, 2.0]).is_nan());
        let expected = [Tensor::from_vec(vec![1e6], &[1]), Tensor::from_vec(vec![1.0], &[1])];
        assert_eq!(largest_error(&[1e6, 1.0], &expected), 0.0);
        assert!(largest_error(&[1e6, 1.01], &expected) > TOLERANCE, "large numbers hide no small ones");
        assert!(largest_error(&[f32::NAN, 1.0], &expected).is_nan());
        for (op, _, case) in CASES {
            let outputs = case(&On { device: Device::Cpu, scope: Scope::Training });
            assert!(outputs.iter().flat_map(Tensor::to_vec).all(f32::is_finite), "{op}");
        }
    }
}
