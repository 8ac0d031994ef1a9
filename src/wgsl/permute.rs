//! Rearranging dimensions; twin of [`cpu::permute`](crate::cpu::permute).

use crate::gpu::Kernel;

/// The kernels of this file.
pub const KERNELS: &[Kernel] = &[];
