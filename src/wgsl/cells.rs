//! The cells of LSTM and GRU; twin of [`cpu::cells`](crate::cpu::cells).

use crate::gpu::Kernel;

/// The kernels of this file.
pub const KERNELS: &[Kernel] = &[];
