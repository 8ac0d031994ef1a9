//! The kernels on the GPU: for each file of [`cpu`](crate::cpu) its twin of the same name, which records
//! the dispatches of the shaders in `shaders/`. Like there, shapes are the caller's business and lengths are
//! checked; unlike there, nothing is computed until somebody reads.

/// Declares the parameters of a shader behind its head: a struct that a dispatch takes the bytes of, and
/// `PARAMS`, by which the kernel says how it is laid out. Only number types and arrays of them, written out
/// (`[u32; 4]`).
macro_rules! params {
    ($(#[$about:meta])* struct $name:ident { $($(#[$meaning:meta])* $field:ident: $kind:ty),* $(,)? }) => {
        $(#[$about])*
        #[repr(C)]
        #[derive(Clone, Copy, bytemuck::Pod, bytemuck::Zeroable)]
        struct $name {
            $($(#[$meaning])* $field: $kind),*
        }

        impl $name {
            const PARAMS: crate::gpu::Params = crate::gpu::Params {
                bytes: size_of::<Self>(),
                fields: &[$((stringify!($field), stringify!($kind), std::mem::offset_of!(Self, $field))),*],
            };
        }
    };
}

pub mod adamw;
pub mod attention;
pub mod cells;
pub mod cross_entropy;
pub mod elementwise;
pub mod gather;
pub mod gru;
pub mod layer_norm;
pub mod lstm;
pub mod matmul;
pub mod permute;
pub mod recurrent;
pub mod reduce;
pub mod softmax;

use crate::gpu::Kernel;

/// Every kernel: what the tests validate and the self-test runs.
pub const KERNELS: &[&[Kernel]] = &[
    adamw::KERNELS,
    attention::KERNELS,
    cells::KERNELS,
    cross_entropy::KERNELS,
    elementwise::KERNELS,
    gather::KERNELS,
    layer_norm::KERNELS,
    matmul::KERNELS,
    permute::KERNELS,
    reduce::KERNELS,
    softmax::KERNELS,
];

/// The parts that shaders are joined from.
mod lib {
    /// Parameters that the recorder fills in.
    pub const HEAD: &str = include_str!("../../shaders/lib/head.wgsl");
    /// `exp_` and its like.
    pub const MATH: &str = include_str!("../../shaders/lib/math.wgsl");
    /// Sums and maxima over a workgroup.
    pub const REDUCE: &str = include_str!("../../shaders/lib/reduce.wgsl");
}

/// A `u32` of a shader's parameters.
#[track_caller]
fn word(value: usize) -> u32 {
    u32::try_from(value).expect("a shader counts in 32 bits")
}
