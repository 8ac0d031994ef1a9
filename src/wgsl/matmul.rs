//! Matrix products; twin of [`cpu::matmul`](crate::cpu::matmul).

use super::{lib, word};
use crate::cpu::matmul::Matmul;
use crate::gpu::{Access, Dispatch, Kernel, View};

const MATMUL: Kernel = Kernel {
    name: "matmul",
    source: &[lib::HEAD, include_str!("../../shaders/matmul.wgsl")],
    bindings: &[Access::Read, Access::Read, Access::Write],
    params: Sizes::PARAMS,
};

/// The kernels of this file.
pub const KERNELS: &[Kernel] = &[MATMUL];

params! {
    struct Sizes {
        m: u32,
        k: u32,
        n: u32,
    }
}

const TILE: usize = 16;

/// `C (+)= op(A) op(B)`; see [`Matmul`] for the shapes.
pub fn matmul(spec: Matmul, a: View<'_>, b: View<'_>, c: View<'_>) {
    let Matmul { m, k, n, trans_a, trans_b, accumulate } = spec;
    assert_eq!((a.len, b.len, c.len), (m * k, k * n, m * n), "matmul: lengths against {spec:?}");
    let flag = |flag: bool| f64::from(u8::from(flag));
    c.buffer.gpu().dispatch(&Dispatch {
        kernel: &MATMUL,
        constants: &[
            ("TRANS_A", flag(trans_a)),
            ("TRANS_B", flag(trans_b)),
            ("ACCUMULATE", flag(accumulate)),
        ],
        params: bytemuck::bytes_of(&Sizes { m: word(m), k: word(k), n: word(n) }),
        views: &[a, b, c],
        groups: m.div_ceil(TILE) * n.div_ceil(TILE),
    });
}
