//! Which kernel computes a product, in tiles of which size.

use super::super::{lib, word};
use super::pieces::{Operand, Product};
use super::{Activation, Format, Matmul, View};
use crate::gpu::{Access, Dispatch, Kernel, WORKGROUP};
use bytemuck::{Pod, Zeroable};

/// A shader behind the parts that read and write its operands.
macro_rules! kernel {
    ($name:literal, $bindings:expr, $a:literal, $b:literal, $c:literal, $main:literal) => {
        Kernel {
            name: $name,
            source: &[
                lib::HEAD,
                lib::MATH,
                include_str!("../../../shaders/matmul_operands.wgsl"),
                include_str!(concat!("../../../shaders/matmul_a_", $a, ".wgsl")),
                include_str!(concat!("../../../shaders/matmul_b_", $b, ".wgsl")),
                include_str!(concat!("../../../shaders/matmul_c_", $c, ".wgsl")),
                include_str!(concat!("../../../shaders/", $main, ".wgsl")),
            ],
            bindings: $bindings,
            params: crate::gpu::Params::UNCHECKED,
        }
    };
}

/// A, B, C and the bias; and the scales of integers.
const FLOATS: &[Access] = &[Access::Read, Access::Read, Access::Write, Access::Read];
const INTEGERS: &[Access] = &[Access::Read, Access::Read, Access::Write, Access::Read, Access::Read];

/// The kernels of this file: tiled products for every format of B, read four words at a time or one; the
/// same for few rows; and the sum of parts.
pub const KERNELS: &[Kernel] = &[
    kernel!("matmul-f32-vec4", FLOATS, "vec4", "vec4", "vec4", "matmul"),
    kernel!("matmul-f32-scalar", FLOATS, "scalar", "scalar", "scalar", "matmul"),
    kernel!("matmul-f16-vec4", FLOATS, "vec4", "f16", "vec4", "matmul"),
    kernel!("matmul-f16-scalar", FLOATS, "scalar", "f16", "scalar", "matmul"),
    kernel!("matmul-int8-vec4", INTEGERS, "vec4", "int8", "vec4", "matmul"),
    kernel!("matmul-int8-scalar", INTEGERS, "scalar", "int8", "scalar", "matmul"),
    kernel!("matvec-f32-vec4", FLOATS, "vec4", "vec4", "scalar", "matvec"),
    kernel!("matvec-f32-scalar", FLOATS, "scalar", "scalar", "scalar", "matvec"),
    kernel!("matvec-f16-vec4", FLOATS, "vec4", "f16", "scalar", "matvec"),
    kernel!("matvec-f16-scalar", FLOATS, "scalar", "f16", "scalar", "matvec"),
    kernel!("matvec-int8-vec4", INTEGERS, "vec4", "int8", "scalar", "matvec"),
    kernel!("matvec-int8-scalar", INTEGERS, "scalar", "int8", "scalar", "matvec"),
    kernel!("matmul-parts", FLOATS, "scalar", "scalar", "scalar", "matmul_parts"),
];

const MATVEC: usize = 6;
const PARTS: usize = 12;

fn format_index(format: Format) -> usize {
    match format {
        Format::F32 => 0,
        Format::F16 => 2,
        Format::Int8 => 4,
    }
}

#[repr(C)]
#[derive(Clone, Copy, Pod, Zeroable)]
struct Sizes {
    m: u32,
    k: u32,
    n: u32,
    items: u32,
    parts: u32,
    depth: u32,
    a: [u32; 2],
    b: [u32; 2],
    c: [u32; 2],
}

impl Sizes {
    fn new(product: &Product<'_>, parts: usize, depth: usize) -> Self {
        let Matmul { m, k, n, .. } = product.spec;
        let layout = |operand: Operand<'_>| [word(operand.stride), word(operand.item)];
        let [m, k, n, items] = [m, k, n, product.items].map(word);
        let [a, b, c] = [product.a, product.b, product.c].map(layout);
        Self { m, k, n, items, parts: word(parts), depth: word(depth), a, b, c }
    }
}

/// Up to so many rows are multiplied with a matrix that is read once for four of them.
const FEW_ROWS: usize = 8;
/// Rows of X that share a reading of W.
const SHARING: usize = 4;
/// A workgroup of the matrix-vector product: invocations for each row of W, and its rows.
const MATVEC_LANES: usize = 32;
const MATVEC_ROWS: usize = 8;

/// With fewer workgroups than this a GPU is not busy.
const BUSY: usize = 256;
/// Sums are not cut into parts shorter than this.
const SHORTEST: usize = 256;
/// Sums of more terms are cut, so that rounding errors do not pile up.
const LONGEST: usize = 4096;
/// Words that the parts of a product may take.
const MOST_PARTS_WORDS: usize = 1 << 22;
/// From so many tiles of 128 x 128 on these keep a GPU busy.
const MANY: usize = 128;

/// A workgroup of the tiled product: invocations down and across, with 8 x 8 elements of C each, and the
/// depth of a step.
#[derive(Clone, Copy)]
struct Tile {
    rows: usize,
    columns: usize,
    depth: usize,
}

impl Tile {
    /// Workgroup memory is 32 depth (rows + columns) bytes: at most 16 KiB.
    fn of(m: usize, n: usize, items: usize) -> Self {
        let [rows, columns, depth] = match (m, n) {
            (..=16, _) => [2, 16, 16],
            (_, ..=16) => [16, 2, 16],
            (..=32, _) => [4, 16, 16],
            (_, ..=32) => [16, 4, 16],
            _ if items * m.div_ceil(128) * n.div_ceil(128) >= MANY => [16, 16, 16],
            _ => [8, 8, 16],
        };
        Self { rows, columns, depth }
    }

    fn count(self, m: usize, n: usize) -> usize {
        m.div_ceil(8 * self.rows) * n.div_ceil(8 * self.columns)
    }
}

fn is_matvec(product: &Product<'_>) -> bool {
    let Matmul { m, trans_a, trans_b, .. } = product.spec;
    m <= FEW_ROWS && (!trans_a || m == 1) && trans_b && product.items == 1
}

/// Into how many parts a product is cut along k.
pub(super) fn parts(product: &Product<'_>) -> usize {
    let Matmul { m, k, n, .. } = product.spec;
    let items = product.items;
    if is_matvec(product) {
        return 1;
    }
    let groups = items * Tile::of(m, n, items).count(m, n);
    let wanted = BUSY.div_ceil(groups).min(k / SHORTEST);
    wanted.min(MOST_PARTS_WORDS / (items * m * n)).max(1)
}

fn flag(flag: bool) -> f64 {
    f64::from(u8::from(flag))
}

/// The constants that say what becomes of a sum.
fn epilogue(product: &Product<'_>) -> [(&'static str, f64); 3] {
    let activation = match product.activation {
        Activation::None => 0.0,
        Activation::Relu => 1.0,
        Activation::Gelu => 2.0,
    };
    [
        ("BIAS", flag(product.bias.is_some())),
        ("ACCUMULATE", flag(product.spec.accumulate)),
        ("ACTIVATION", activation),
    ]
}

/// Whether a sum has so many terms that it had better be cut.
pub(super) fn is_long(product: &Product<'_>) -> bool {
    !is_matvec(product) && product.spec.k > LONGEST * parts(product)
}

/// Records a product whose operands fit into bindings.
pub(super) fn record(product: &Product<'_>) {
    let parts = parts(product);
    if is_matvec(product) {
        record_matvec(product);
    } else if parts == 1 {
        record_tiled(product, 1);
    } else {
        let Matmul { m, k, n, .. } = product.spec;
        let buffer = product.c.buffer.gpu().empty(product.items * parts * m * n);
        let c = Operand { buffer: &buffer, start: 0, stride: n, item: parts * m * n };
        let spec = Matmul { accumulate: false, ..product.spec };
        let in_parts = Product { spec, c, bias: None, activation: Activation::None, ..*product };
        record_tiled(&in_parts, parts);
        let sum = Product {
            a: c,
            // Nobody reads it.
            b: c,
            spec: Matmul { trans_a: false, trans_b: false, k: parts, ..product.spec },
            ..*product
        };
        let sizes = Sizes::new(&sum, parts, k);
        let groups = (product.items * m * n.div_ceil(4)).div_ceil(WORKGROUP);
        let [.., c] = product.views();
        dispatch(
            &sum,
            PARTS,
            [View::from(&buffer), View::from(&buffer), c],
            &epilogue(product),
            sizes,
            groups,
        );
    }
}

fn record_tiled(product: &Product<'_>, parts: usize) {
    let Matmul { m, k, n, trans_a, trans_b, .. } = product.spec;
    let tile = Tile::of(m, n, product.items);
    let depth = k.div_ceil(parts).next_multiple_of(tile.depth);
    let [a, b, c] = product.views();
    let c = if parts > 1 { View::from(c.buffer) } else { c };
    let Operand { stride, item, .. } = product.c;
    let whole = (c.start | stride | item | n) % 4 == 0;
    let aligned = whole && is_aligned(product);
    let [bias, accumulate, activation] = epilogue(product);
    let constants = [
        ("TRANS_A", flag(trans_a)),
        ("TRANS_B", flag(trans_b)),
        ("ROWS", tile.rows as f64),
        ("COLUMNS", tile.columns as f64),
        ("DEPTH", tile.depth as f64),
        bias,
        accumulate,
        activation,
    ];
    let kernel = format_index(product.format) + usize::from(!aligned);
    let groups = product.items * parts * tile.count(m, n);
    dispatch(product, kernel, [a, b, c], &constants, Sizes::new(product, parts, depth), groups);
}

fn record_matvec(product: &Product<'_>) {
    let Matmul { m, n, .. } = product.spec;
    let sharing = m.min(SHARING);
    let [bias, accumulate, activation] = epilogue(product);
    let constants = [
        ("SHARING", sharing as f64),
        ("LANES", MATVEC_LANES as f64),
        ("ROWS", MATVEC_ROWS as f64),
        bias,
        accumulate,
        activation,
    ];
    let kernel = MATVEC + format_index(product.format) + usize::from(!is_aligned(product));
    let groups = n.div_ceil(MATVEC_ROWS) * m.div_ceil(sharing);
    let sizes = Sizes::new(product, 1, product.spec.k);
    dispatch(product, kernel, product.views(), &constants, sizes, groups);
}

/// Whether every row of A and of B begins and ends at a multiple of four words.
fn is_aligned(product: &Product<'_>) -> bool {
    let Matmul { m, k, n, trans_a, trans_b, .. } = product.spec;
    let Product { a, b, .. } = product;
    let of_a = a.start | a.stride | a.item | if trans_a { m } else { k };
    let of_b = b.start | b.stride | b.item | if trans_b { k } else { n };
    of_a % 4 == 0 && (product.format != Format::F32 || of_b % 4 == 0)
}

fn dispatch(
    product: &Product<'_>,
    kernel: usize,
    [a, b, c]: [View<'_>; 3],
    constants: &[(&'static str, f64)],
    sizes: Sizes,
    groups: usize,
) {
    // What is not there is bound all the same: any readable view serves.
    let views = [a, b, c, product.bias.unwrap_or(a), product.scales.unwrap_or(a)];
    let kernel = &KERNELS[kernel];
    c.buffer.gpu().dispatch(&Dispatch {
        kernel,
        constants,
        params: bytemuck::bytes_of(&sizes),
        views: &views[..kernel.bindings.len()],
        groups,
    });
}
