//! Selects how a product is computed: kernel, tile size, number of parts.

use super::kernels::{self, flag};
use super::product::{Operand, Product};
use super::weights::{Activation, Format};
use crate::cpu::matmul::Matmul;
use crate::gpu::View;

/// At or below this many rows, the matrix-vector kernel is used, which reads the matrix once per `SHARING`
/// rows.
const FEW_ROWS: usize = 8;
/// Number of rows of X that share one read of W.
const SHARING: usize = 4;
/// Workgroup of the matrix-vector product: invocations per row of W, and number of rows.
const MATVEC_LANES: usize = 32;
const MATVEC_ROWS: usize = 8;

/// Number of workgroups needed to keep a GPU busy; the second is for software adapters.
const BUSY: usize = 256;
const BUSY_SOFTWARE: usize = 16;
/// Sums are not split into parts shorter than this.
const SHORTEST: usize = 256;
/// Longer sums are split, so that rounding errors do not accumulate.
const LONGEST: usize = 1024;
/// Maximum number of words for the parts of a product.
const MOST_PARTS_WORDS: usize = 1 << 22;
/// From this number of 128 x 128 tiles on, tiles of that size keep a GPU busy.
const MANY: usize = 128;

/// A workgroup's tile: number of invocations down and across, with 8 x 8 elements of C each, and the depth of
/// a step.
#[derive(Clone, Copy)]
struct Tile {
    rows: usize,
    columns: usize,
    depth: usize,
}

#[derive(Clone, Copy)]
enum Method {
    /// `shaders/matmul.wgsl`
    Tiled(Tile),
    /// `shaders/matmul_direct.wgsl`
    Direct(Tile),
    /// `shaders/matvec.wgsl`
    Matvec,
}

impl Method {
    fn of(product: &Product<'_>) -> Self {
        let Matmul { m, n, trans_a, trans_b, .. } = product.spec;
        let items = product.items;
        if product.gpu().is_software() {
            let [rows, columns] = match (m, n) {
                (..=8, _) => [1, 8],
                (_, ..=8) => [8, 1],
                _ => [4, 8],
            };
            return Self::Direct(Tile { rows, columns, depth: 4 });
        }
        if m <= FEW_ROWS && (!trans_a || m == 1) && trans_b && items == 1 {
            return Self::Matvec;
        }
        // Workgroup memory is 32 depth (rows + columns) bytes, at most 16 KiB.
        let [rows, columns] = match (m, n) {
            (..=16, _) => [2, 16],
            (_, ..=16) => [16, 2],
            (..=32, _) => [4, 16],
            (_, ..=32) => [16, 4],
            _ if items * m.div_ceil(128) * n.div_ceil(128) >= MANY => [16, 16],
            _ => [8, 8],
        };
        Self::Tiled(Tile { rows, columns, depth: 16 })
    }
}

/// Number of workgroups for a product in one part.
fn groups(product: &Product<'_>, tile: Tile) -> usize {
    let Matmul { m, n, .. } = product.spec;
    product.items * m.div_ceil(8 * tile.rows) * n.div_ceil(8 * tile.columns)
}

/// Number of parts that a product is split into along k.
fn parts(product: &Product<'_>) -> usize {
    let (tile, busy) = match Method::of(product) {
        Method::Matvec => return 1,
        Method::Tiled(tile) => (tile, BUSY),
        Method::Direct(tile) => (tile, BUSY_SOFTWARE),
    };
    let Matmul { m, k, n, .. } = product.spec;
    let wanted = busy.div_ceil(groups(product, tile)).min(k / SHORTEST);
    wanted.min(MOST_PARTS_WORDS / (product.items * m * n)).max(1)
}

/// Whether a product's sums are so long that it should be split.
pub(super) fn is_long(product: &Product<'_>) -> bool {
    // The matrix-vector product already has separate sums, one per lane.
    !matches!(Method::of(product), Method::Matvec) && product.spec.k > LONGEST * parts(product)
}

/// Records a product whose operands fit into bindings.
pub(super) fn record(product: &Product<'_>) {
    let count = parts(product);
    if count == 1 {
        return record_parts(product, 1);
    }
    let Matmul { m, n, .. } = product.spec;
    let buffer = product.gpu().empty(product.items * count * m * n);
    let in_parts = Product {
        spec: Matmul { accumulate: false, ..product.spec },
        c: Operand { buffer: &buffer, start: 0, stride: n, item: count * m * n },
        bias: None,
        activation: Activation::None,
        ..*product
    };
    record_parts(&in_parts, count);
    kernels::record_sum(product, View::from(&buffer), count);
}

fn record_parts(product: &Product<'_>, parts: usize) {
    let (first, tile) = match Method::of(product) {
        Method::Matvec => return record_matvec(product),
        Method::Tiled(tile) => (kernels::TILED, tile),
        Method::Direct(tile) => (kernels::DIRECT, tile),
    };
    let Matmul { k, n, trans_a, trans_b, .. } = product.spec;
    let Operand { start, stride, item, .. } = product.c;
    let aligned = is_aligned(product) && (start | stride | item | n).is_multiple_of(4);
    let mut constants = vec![
        ("TRANS_A", flag(trans_a)),
        ("TRANS_B", flag(trans_b)),
        ("ROWS", tile.rows as f64),
        ("COLUMNS", tile.columns as f64),
        kernels::activation(product),
    ];
    if first == kernels::TILED {
        constants.push(("DEPTH", tile.depth as f64));
    }
    let depth = k.div_ceil(parts).next_multiple_of(tile.depth);
    let kernel = first + kernels::variant(product.format, aligned);
    kernels::record(kernel, product, &constants, [parts, depth], parts * groups(product, tile));
}

fn record_matvec(product: &Product<'_>) {
    let Matmul { m, n, k, .. } = product.spec;
    let sharing = m.min(SHARING);
    let constants = [
        ("SHARING", sharing as f64),
        ("LANES", MATVEC_LANES as f64),
        ("ROWS", MATVEC_ROWS as f64),
        kernels::activation(product),
    ];
    let kernel = kernels::MATVEC + kernels::variant(product.format, is_aligned(product));
    let groups = n.div_ceil(MATVEC_ROWS) * m.div_ceil(sharing);
    kernels::record(kernel, product, &constants, [1, k], groups);
}

/// Whether every row of A and B starts and ends at a multiple of four words.
fn is_aligned(product: &Product<'_>) -> bool {
    let Matmul { m, k, n, trans_a, trans_b, .. } = product.spec;
    let Product { a, b, .. } = product;
    let of_a = a.start | a.stride | a.item | if trans_a { m } else { k };
    let of_b = b.start | b.stride | b.item | if trans_b { k } else { n };
    of_a.is_multiple_of(4) && (product.format != Format::F32 || of_b.is_multiple_of(4))
}
