//! Elementwise functions of one operand, of two with broadcasting, and in-place updates for training; twin of
//! [`cpu::elementwise`](crate::cpu::elementwise). Any length: views too large for one binding are processed
//! in parts.

use super::strided::{Grid, THREE, contiguous, padded};
use super::{CHUNK, lib, part, pieces, word};
use crate::cpu::elementwise::{Binary, Unary};
use crate::gpu::{Access, Dispatch, Kernel, View};
use crate::shape::Shape;

const UNARY: Kernel = Kernel {
    name: "unary",
    source: &[lib::HEAD, lib::ELEMENTS, lib::MATH, lib::GELU, include_str!("../../shaders/unary.wgsl")],
    bindings: &[Access::Read, Access::Write],
    params: Length::PARAMS,
};

const UNARY_BACKWARD: Kernel = Kernel {
    name: "unary_backward",
    source: &[
        lib::HEAD,
        lib::ELEMENTS,
        lib::MATH,
        lib::GELU,
        include_str!("../../shaders/unary_backward.wgsl"),
    ],
    bindings: &[Access::Read, Access::Read, Access::Read, Access::Write],
    params: Length::PARAMS,
};

const AFFINE: Kernel = Kernel {
    name: "affine",
    source: &[lib::HEAD, lib::ELEMENTS, include_str!("../../shaders/affine.wgsl")],
    bindings: &[Access::Read, Access::Write],
    params: Affine::PARAMS,
};

const MIX: Kernel = Kernel {
    name: "mix",
    source: &[lib::HEAD, lib::ELEMENTS, include_str!("../../shaders/mix.wgsl")],
    bindings: &[Access::Read, Access::Write],
    params: Mix::PARAMS,
};

const FILL: Kernel = Kernel {
    name: "fill",
    source: &[lib::HEAD, lib::ELEMENTS, include_str!("../../shaders/fill.wgsl")],
    bindings: &[Access::Write],
    params: Fill::PARAMS,
};

const DROPOUT: Kernel = Kernel {
    name: "dropout",
    source: &[lib::HEAD, lib::ELEMENTS, lib::HASH, include_str!("../../shaders/dropout.wgsl")],
    bindings: &[Access::Read, Access::Write],
    params: Dropout::PARAMS,
};

const BINARY: Kernel = Kernel {
    name: "binary",
    source: &[lib::HEAD, lib::ELEMENTS, lib::AXES, include_str!("../../shaders/binary.wgsl")],
    bindings: &[Access::Read, Access::Read, Access::Write],
    params: THREE,
};

/// The kernels of this file.
pub const KERNELS: &[Kernel] = &[UNARY, UNARY_BACKWARD, AFFINE, MIX, FILL, DROPOUT, BINARY];

params! {
    struct Length {
        len: u32,
    }
}

params! {
    struct Affine {
        len: u32,
        factor: f32,
        term: f32,
    }
}

params! {
    struct Mix {
        len: u32,
        alpha: f32,
        beta: f32,
    }
}

params! {
    struct Fill {
        len: u32,
        value: f32,
    }
}

params! {
    struct Dropout {
        len: u32,
        first: u32,
        seed: [u32; 2],
        drop: f32,
        kept: f32,
    }
}

/// Runs a kernel over views of the same length, in pieces; `params` receives each piece's first element and
/// length.
#[track_caller]
fn elements<P: bytemuck::Pod>(
    kernel: &Kernel,
    constants: &[(&'static str, f64)],
    views: &[View<'_>],
    params: impl Fn(usize, u32) -> P,
) {
    let (gpu, len) = (views[0].buffer.gpu(), views[0].len);
    assert!(views.iter().all(|view| view.len == len), "{}: lengths", kernel.name);
    for (first, len) in pieces(gpu, len) {
        let views: Vec<View<'_>> = views.iter().map(|&view| part(view, first, len)).collect();
        gpu.dispatch(&Dispatch {
            kernel,
            constants,
            params: bytemuck::bytes_of(&params(first, word(len))),
            views: &views,
            groups: len.div_ceil(CHUNK),
        });
    }
}

/// `y[i] = f(x[i])`; both have the same length.
#[track_caller]
pub fn unary(function: Unary, x: View<'_>, y: View<'_>) {
    elements(&UNARY, &[("FUNCTION", f64::from(function as u32))], &[x, y], |_, len| Length { len });
}

/// `dx[i] = f'(x[i]) * dy[i]`; `y` is the result of [`unary`]. All have the same length.
#[track_caller]
pub fn unary_backward(function: Unary, x: View<'_>, y: View<'_>, dy: View<'_>, dx: View<'_>) {
    let constants = [("FUNCTION", f64::from(function as u32))];
    elements(&UNARY_BACKWARD, &constants, &[x, y, dy, dx], |_, len| Length { len });
}

/// `y = factor * x + term`; both have the same length.
#[track_caller]
pub fn affine(factor: f32, term: f32, x: View<'_>, y: View<'_>) {
    elements(&AFFINE, &[], &[x, y], |_, len| Affine { len, factor, term });
}

/// `y = alpha * x + beta * y` in place; both have the same length.
#[track_caller]
pub fn mix(alpha: f32, x: View<'_>, beta: f32, y: View<'_>) {
    elements(&MIX, &[], &[x, y], |_, len| Mix { len, alpha, beta });
}

/// `y += x` in place; both have the same length.
#[track_caller]
pub fn add_assign(x: View<'_>, y: View<'_>) {
    mix(1.0, x, 1.0, y);
}

/// Sets all elements of `y` to `value`.
#[track_caller]
pub fn fill(value: f32, y: View<'_>) {
    elements(&FILL, &[], &[y], |_, len| Fill { len, value });
}

/// Copies `x` to `y`, setting each element to 0 with probability `p` and dividing the others by `1 - p`.
/// Elements are selected by [`uniform_at`](crate::rng::uniform_at) of `seed` and their index. Both have the
/// same length.
#[track_caller]
pub fn dropout(p: f32, seed: u64, x: View<'_>, y: View<'_>) {
    let seed = [seed as u32, (seed >> 32) as u32];
    let params = |first, len| Dropout { len, first: word(first), seed, drop: p, kept: 1.0 / (1.0 - p) };
    elements(&DROPOUT, &[], &[x, y], params);
}

/// `y = f(a, b)` over the `shape` of `y`, to which `a` and `b`, with the given shapes, are broadcast.
#[track_caller]
pub fn binary(
    function: Binary,
    (a, a_shape): (View<'_>, &Shape),
    (b, b_shape): (View<'_>, &Shape),
    (y, shape): (View<'_>, &Shape),
) {
    let lengths = [a.len, b.len, y.len];
    assert_eq!(lengths, [a_shape, b_shape, shape].map(Shape::numel), "binary: lengths");
    let sizes = padded(shape);
    let strides = |of: &Shape| {
        let mut strides = of.strides_as(shape);
        strides.rotate_right(sizes.len() - shape.len());
        strides
    };
    let grid = Grid::new(sizes, [strides(a_shape), strides(b_shape), contiguous(&sizes)]);
    grid.dispatch(&BINARY, &[("OPERATION", f64::from(function as u32))], [a, b, y]);
}
