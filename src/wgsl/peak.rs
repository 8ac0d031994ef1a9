//! Peak performance of a GPU, as a yardstick for the other kernels. These have no twin on the CPU.

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

/// Number of multiply-adds per element and round of [`multiply_add`].
pub const FMAS: usize = 32;

/// Sets each element of `y` to the sum of [`FMAS`] numbers after `rounds` rounds of `x = 0.5 x + 1`. The
/// length of `y` must be a multiple of [`WORKGROUP`].
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

/// `y = x`; both have the same length, and lengths and starts are multiples of four.
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
