//! The machinery of the GPU: every wgpu name lives in this room, and no op's meaning does.
//!
//! A [`Gpu`] hands out [`Buffer`]s from a pool and records [`Gpu::dispatch`]es of [`Kernel`]s. Nothing runs
//! until something is read back ([`Gpu::read`]) or the recording is full: a whole step of a model is one
//! submission. Only asking for a GPU and reading are `async`, natively too. What goes wrong on the way (a
//! lost device, no memory) is remembered and becomes the error of the next read.

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

/// Number of invocations of a workgroup that the simple kernels use.
pub const WORKGROUP: usize = 256;

/// Bytes of the part of every kernel's parameters that [`Gpu::dispatch`] fills in itself: the `Head` of
/// `shaders/lib/head.wgsl`.
pub const HEAD_BYTES: usize = 48;
