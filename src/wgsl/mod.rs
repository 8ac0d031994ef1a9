//! The GPU kernels: each file of [`cpu`](crate::cpu) has a twin of the same name here, which records
//! dispatches of the shaders in `shaders/`. As there, lengths are checked against the shapes that the caller
//! gives; unlike there, nothing is computed until a result is read.

/// Declares a shader's parameters after the head: a struct whose bytes a dispatch takes, and `PARAMS`, its
/// layout for the kernel's declaration. Fields must be number types or arrays of them, written out
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
pub mod attend;
pub mod attention;
pub mod cells;
pub mod conv2d;
pub mod cross_entropy;
pub mod elementwise;
pub mod gather;
pub mod gru;
pub mod layer_norm;
pub mod lstm;
pub mod matmul;
pub mod peak;
pub mod permute;
pub mod pool2d;
pub mod recurrent;
pub mod reduce;
mod rows;
pub mod softmax;
mod strided;
pub mod windows;

use crate::gpu::{Gpu, Kernel, View};

/// Every kernel, for tests and the self-test.
pub const KERNELS: &[&[Kernel]] = &[
    adamw::KERNELS,
    attend::KERNELS,
    attention::KERNELS,
    cells::KERNELS,
    cross_entropy::KERNELS,
    elementwise::KERNELS,
    gather::KERNELS,
    gru::KERNELS,
    layer_norm::KERNELS,
    lstm::KERNELS,
    matmul::KERNELS,
    peak::KERNELS,
    permute::KERNELS,
    pool2d::KERNELS,
    reduce::KERNELS,
    softmax::KERNELS,
    windows::KERNELS,
];

/// Shader fragments that the kernels are assembled from.
mod lib {
    /// Parameters that the recorder fills in.
    pub const HEAD: &str = include_str!("../../shaders/lib/head.wgsl");
    /// Assigns elements to the invocations of a workgroup.
    pub const ELEMENTS: &str = include_str!("../../shaders/lib/elements.wgsl");
    /// Converts an element's index to offsets along axes.
    pub const AXES: &str = include_str!("../../shaders/lib/axes.wgsl");
    /// `gelu` and its derivative; needs `MATH`.
    pub const GELU: &str = include_str!("../../shaders/lib/gelu.wgsl");
    /// Tiles of attention scores; needs `HASH`.
    pub const ATTENTION: &str = include_str!("../../shaders/lib/attention.wgsl");
    /// Shared code of attention's backward kernels; needs `ATTENTION`.
    pub const ATTENTION_BACKWARD: &str = include_str!("../../shaders/lib/attention_backward.wgsl");
    /// `uniform_at` for dropout.
    pub const HASH: &str = include_str!("../../shaders/lib/hash.wgsl");
    /// `exp_` and similar functions.
    pub const MATH: &str = include_str!("../../shaders/lib/math.wgsl");
    /// Pooling over windows; needs `MATH`.
    pub const POOL2D: &str = include_str!("../../shaders/lib/pool2d.wgsl");
    /// Parameters of unfolding and folding.
    pub const WINDOWS: &str = include_str!("../../shaders/lib/windows.wgsl");
    /// Tiles of a recurrent cell.
    pub const RECURRENT: &str = include_str!("../../shaders/lib/recurrent.wgsl");
    /// Gate sums of a recurrent layer for one step.
    pub const RECURRENT_STEP: &str = include_str!("../../shaders/lib/recurrent_step.wgsl");
    /// Sums and maxima across a workgroup.
    pub const REDUCE: &str = include_str!("../../shaders/lib/reduce.wgsl");
    /// One row per workgroup; needs `REDUCE`.
    pub const ROWS_WIDE: &str = include_str!("../../shaders/lib/rows_wide.wgsl");
    /// One row per invocation.
    pub const ROWS_NARROW: &str = include_str!("../../shaders/lib/rows_narrow.wgsl");
}

/// Converts to a `u32` shader parameter.
#[track_caller]
fn word(value: usize) -> u32 {
    u32::try_from(value).expect("a shader counts in 32 bits")
}

/// Number of elements per workgroup in `shaders/lib/elements.wgsl`.
const CHUNK: usize = 1024;

/// Maximum length of a view that can be bound at any start; less than a binding's, because bindings are
/// aligned.
fn most_words(gpu: &Gpu) -> usize {
    gpu.most_words() - 128
}

/// Splits `len` elements into pieces that can be bound; yields first element and length of each.
fn pieces(gpu: &Gpu, len: usize) -> impl Iterator<Item = (usize, usize)> + use<> {
    let most = most_words(gpu);
    (0..len).step_by(most).map(move |first| (first, most.min(len - first)))
}

/// Words `start .. start + len` of a view.
#[track_caller]
fn part(view: View<'_>, start: usize, len: usize) -> View<'_> {
    assert!(start + len <= view.len, "part {start}..{} of a view of {}", start + len, view.len);
    view.buffer.view(view.start + start, len)
}
