//! Scaled dot-product attention; twin of [`cpu::attention`](crate::cpu::attention).

use crate::gpu::Kernel;

/// The kernels of this file.
pub const KERNELS: &[Kernel] = &[];
