//! Rows of a table; twin of [`cpu::gather`](crate::cpu::gather).

use crate::gpu::Kernel;

/// The kernels of this file.
pub const KERNELS: &[Kernel] = &[];
