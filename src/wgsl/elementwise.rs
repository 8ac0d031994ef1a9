//! Functions of single numbers, of pairs with broadcasting, and what training does to single numbers; twin of
//! [`cpu::elementwise`](crate::cpu::elementwise).

use crate::gpu::Kernel;

/// The kernels of this file.
pub const KERNELS: &[Kernel] = &[];
