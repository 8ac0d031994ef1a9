//! Layer normalisation; twin of [`cpu::layer_norm`](crate::cpu::layer_norm). The number of rows is unlimited:
//! tensors too large for one binding are processed in parts.

use super::rows::{PARAMS, RowKernel, SMALL, params, pieces, row_kernel, rows_of};
use super::{lib, word};
use crate::gpu::{Access, Dispatch, Kernel, View};

const LAYER_NORM: RowKernel = row_kernel!(
    "layer_norm",
    &[Access::Read, Access::Read, Access::Read, Access::Write, Access::Write, Access::Write],
    Normal::PARAMS
);

const LAYER_NORM_BACKWARD: RowKernel = row_kernel!(
    "layer_norm_backward",
    &[Access::Read, Access::Read, Access::Read, Access::Read, Access::Read, Access::Write],
    PARAMS
);

const COLUMNS: Kernel = Kernel {
    name: "layer_norm_columns",
    source: &[lib::HEAD, include_str!("../../shaders/layer_norm_columns.wgsl")],
    bindings: &[Access::Read, Access::Read, Access::Read, Access::Read, Access::Write],
    params: Blocks::PARAMS,
};

const COLUMNS_SUM: Kernel = Kernel {
    name: "layer_norm_columns_sum",
    source: &[lib::HEAD, include_str!("../../shaders/layer_norm_columns_sum.wgsl")],
    bindings: &[Access::Read, Access::Write, Access::Write],
    params: Sums::PARAMS,
};

/// The kernels of this file.
pub const KERNELS: &[Kernel] = &[
    LAYER_NORM.narrow,
    LAYER_NORM.wide,
    LAYER_NORM_BACKWARD.narrow,
    LAYER_NORM_BACKWARD.wide,
    COLUMNS,
    COLUMNS_SUM,
];

/// Sums over the rows are computed in blocks of at least this many rows, ...
const BLOCK: usize = 32;
/// ... and in at most this many blocks, so that neither of the two sums is long.
const MOST_BLOCKS: usize = 128;

params! {
    struct Normal {
        rows: u32,
        cols: u32,
        eps: f32,
    }
}

params! {
    struct Blocks {
        rows: u32,
        cols: u32,
        block: u32,
        tiles: u32,
    }
}

params! {
    struct Sums {
        blocks: u32,
        cols: u32,
    }
}

/// `y = (x - mean) * rstd * weight + bias` per row, with `rstd = 1 / sqrt(variance + eps)` and the
/// biased variance.
///
/// `x`, `y` (R, `cols`); `weight`, `bias` (`cols`); `mean`, `rstd` (R) are saved for the backward pass.
pub fn layer_norm(
    x: View<'_>,
    weight: View<'_>,
    bias: View<'_>,
    eps: f32,
    y: View<'_>,
    mean: View<'_>,
    rstd: View<'_>,
    cols: usize,
) {
    let rows = mean.len;
    assert!([x.len, y.len] == [rows * cols; 2] && rstd.len == rows, "layer_norm: rows");
    assert!([weight.len, bias.len] == [cols; 2], "layer_norm: cols");
    if cols == 0 {
        return;
    }
    for rows in pieces(x.buffer.gpu(), rows, cols, 1) {
        let [x, y] = [x, y].map(|view| rows_of(view, &rows, cols));
        let [mean, rstd] = [mean, rstd].map(|view| rows_of(view, &rows, 1));
        let params = Normal { rows: word(rows.len()), cols: word(cols), eps };
        let views = [x, weight, bias, y, mean, rstd];
        LAYER_NORM.run([rows.len(), cols], &[], bytemuck::bytes_of(&params), &views);
    }
}

/// The gradient of [`layer_norm`]; with `n = (x - mean) * rstd` and `g = dy * weight`:
/// `dx = rstd * (g - mean_c(g) - n * mean_c(g * n))`, `dweight = sum_r dy * n`, `dbias = sum_r dy`. All three
/// are overwritten.
///
/// `x`, `dy`, `dx` (R, `cols`); `weight`, `dweight`, `dbias` (`cols`); `mean`, `rstd` (R).
pub fn layer_norm_backward(
    x: View<'_>,
    weight: View<'_>,
    mean: View<'_>,
    rstd: View<'_>,
    dy: View<'_>,
    dx: View<'_>,
    dweight: View<'_>,
    dbias: View<'_>,
    cols: usize,
) {
    let rows = mean.len;
    assert!([x.len, dy.len, dx.len] == [rows * cols; 3], "layer_norm_backward: rows");
    assert!([weight.len, dweight.len, dbias.len] == [cols; 3], "layer_norm_backward: cols");
    assert_eq!(rstd.len, rows, "layer_norm_backward: rstd");
    if cols == 0 {
        return;
    }
    for rows in pieces(x.buffer.gpu(), rows, cols, 1) {
        let [x, dy, dx] = [x, dy, dx].map(|view| rows_of(view, &rows, cols));
        let [mean, rstd] = [mean, rstd].map(|view| rows_of(view, &rows, 1));
        let params = params(rows.len(), cols);
        let views = [x, weight, mean, rstd, dy, dx];
        LAYER_NORM_BACKWARD.run([rows.len(), cols], &[], &params, &views);
    }
    column_sums(x, mean, rstd, dy, dweight, dbias, cols);
}

/// Computes `dweight` and `dbias` of [`layer_norm_backward`].
fn column_sums(
    x: View<'_>,
    mean: View<'_>,
    rstd: View<'_>,
    dy: View<'_>,
    dweight: View<'_>,
    dbias: View<'_>,
    cols: usize,
) {
    let (gpu, rows) = (x.buffer.gpu(), mean.len);
    let block = rows.div_ceil(MOST_BLOCKS).max(BLOCK);
    let (blocks, tiles) = (rows.div_ceil(block), cols.div_ceil(SMALL));
    let sums = gpu.empty(2 * blocks * cols);
    for rows in pieces(gpu, rows, cols, block) {
        let [x, dy] = [x, dy].map(|view| rows_of(view, &rows, cols));
        let [mean, rstd] = [mean, rstd].map(|view| rows_of(view, &rows, 1));
        let part = rows.start / block..rows.end.div_ceil(block);
        let (groups, sums) = (part.len() * tiles, rows_of((&sums).into(), &part, 2 * cols));
        let params =
            Blocks { rows: word(rows.len()), cols: word(cols), block: word(block), tiles: word(tiles) };
        gpu.dispatch(&Dispatch {
            kernel: &COLUMNS,
            constants: &[],
            params: bytemuck::bytes_of(&params),
            views: &[x, mean, rstd, dy, sums],
            groups,
        });
    }
    gpu.dispatch(&Dispatch {
        kernel: &COLUMNS_SUM,
        constants: &[],
        params: bytemuck::bytes_of(&Sums { blocks: word(blocks), cols: word(cols) }),
        views: &[(&sums).into(), dweight, dbias],
        groups: tiles,
    });
}
