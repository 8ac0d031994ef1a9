//! Splits a product into pieces whose operands fit into bindings.

use super::methods;
use super::product::{Operand, Product};
use super::weights::{Activation, Format};
use crate::cpu::matmul::Matmul;
use crate::gpu::View;
use crate::wgsl::most_words;

/// The axis along which a product is split.
#[derive(Clone, Copy)]
enum Axis {
    Items,
    M,
    K,
    N,
}

/// Splits are at multiples of this, so that rows stay aligned to words and to groups of four.
const GRAIN: usize = 64;

/// Records a product.
pub(super) fn record(product: Product<'_>) {
    let Matmul { m, n, .. } = product.spec;
    if product.items * m * n == 0 {
        return;
    }
    match cut(&product) {
        Some((axis, size)) if size > 1 => {
            let at = if size <= GRAIN { size / 2 } else { (size / 2).next_multiple_of(GRAIN) };
            let (first, second) = halves(product, axis, at, size);
            record(first);
            record(second);
        }
        _ => methods::record(&product),
    }
}

/// The axis to split and its length, if an operand is too large for a binding or a sum is too long.
fn cut(product: &Product<'_>) -> Option<(Axis, usize)> {
    let Matmul { m, k, n, trans_a, trans_b, .. } = product.spec;
    let most = most_words(product.gpu());
    let [a, b, c] = product.views();
    let rows = |item: usize, (axis, size): (Axis, usize)| {
        if product.items > 1 && item > 0 { (Axis::Items, product.items) } else { (axis, size) }
    };
    if a.len > most {
        Some(rows(product.a.item, if trans_a { (Axis::K, k) } else { (Axis::M, m) }))
    } else if b.len > most {
        Some(rows(product.b.item, if trans_b { (Axis::N, n) } else { (Axis::K, k) }))
    } else if c.len > most {
        Some(rows(product.c.item, (Axis::M, m)))
    } else {
        methods::is_long(product).then_some((Axis::K, k))
    }
}

/// Splits an axis of length `size` at position `at`.
fn halves<'a>(product: Product<'a>, axis: Axis, at: usize, size: usize) -> (Product<'a>, Product<'a>) {
    let (mut first, mut second) = (product, product);
    let Matmul { trans_a, trans_b, .. } = product.spec;
    let Product { a, b, c, format, .. } = product;
    let along = |operand: Operand<'_>, row: bool| if row { at * operand.stride } else { at };
    match axis {
        Axis::Items => {
            (first.items, second.items) = (at, size - at);
            second.a = a.from(at * a.item, Format::F32);
            second.b = b.from(at * b.item, format);
            second.c = c.from(at * c.item, Format::F32);
        }
        Axis::M => {
            (first.spec.m, second.spec.m) = (at, size - at);
            second.a = a.from(along(a, !trans_a), Format::F32);
            second.c = c.from(at * c.stride, Format::F32);
        }
        Axis::K => {
            (first.spec.k, second.spec.k) = (at, size - at);
            (first.bias, first.activation) = (None, Activation::None);
            second.spec.accumulate = true;
            second.a = a.from(along(a, trans_a), Format::F32);
            second.b = b.from(along(b, !trans_b), format);
        }
        Axis::N => {
            (first.spec.n, second.spec.n) = (at, size - at);
            second.b = b.from(along(b, trans_b), format);
            second.c = c.from(at, Format::F32);
            let cut = |view: Option<View<'a>>| {
                view.map(|View { buffer, start, .. }| {
                    (buffer.view(start, at), buffer.view(start + at, size - at))
                })
                .unzip()
            };
            (first.bias, second.bias) = cut(product.bias);
            (first.scales, second.scales) = cut(product.scales);
        }
    }
    (first, second)
}
