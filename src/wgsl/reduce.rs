//! Sums; twin of [`cpu::reduce`](crate::cpu::reduce).

use crate::gpu::Kernel;

/// The kernels of this file.
pub const KERNELS: &[Kernel] = &[];
