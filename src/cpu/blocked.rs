//! The portable matrix product, with blocks sized for the caches and panels sized for the registers.
//!
//! Both operands are copied, block by block, into panels that the innermost loop reads sequentially: a panel
//! of A holds `ROWS` rows as `[k][ROWS]`, a panel of B holds `COLS` columns as `[k][COLS]`. Transposition
//! costs nothing beyond that copy. Panels at the edges are padded with zeros, but never along `k`, so every
//! element of C is one sum over ascending `k` that starts from the previous value of C: block sizes and edges
//! cannot change a bit.

use super::lanes::LANES;
use super::product::Matmul;
use std::cell::RefCell;
use wide::f32x4;

/// A tile of C has 4 x 8 elements: 8 vectors, so that the 16 registers of SSE and WebAssembly engines have
/// room for the operands.
const ROWS: usize = 4;
const COLS: usize = 8;
/// Block size along `k`, chosen so that a panel of B (8 KiB) stays in the L1 cache.
const BLOCK_K: usize = 256;
/// Block size along the rows: 64 KiB of A.
const BLOCK_M: usize = 64;
/// Block size along the columns: 512 KiB of B, for the L2 cache.
const BLOCK_N: usize = 512;

thread_local! {
    /// The packed blocks of A and B, kept between calls because small products are frequent.
    static PACKED: RefCell<(Vec<f32>, Vec<f32>)> = const { RefCell::new((Vec::new(), Vec::new())) };
}

/// A matrix viewed as lines along `k`: rows of A or columns of B.
#[derive(Clone, Copy)]
struct Lines<'a> {
    data: &'a [f32],
    /// Distance from one line to the next.
    line_stride: usize,
    /// Distance from one `k` to the next.
    k_stride: usize,
}

/// `C += op(A) op(B)`, see [`Matmul`]. The caller has cleared C unless the product accumulates.
pub(super) fn matmul(spec: Matmul, a: &[f32], b: &[f32], c: &mut [f32]) {
    let Matmul { m, k, n, .. } = spec;
    let (line_stride, k_stride) = if spec.trans_a { (1, m) } else { (k, 1) };
    let a = Lines { data: a, line_stride, k_stride };
    let (line_stride, k_stride) = if spec.trans_b { (k, 1) } else { (1, n) };
    let b = Lines { data: b, line_stride, k_stride };
    PACKED.with_borrow_mut(|(packed_a, packed_b)| {
        for j in (0..n).step_by(BLOCK_N) {
            let cols = BLOCK_N.min(n - j);
            for p in (0..k).step_by(BLOCK_K) {
                let depth = BLOCK_K.min(k - p);
                pack::<COLS>(b, j, cols, p, depth, packed_b);
                for i in (0..m).step_by(BLOCK_M) {
                    let rows = BLOCK_M.min(m - i);
                    pack::<ROWS>(a, i, rows, p, depth, packed_a);
                    multiply_block(packed_a, packed_b, depth, &mut c[i * n + j..], n, rows, cols);
                }
            }
        }
    });
}

/// Packs `count` lines starting with `first`, elements `start .. start + depth` of each, into panels of `W`
/// lines.
fn pack<const W: usize>(
    lines: Lines<'_>,
    first: usize,
    count: usize,
    start: usize,
    depth: usize,
    packed: &mut Vec<f32>,
) {
    packed.resize(count.div_ceil(W) * W * depth, 0.0);
    for (index, panel) in packed.chunks_exact_mut(W * depth).enumerate() {
        let line = first + index * W;
        let width = W.min(first + count - line);
        let data = &lines.data[line * lines.line_stride + start * lines.k_stride..];
        let panel = panel.as_chunks_mut::<W>().0;
        match (width == W, lines.line_stride, lines.k_stride) {
            (true, 1, stride) => pack_side_by_side(data, stride, panel),
            (true, stride, 1) => pack_transposed(data, stride, panel),
            (_, line_stride, k_stride) => pack_edge(data, line_stride, k_stride, width, panel),
        }
    }
}

/// Packs a panel whose lines are adjacent in memory.
fn pack_side_by_side<const W: usize>(data: &[f32], stride: usize, panel: &mut [[f32; W]]) {
    for (step, out) in panel.iter_mut().enumerate() {
        out.copy_from_slice(&data[step * stride..][..W]);
    }
}

/// Packs a panel of contiguous lines by transposing 4 x 4 blocks in registers.
fn pack_transposed<const W: usize>(data: &[f32], stride: usize, panel: &mut [[f32; W]]) {
    let depth = panel.len();
    for group in (0..W).step_by(LANES) {
        let line = |index: usize| &data[(group + index) * stride..][..depth];
        let lines = [line(0), line(1), line(2), line(3)];
        let chunks = lines.map(|line| line.as_chunks::<LANES>().0);
        let [a, b, c, d] = chunks;
        let quads = a.iter().zip(b).zip(c).zip(d);
        for (out, (((a, b), c), d)) in panel.chunks_exact_mut(LANES).zip(quads) {
            let columns = f32x4::transpose([*a, *b, *c, *d].map(f32x4::new));
            for (out, column) in out.iter_mut().zip(columns) {
                out[group..group + LANES].copy_from_slice(&column.to_array());
            }
        }
        for p in depth / LANES * LANES..depth {
            for (index, line) in lines.iter().enumerate() {
                panel[p][group + index] = line[p];
            }
        }
    }
}

/// Packs the last panel if it has fewer than `W` lines; the missing ones are zero.
fn pack_edge<const W: usize>(
    data: &[f32],
    line_stride: usize,
    k_stride: usize,
    width: usize,
    panel: &mut [[f32; W]],
) {
    for (p, out) in panel.iter_mut().enumerate() {
        *out = [0.0; W];
        for (line, out) in out[..width].iter_mut().enumerate() {
            *out = data[line * line_stride + p * k_stride];
        }
    }
}

/// Multiplies the packed blocks into the block of C that starts at `c[0]`.
fn multiply_block(
    packed_a: &[f32],
    packed_b: &[f32],
    depth: usize,
    c: &mut [f32],
    stride: usize,
    rows: usize,
    cols: usize,
) {
    for (b, j) in packed_b.chunks_exact(COLS * depth).zip((0..cols).step_by(COLS)) {
        let b = b.as_chunks::<COLS>().0;
        for (a, i) in packed_a.chunks_exact(ROWS * depth).zip((0..rows).step_by(ROWS)) {
            let a = a.as_chunks::<ROWS>().0;
            let c = &mut c[i * stride + j..];
            if rows - i >= ROWS && cols - j >= COLS {
                multiply_tile(a, b, c, stride);
            } else {
                multiply_edge(a, b, c, stride, ROWS.min(rows - i), COLS.min(cols - j));
            }
        }
    }
}

/// Computes a partial tile at the edge of C via a full temporary tile.
fn multiply_edge(
    a: &[[f32; ROWS]],
    b: &[[f32; COLS]],
    c: &mut [f32],
    stride: usize,
    rows: usize,
    cols: usize,
) {
    let mut tile = [0.0; ROWS * COLS];
    for row in 0..rows {
        tile[row * COLS..][..cols].copy_from_slice(&c[row * stride..][..cols]);
    }
    multiply_tile(a, b, &mut tile, COLS);
    for row in 0..rows {
        c[row * stride..][..cols].copy_from_slice(&tile[row * COLS..][..cols]);
    }
}

/// The innermost loop: `C (4, 8) += A panel * B panel`, with the tile of C in registers.
#[inline(always)]
fn multiply_tile(a: &[[f32; ROWS]], b: &[[f32; COLS]], c: &mut [f32], stride: usize) {
    let mut tile = [[f32x4::ZERO; 2]; ROWS];
    for (row, tile) in tile.iter_mut().enumerate() {
        let (left, right) = halves(&c[row * stride..]);
        *tile = [f32x4::new(left), f32x4::new(right)];
    }
    for (a, b) in a.iter().zip(b) {
        let (left, right) = halves(b);
        let (left, right) = (f32x4::new(left), f32x4::new(right));
        for (&a, tile) in a.iter().zip(&mut tile) {
            let a = f32x4::splat(a);
            tile[0] += a * left;
            tile[1] += a * right;
        }
    }
    for (row, tile) in tile.iter().enumerate() {
        let c = &mut c[row * stride..][..COLS];
        c[..LANES].copy_from_slice(&tile[0].to_array());
        c[LANES..].copy_from_slice(&tile[1].to_array());
    }
}

/// The first eight elements as two vectors.
#[inline(always)]
fn halves(slice: &[f32]) -> ([f32; LANES], [f32; LANES]) {
    let chunk: &[f32; COLS] = slice.first_chunk().expect("a tile is complete");
    let [a, b, c, d, e, f, g, h] = *chunk;
    ([a, b, c, d], [e, f, g, h])
}
