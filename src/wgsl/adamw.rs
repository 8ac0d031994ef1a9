//! The optimiser; twin of [`cpu::adamw`](crate::cpu::adamw).

use crate::gpu::Kernel;

/// The kernels of this file.
pub const KERNELS: &[Kernel] = &[];
