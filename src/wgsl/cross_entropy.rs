//! Cross-entropy loss; twin of [`cpu::cross_entropy`](crate::cpu::cross_entropy). Unlike there, the
//! probabilities are not stored but recomputed for the gradient, since the logits are the largest tensor in
//! training. The number of rows is unlimited: tensors too large for one binding are processed in parts.

use super::rows::{RowKernel, pieces, row_kernel, rows_of};
use super::{lib, word};
use crate::gpu::{Access, Dispatch, Kernel, View};

const CROSS_ENTROPY: RowKernel =
    row_kernel!("cross_entropy", &[Access::Read, Access::Read, Access::Write, Access::Write], Losses::PARAMS);

const CROSS_ENTROPY_BACKWARD: RowKernel = row_kernel!(
    "cross_entropy_backward",
    &[Access::Read, Access::Read, Access::Read, Access::Read, Access::Write],
    Gradients::PARAMS
);

const MEAN: Kernel = Kernel {
    name: "cross_entropy_mean",
    source: &[lib::HEAD, lib::REDUCE, include_str!("../../shaders/cross_entropy_mean.wgsl")],
    bindings: &[Access::Read, Access::Write],
    params: Mean::PARAMS,
};

/// The kernels of this file.
pub const KERNELS: &[Kernel] = &[
    CROSS_ENTROPY.narrow,
    CROSS_ENTROPY.wide,
    CROSS_ENTROPY_BACKWARD.narrow,
    CROSS_ENTROPY_BACKWARD.wide,
    MEAN,
];

params! {
    struct Losses {
        rows: u32,
        cols: u32,
        ignores: u32,
        ignored: u32,
        smoothing: f32,
    }
}

params! {
    struct Gradients {
        rows: u32,
        cols: u32,
        ignores: u32,
        ignored: u32,
        smoothing: f32,
        counted: f32,
    }
}

params! {
    struct Mean {
        rows: u32,
        counted: f32,
    }
}

/// Per row, with `p = softmax(logits)` and `e = smoothing`:
/// `loss = -(1 - e) * ln p[target] - e / cols * sum_c ln p[c]`, in nats; 0 where the target is `ignore`.
///
/// `logits` (R, `cols`); `targets` (R), u32, each below `cols` or equal to `ignore`; `losses` (R). `sums`
/// (R, 2) receives each row's maximum and `sum_c exp(logit - maximum)`, for the backward pass.
pub fn cross_entropy(
    logits: View<'_>,
    targets: View<'_>,
    cols: usize,
    ignore: Option<u32>,
    smoothing: f32,
    losses: View<'_>,
    sums: View<'_>,
) {
    let rows = targets.len;
    assert!(logits.len == rows * cols, "cross_entropy: rows");
    assert!((losses.len, sums.len) == (rows, 2 * rows), "cross_entropy: losses");
    if cols == 0 {
        return;
    }
    let (ignores, ignored) = (u32::from(ignore.is_some()), ignore.unwrap_or(0));
    for rows in pieces(logits.buffer.gpu(), rows, cols, 1) {
        let params = Losses { rows: word(rows.len()), cols: word(cols), ignores, ignored, smoothing };
        let views = [
            rows_of(logits, &rows, cols),
            rows_of(targets, &rows, 1),
            rows_of(losses, &rows, 1),
            rows_of(sums, &rows, 2),
        ];
        CROSS_ENTROPY.run([rows.len(), cols], &[], bytemuck::bytes_of(&params), &views);
    }
}

/// `mean (1) = sum of losses (R) / counted`.
pub fn mean_loss(losses: View<'_>, counted: f32, mean: View<'_>) {
    assert_eq!(mean.len, 1, "mean_loss: mean");
    losses.buffer.gpu().dispatch(&Dispatch {
        kernel: &MEAN,
        constants: &[],
        params: bytemuck::bytes_of(&Mean { rows: word(losses.len), counted }),
        views: &[losses, mean],
        groups: 1,
    });
}

/// Overwrites each row of `dx` with `upstream / counted * (p - (1 - e) * onehot(target) - e / cols)`, or with
/// zeros where the target is ignored.
///
/// `upstream` (1) is the gradient of the mean over `counted` rows. Other arguments as in [`cross_entropy`],
/// which computed `sums`.
pub fn cross_entropy_backward(
    logits: View<'_>,
    targets: View<'_>,
    sums: View<'_>,
    upstream: View<'_>,
    cols: usize,
    ignore: Option<u32>,
    smoothing: f32,
    counted: f32,
    dx: View<'_>,
) {
    let rows = targets.len;
    assert!([logits.len, dx.len] == [rows * cols; 2], "cross_entropy_backward: rows");
    assert!((sums.len, upstream.len) == (2 * rows, 1), "cross_entropy_backward: sums");
    if cols == 0 {
        return;
    }
    let (ignores, ignored) = (u32::from(ignore.is_some()), ignore.unwrap_or(0));
    for rows in pieces(logits.buffer.gpu(), rows, cols, 1) {
        let (count, width) = (word(rows.len()), word(cols));
        let params = Gradients { rows: count, cols: width, ignores, ignored, smoothing, counted };
        let views = [
            rows_of(logits, &rows, cols),
            rows_of(targets, &rows, 1),
            rows_of(sums, &rows, 2),
            upstream,
            rows_of(dx, &rows, cols),
        ];
        CROSS_ENTROPY_BACKWARD.run([rows.len(), cols], &[], bytemuck::bytes_of(&params), &views);
    }
}
