//! 2-D convolution; twin of [`cpu::conv2d`](crate::cpu::conv2d). As many images as fit into a binding are
//! unfolded into one matrix, so that each group is a single product.

use super::matmul::batched;
use super::permute::permute;
use super::windows::{fold, unfold};
use super::{most_words, part};
use crate::cpu::conv2d::Conv2d;
use crate::cpu::matmul::Matmul;
use crate::gpu::{Gpu, View};

/// Splits the images into parts whose columns and outputs can be bound; yields first image and count of each
/// part.
fn parts(gpu: &Gpu, spec: &Conv2d, images: usize) -> impl Iterator<Item = [usize; 2]> + use<> {
    let widest = spec.columns().max(spec.output()).max(spec.image()).max(1);
    let most = (most_words(gpu) / widest).max(1);
    (0..images).step_by(most).map(move |first| [first, most.min(images - first)])
}

/// Checks the lengths and returns the number of images.
#[track_caller]
fn images(spec: &Conv2d, x: usize, weight: usize, y: usize) -> usize {
    let images = x.checked_div(spec.image()).unwrap_or(0);
    let expected = (images * spec.image(), spec.outputs * spec.depth(), images * spec.output());
    assert_eq!((x, weight, y), expected, "conv2d: lengths against {spec:?}");
    images
}

/// `count` images of a view, starting with image `first`; an image has `size` elements.
fn some(view: View<'_>, size: usize, [first, count]: [usize; 2]) -> View<'_> {
    part(view, first * size, count * size)
}

/// `y[n, o] = Σ weight[o] · windows(x[n])`, for `x (N, C, H, W)`, `weight (O, C / groups, kernel)` and
/// `y (N, O, windows)`.
#[track_caller]
pub fn conv2d(spec: Conv2d, x: View<'_>, weight: View<'_>, y: View<'_>) {
    let (gpu, images) = (x.buffer.gpu(), images(&spec, x.len, weight.len, y.len));
    let (p, k, m) = (spec.windows.windows(), spec.depth(), spec.outputs / spec.groups);
    for range in parts(gpu, &spec, images) {
        let [_, n] = range;
        let [columns, rows] = [spec.columns(), spec.output()].map(|size| gpu.empty(n * size));
        unfold(spec.windows, spec.channels, some(x, spec.image(), range), (&columns).into());
        let product = Matmul { m, k, n: n * p, trans_a: false, trans_b: false, accumulate: false };
        batched(product, spec.groups, weight, (&columns).into(), (&rows).into());
        permute((&rows).into(), &[spec.outputs, n, p], &[1, 0, 2], some(y, spec.output(), range));
    }
}

/// The gradient of [`conv2d`] with respect to its images; overwrites `dx`.
#[track_caller]
pub fn conv2d_backward_input(spec: Conv2d, weight: View<'_>, dy: View<'_>, dx: View<'_>) {
    let (gpu, images) = (dx.buffer.gpu(), images(&spec, dx.len, weight.len, dy.len));
    let (p, k, m) = (spec.windows.windows(), spec.depth(), spec.outputs / spec.groups);
    for range in parts(gpu, &spec, images) {
        let [_, n] = range;
        let [columns, rows] = [spec.columns(), spec.output()].map(|size| gpu.empty(n * size));
        permute(some(dy, spec.output(), range), &[n, spec.outputs, p], &[1, 0, 2], (&rows).into());
        let product = Matmul { m: k, k: m, n: n * p, trans_a: true, trans_b: false, accumulate: false };
        batched(product, spec.groups, weight, (&rows).into(), (&columns).into());
        fold(spec.windows, spec.channels, (&columns).into(), some(dx, spec.image(), range));
    }
}

/// The gradient of [`conv2d`] with respect to its weight; overwrites `dweight`.
#[track_caller]
pub fn conv2d_backward_weight(spec: Conv2d, x: View<'_>, dy: View<'_>, dweight: View<'_>) {
    let (gpu, images) = (x.buffer.gpu(), images(&spec, x.len, dweight.len, dy.len));
    let (p, k, m) = (spec.windows.windows(), spec.depth(), spec.outputs / spec.groups);
    if images == 0 {
        return super::elementwise::fill(0.0, dweight);
    }
    for range in parts(gpu, &spec, images) {
        let [first, n] = range;
        let [columns, rows] = [spec.columns(), spec.output()].map(|size| gpu.empty(n * size));
        unfold(spec.windows, spec.channels, some(x, spec.image(), range), (&columns).into());
        permute(some(dy, spec.output(), range), &[n, spec.outputs, p], &[1, 0, 2], (&rows).into());
        let product = Matmul { m, k: n * p, n: k, trans_a: false, trans_b: true, accumulate: first > 0 };
        batched(product, spec.groups, (&rows).into(), (&columns).into(), dweight);
    }
}
