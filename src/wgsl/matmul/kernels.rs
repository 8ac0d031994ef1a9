//! The table of matrix product kernels, and their dispatch.

use super::product::Product;
use super::weights::{Activation, Format, Weights};
use crate::cpu::matmul::Matmul;
use crate::gpu::{Access, Dispatch, Kernel, View, WORKGROUP};
use crate::wgsl::{lib, word};
use bytemuck::Zeroable;

/// Builds a kernel from a shader and the fragments that read and write its operands.
macro_rules! kernel {
    ($name:expr, $bindings:expr, [$($part:expr),*]) => {
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

/// Builds a product kernel for one format of B, read by the fragment `$b`. A, and C as `$c` says, are
/// accessed one word or four words at a time.
macro_rules! product {
    ($name:literal, $format:literal, $bindings:expr, $b:literal, $words:literal, $c:literal $(, $part:literal)+) => {
        kernel!(
            concat!($name, "-", $format, "-", $words),
            $bindings,
            [concat!("matmul_a_", $words), concat!("matmul_b_", $b), concat!("matmul_c_", $c) $(, $part)+]
        )
    };
}

/// Bindings: A, B, C, the bias, and for integers also the scales.
const FLOATS: &[Access] = &[Access::Read, Access::Read, Access::Write, Access::Read];
const INTEGERS: &[Access] = &[Access::Read, Access::Read, Access::Write, Access::Read, Access::Read];

/// The kernels of this file: products by three methods, with every format of B, read one word or four words
/// at a time; the sum of parts; and unpacking of rows to f32.
pub const KERNELS: &[Kernel] = &[
    product!("matmul", "f32", FLOATS, "vec4", "vec4", "vec4", "matmul_blocks", "matmul"),
    product!("matmul", "f32", FLOATS, "scalar", "scalar", "scalar", "matmul_blocks", "matmul"),
    product!("matmul", "f16", FLOATS, "f16", "vec4", "vec4", "matmul_blocks", "matmul"),
    product!("matmul", "f16", FLOATS, "f16", "scalar", "scalar", "matmul_blocks", "matmul"),
    product!("matmul", "int8", INTEGERS, "int8", "vec4", "vec4", "matmul_blocks", "matmul"),
    product!("matmul", "int8", INTEGERS, "int8", "scalar", "scalar", "matmul_blocks", "matmul"),
    product!("direct", "f32", FLOATS, "vec4", "vec4", "vec4", "matmul_blocks", "matmul_direct"),
    product!("direct", "f32", FLOATS, "scalar", "scalar", "scalar", "matmul_blocks", "matmul_direct"),
    product!("direct", "f16", FLOATS, "f16", "vec4", "vec4", "matmul_blocks", "matmul_direct"),
    product!("direct", "f16", FLOATS, "f16", "scalar", "scalar", "matmul_blocks", "matmul_direct"),
    product!("direct", "int8", INTEGERS, "int8", "vec4", "vec4", "matmul_blocks", "matmul_direct"),
    product!("direct", "int8", INTEGERS, "int8", "scalar", "scalar", "matmul_blocks", "matmul_direct"),
    product!("matvec", "f32", FLOATS, "vec4", "vec4", "scalar", "matvec"),
    product!("matvec", "f32", FLOATS, "scalar", "scalar", "scalar", "matvec"),
    product!("matvec", "f16", FLOATS, "f16", "vec4", "scalar", "matvec"),
    product!("matvec", "f16", FLOATS, "f16", "scalar", "scalar", "matvec"),
    product!("matvec", "int8", INTEGERS, "int8", "vec4", "scalar", "matvec"),
    product!("matvec", "int8", INTEGERS, "int8", "scalar", "scalar", "matvec"),
    kernel!(
        "matmul-parts",
        FLOATS,
        ["matmul_a_scalar", "matmul_b_scalar", "matmul_c_scalar", "matmul_parts"]
    ),
    kernel!("unpack-f16", FLOATS, ["matmul_b_f16", "matmul_c_scalar", "unpack"]),
    kernel!("unpack-int8", INTEGERS, ["matmul_b_int8", "matmul_c_scalar", "unpack"]),
];

/// Index in the table of each method's first kernel.
pub(super) const TILED: usize = 0;
pub(super) const DIRECT: usize = 6;
pub(super) const MATVEC: usize = 12;
const PARTS: usize = 18;
const UNPACK_F16: usize = 19;
const UNPACK_INT8: usize = 20;

/// Offset of the kernel for B in this format from the first kernel of its method.
pub(super) fn variant(format: Format, aligned: bool) -> usize {
    let format = match format {
        Format::F32 => 0,
        Format::F16 => 2,
        Format::Int8 => 4,
    };
    format + usize::from(!aligned)
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
    }
}

impl Sizes {
    fn new(product: &Product<'_>, parts: usize, depth: usize) -> Self {
        let Product { spec, items, a, b, c, bias, .. } = *product;
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
        }
    }
}

/// Records a kernel: the whole product, or `parts` parts of it with this `depth` each.
pub(super) fn record(
    kernel: usize,
    product: &Product<'_>,
    constants: &[(&'static str, f64)],
    [parts, depth]: [usize; 2],
    groups: usize,
) {
    let [a, b, c] = product.views();
    let c = if parts > 1 { View::from(c.buffer) } else { c };
    dispatch(kernel, bound(product, [a, b, c]), constants, Sizes::new(product, parts, depth), groups);
}

/// Records `C = Σ parts`, followed by bias and activation.
pub(super) fn record_sum(product: &Product<'_>, parts: View<'_>, count: usize) {
    let Matmul { m, n, .. } = product.spec;
    let groups = (product.items * m * n.div_ceil(4)).div_ceil(WORKGROUP);
    let sizes = Sizes { stride_a: word(n), item_a: word(count * m * n), ..Sizes::new(product, count, 0) };
    let [.., c] = product.views();
    dispatch(PARTS, bound(product, [parts, parts, c]), &[activation(product)], sizes, groups);
}

/// Records the unpacking `y = W` for packed W (rows, columns), or `y[r] = W[ids[r]]` for `rows` ids.
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
        Format::F16 => UNPACK_F16,
        Format::Int8 => UNPACK_INT8,
    };
    let views = [ids.unwrap_or(values), values, y, values, weight.scales().unwrap_or(values)];
    let groups = (rows * columns.div_ceil(4)).div_ceil(WORKGROUP);
    dispatch(kernel, views, &[("GATHER", flag(ids.is_some()))], sizes, groups);
}

/// The override constant that selects the activation.
pub(super) fn activation(product: &Product<'_>) -> (&'static str, f64) {
    let activation = match product.activation {
        Activation::None => 0.0,
        Activation::Relu => 1.0,
        Activation::Gelu => 2.0,
    };
    ("ACTIVATION", activation)
}

pub(super) fn flag(flag: bool) -> f64 {
    f64::from(u8::from(flag))
}

/// The bindings of a product.
fn bound<'a>(product: &Product<'a>, [a, b, c]: [View<'a>; 3]) -> [View<'a>; 5] {
    // Missing operands must be bound, too: any readable view serves.
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
