//! What a GPU can do at most, to hold the other kernels against. These have no twin on the CPU.

use super::{CHUNK, lib, word};
use crate::gpu::{Access, Dispatch, Kernel, View, WORKGROUP};

const FMA: Kernel = Kernel {
    name: "peak_fma",
    source: &[lib::HEAD, include_str!("../../shaders/peak_fma.wgsl")],
    bindings: &[Access::Write],
    params: Rounds::PARAMS,
};

const COPY: Kernel = Kernel {
    name: "peak_copy",
    source: &[lib::HEAD, lib::ELEMENTS, include_str!("../../shaders/peak_copy.wgsl")],
    bindings: &[Access::Read, Access::Write],
    params: Quads::PARAMS,
};

/// The kernels of this file.
pub const KERNELS: &[Kernel] = &[FMA, COPY];

params! {
    struct Rounds {
        rounds: u32,
        factor: f32,
        term: f32,
    }
}

params! {
    struct Quads {
        quads: u32,
    }
}

/// Multiplications, and as many additions, for each element and round of [`multiply_add`].
pub const FMAS: usize = 32;

/// Each element of y, a multiple of [`WORKGROUP`] of them, becomes the sum of [`FMAS`] numbers after `rounds`
/// rounds of `x = 0.5 x + 1`.
#[track_caller]
pub fn multiply_add(rounds: usize, y: View<'_>) {
    assert_eq!(y.len % WORKGROUP, 0, "multiply_add: length");
    let params = Rounds { rounds: word(rounds), factor: 0.5, term: 1.0 };
    y.buffer.gpu().dispatch(&Dispatch {
        kernel: &FMA,
        constants: &[],
        params: bytemuck::bytes_of(&params),
        views: &[y],
        groups: y.len / WORKGROUP,
    });
}

/// `y = x`, both of one length; length and beginnings are multiples of four.
#[track_caller]
pub fn copy(x: View<'_>, y: View<'_>) {
    assert_eq!(x.len, y.len, "copy: lengths");
    assert!([x.len, x.start, y.start].iter().all(|words| words % 4 == 0), "copy: not aligned");
    let quads = x.len / 4;
    y.buffer.gpu().dispatch(&Dispatch {
        kernel: &COPY,
        constants: &[],
        params: bytemuck::bytes_of(&Quads { quads: word(quads) }),
        views: &[x, y],
        groups: quads.div_ceil(CHUNK),
    });
}
