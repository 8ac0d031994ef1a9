//! Layer normalisation; twin of [`cpu::layer_norm`](crate::cpu::layer_norm).

use crate::gpu::Kernel;

/// The kernels of this file.
pub const KERNELS: &[Kernel] = &[];
