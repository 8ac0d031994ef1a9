//! Which kernel computes a product, in tiles of which size.

use super::super::{lib, word};
use super::pieces::{Operand, Product};
use super::{Activation, Format, Matmul, View, Weights};
use crate::gpu::{Access, Dispatch, Kernel, WORKGROUP};
use bytemuck::Zeroable;

/// A shader behind the parts that read and write its operands.
macro_rules! kernel {
    ($name:literal, $bindings:expr, [$($part:literal),*]) => {
        Kernel {
            name: $name,
            source: &[
                lib::HEAD,
                lib::MATH,
                lib::GELU,
                include_str!("../../../shaders/matmul_operands.wgsl"),
                $(include_str!(concat!("../../../shaders/", $part, ".wgsl"))),*
            ],
            bindings: $bindings,
            params: Sizes::PARAMS,
        }
    };
}

/// A, B, C and the bias; and the scales of integers.
const FLOATS: &[Access] = &[Access::Read, Access::Read, Access::Write, Access::Read];
const INTEGERS: &[Access] = &[Access::Read, Access::Read, Access::Write, Access::Read, Access::Read];

/// The kernels of this file: tiled products for every format of B, read four words at a time or one; the
/// same for few rows; the sum of parts; and packed rows as f32.
pub const KERNELS: &[Kernel] = &[
    kernel!("matmul-f32-vec4", FLOATS, ["matmul_a_vec4", "matmul_b_vec4", "matmul_c_vec4", "matmul"]),
    kernel!("matmul-f32-scalar", FLOATS, ["matmul_a_scalar", "matmul_b_scalar", "matmul_c_scalar", "matmul"]),
    kernel!("matmul-f16-vec4", FLOATS, ["matmul_a_vec4", "matmul_b_f16", "matmul_c_vec4", "matmul"]),
    kernel!("matmul-f16-scalar", FLOATS, ["matmul_a_scalar", "matmul_b_f16", "matmul_c_scalar", "matmul"]),
    kernel!("matmul-int8-vec4", INTEGERS, ["matmul_a_vec4", "matmul_b_int8", "matmul_c_vec4", "matmul"]),
    kernel!(
        "matmul-int8-scalar",
        INTEGERS,
        ["matmul_a_scalar", "matmul_b_int8", "matmul_c_scalar", "matmul"]
    ),
    kernel!("matvec-f32-vec4", FLOATS, ["matmul_a_vec4", "matmul_b_vec4", "matmul_c_scalar", "matvec"]),
    kernel!("matvec-f32-scalar", FLOATS, ["matmul_a_scalar", "matmul_b_scalar", "matmul_c_scalar", "matvec"]),
    kernel!("matvec-f16-vec4", FLOATS, ["matmul_a_vec4", "matmul_b_f16", "matmul_c_scalar", "matvec"]),
    kernel!("matvec-f16-scalar", FLOATS, ["matmul_a_scalar", "matmul_b_f16", "matmul_c_scalar", "matvec"]),
    kernel!("matvec-int8-vec4", INTEGERS, ["matmul_a_vec4", "matmul_b_int8", "matmul_c_scalar", "matvec"]),
    kernel!(
        "matvec-int8-scalar",
        INTEGERS,
        ["matmul_a_scalar", "matmul_b_int8", "matmul_c_scalar", "matvec"]
    ),
    kernel!(
        "matmul-parts",
        FLOATS,
        ["matmul_a_scalar", "matmul_b_scalar", "matmul_c_scalar", "matmul_parts"]
    ),
    kernel!("unpack-f16", FLOATS, ["matmul_b_f16", "matmul_c_scalar", "unpack"]),
    kernel!("unpack-int8", INTEGERS, ["matmul_b_int8", "matmul_c_scalar", "unpack"]),
];

const MATVEC: usize = 6;
const PARTS: usize = 12;
const UNPACK: usize = 13;

fn format_index(format: Format) -> usize {
    match format {
        Format::F32 => 0,
        Format::F16 => 2,
        Format::Int8 => 4,
    }
}

params! {
    struct Sizes {
        m: u32,
        k: u32,
        n: u32,
        items: u32,
        parts: u32,
        depth: u32,
        stride_a: u32,
        item_a: u32,
        stride_b: u32,
        item_b: u32,
        stride_c: u32,
        item_c: u32,
        accumulate: u32,
        biased: u32,
        activation: u32,
    }
}

impl Sizes {
    fn new(product: &Product<'_>, parts: usize, depth: usize) -> Self {
        let Product { spec, items, a, b, c, bias, activation, .. } = *product;
        let Matmul { m, k, n, accumulate, .. } = spec;
        Self {
            m: word(m),
            k: word(k),
            n: word(n),
            items: word(items),
            parts: word(parts),
            depth: word(depth),
            stride_a: word(a.stride),
            item_a: word(a.item),
            stride_b: word(b.stride),
            item_b: word(b.item),
            stride_c: word(c.stride),
            item_c: word(c.item),
            accumulate: u32::from(accumulate),
            biased: u32::from(bias.is_some()),
            activation: match activation {
                Activation::None => 0,
                Activation::Relu => 1,
                Activation::Gelu => 2,
            },
        }
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
        let parts = View::from(&buffer);
        dispatch(PARTS, bound(&sum, [parts, parts, c]), &[], sizes, groups);
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
    let constants = [
        ("TRANS_A", flag(trans_a)),
        ("TRANS_B", flag(trans_b)),
        ("ROWS", tile.rows as f64),
        ("COLUMNS", tile.columns as f64),
        ("DEPTH", tile.depth as f64),
    ];
    let kernel = format_index(product.format) + usize::from(!aligned);
    let groups = product.items * parts * tile.count(m, n);
    let views = bound(product, [a, b, c]);
    dispatch(kernel, views, &constants, Sizes::new(product, parts, depth), groups);
}

fn record_matvec(product: &Product<'_>) {
    let Matmul { m, n, .. } = product.spec;
    let sharing = m.min(SHARING);
    let constants =
        [("SHARING", sharing as f64), ("LANES", MATVEC_LANES as f64), ("ROWS", MATVEC_ROWS as f64)];
    let kernel = MATVEC + format_index(product.format) + usize::from(!is_aligned(product));
    let groups = n.div_ceil(MATVEC_ROWS) * m.div_ceil(sharing);
    let sizes = Sizes::new(product, 1, product.spec.k);
    dispatch(kernel, bound(product, product.views()), &constants, sizes, groups);
}

/// Whether every row of A and of B begins and ends at a multiple of four words.
fn is_aligned(product: &Product<'_>) -> bool {
    let Matmul { m, k, n, trans_a, trans_b, .. } = product.spec;
    let Product { a, b, .. } = product;
    let of_a = a.start | a.stride | a.item | if trans_a { m } else { k };
    let of_b = b.start | b.stride | b.item | if trans_b { k } else { n };
    of_a % 4 == 0 && (product.format != Format::F32 || of_b % 4 == 0)
}

/// Records `y = W` for packed W (rows, columns), or `y[r] = W[ids[r]]` for `rows` ids.
pub(super) fn record_rows(
    weight: Weights<'_>,
    [rows, columns]: [usize; 2],
    ids: Option<View<'_>>,
    y: View<'_>,
) {
    let (values, stride) = (weight.values(), weight.stride(columns));
    let [m, n, stride_b, stride_c] = [rows, columns, stride, columns].map(word);
    let sizes = Sizes { m, n, stride_b, stride_c, ..Sizes::zeroed() };
    let kernel = match weight.format() {
        Format::F32 => panic!("these weights are not packed"),
        Format::F16 => UNPACK,
        Format::Int8 => UNPACK + 1,
    };
    let views = [ids.unwrap_or(values), values, y, values, weight.scales().unwrap_or(values)];
    let groups = (rows * columns.div_ceil(4)).div_ceil(WORKGROUP);
    dispatch(kernel, views, &[("GATHER", flag(ids.is_some()))], sizes, groups);
}

/// Bindings of a product.
fn bound<'a>(product: &Product<'a>, [a, b, c]: [View<'a>; 3]) -> [View<'a>; 5] {
    // What is not there is bound all the same: any readable view serves.
    [a, b, c, product.bias.unwrap_or(a), product.scales.unwrap_or(a)]
}

fn dispatch(
    kernel: usize,
    views: [View<'_>; 5],
    constants: &[(&'static str, f64)],
    sizes: Sizes,
    groups: usize,
) {
    let kernel = &KERNELS[kernel];
    views[2].buffer.gpu().dispatch(&Dispatch {
        kernel,
        constants,
        params: bytemuck::bytes_of(&sizes),
        views: &views[..kernel.bindings.len()],
        groups,
    });
}
