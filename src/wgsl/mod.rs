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

/// Every kernel: what the tests validate and the self-test runs.
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

/// The parts that shaders are joined from.
mod lib {
    /// Parameters that the recorder fills in.
    pub const HEAD: &str = include_str!("../../shaders/lib/head.wgsl");
    /// Workgroups that take the next elements.
    pub const ELEMENTS: &str = include_str!("../../shaders/lib/elements.wgsl");
    /// The index of an element along axes.
    pub const AXES: &str = include_str!("../../shaders/lib/axes.wgsl");
    /// `gelu` and its derivative; needs `MATH`.
    pub const GELU: &str = include_str!("../../shaders/lib/gelu.wgsl");
    /// Tiles of scores; needs `HASH`.
    pub const ATTENTION: &str = include_str!("../../shaders/lib/attention.wgsl");
    /// Needs `ATTENTION`.
    pub const ATTENTION_BACKWARD: &str = include_str!("../../shaders/lib/attention_backward.wgsl");
    /// `uniform_at` for dropout.
    pub const HASH: &str = include_str!("../../shaders/lib/hash.wgsl");
    /// `exp_` and its like.
    pub const MATH: &str = include_str!("../../shaders/lib/math.wgsl");
    /// Windows and what pooling takes of them; needs `MATH`.
    pub const POOL2D: &str = include_str!("../../shaders/lib/pool2d.wgsl");
    /// What unfolding and folding are told.
    pub const WINDOWS: &str = include_str!("../../shaders/lib/windows.wgsl");
    /// The tiles of a recurrent cell.
    pub const RECURRENT: &str = include_str!("../../shaders/lib/recurrent.wgsl");
    /// The sums of a recurrent layer for one step.
    pub const RECURRENT_STEP: &str = include_str!("../../shaders/lib/recurrent_step.wgsl");
    /// Sums and maxima over a workgroup.
    pub const REDUCE: &str = include_str!("../../shaders/lib/reduce.wgsl");
    /// A workgroup takes a row; needs `REDUCE`.
    pub const ROWS_WIDE: &str = include_str!("../../shaders/lib/rows_wide.wgsl");
    /// An invocation takes a row.
    pub const ROWS_NARROW: &str = include_str!("../../shaders/lib/rows_narrow.wgsl");
}

/// A `u32` of a shader's parameters.
#[track_caller]
fn word(value: usize) -> u32 {
    u32::try_from(value).expect("a shader counts in 32 bits")
}

/// Elements that a workgroup of `shaders/lib/elements.wgsl` takes.
const CHUNK: usize = 1024;

/// The most words of a view that can be bound wherever it begins: bindings are aligned.
fn most_words(gpu: &Gpu) -> usize {
    gpu.most_words() - 128
}

/// `len` elements in pieces that can be bound: the first element of each, and how many there are.
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
