//! Matrix products; twin of [`cpu::matmul`](crate::cpu::matmul).

use crate::gpu::Kernel;

/// The kernels of this file.
pub const KERNELS: &[Kernel] = &[];
