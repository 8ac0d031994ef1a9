//! The loss; twin of [`cpu::cross_entropy`](crate::cpu::cross_entropy).

use crate::gpu::Kernel;

/// The kernels of this file.
pub const KERNELS: &[Kernel] = &[];
