//! GPU infrastructure. All uses of wgpu are in this module, and nothing in it depends on a particular op.
//!
//! A [`Gpu`] hands out [`Buffer`]s from a pool and records [`Gpu::dispatch`]es of [`Kernel`]s. Nothing runs
//! until something is read back ([`Gpu::read`]) or the recording is full: a whole step of a model is one
//! submission. Only requesting a GPU and reading are `async`, also natively. Faults along the way (a lost
//! device, lack of memory) are remembered and become the error of the next read.

#[cfg(not(feature = "gpu"))]
mod absent;
#[cfg(feature = "gpu")]
mod buffer;
#[cfg(feature = "gpu")]
mod context;
mod kernel;
#[cfg(feature = "gpu")]
mod pipeline;
#[cfg(feature = "gpu")]
mod pool;
#[cfg(feature = "gpu")]
mod recorder;
mod view;

#[cfg(not(feature = "gpu"))]
pub use absent::{Buffer, Gpu};
#[cfg(feature = "gpu")]
pub use buffer::Buffer;
#[cfg(feature = "gpu")]
pub use context::Gpu;
pub use kernel::{Access, Dispatch, Kernel, Params};
pub use view::{MemoryUse, View};

/// Workgroup size of the simple kernels.
pub const WORKGROUP: usize = 256;

/// Size in bytes of the part of every kernel's parameters that [`Gpu::dispatch`] fills in: the `Head` of
/// `shaders/lib/head.wgsl`.
pub const HEAD_BYTES: usize = 48;
