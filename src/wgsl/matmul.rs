//! Matrix products; twin of [`cpu::matmul`](crate::cpu::matmul).
//!
//! Matrices may be larger than a binding: such products are computed in pieces.

mod kernels;
mod methods;
mod pieces;
mod product;
mod weights;

pub use kernels::KERNELS;
pub use weights::{Activation, PACKED, Weights, pack_f16, pack_int8};

use super::{most_words, part};
use crate::cpu::matmul::Matmul;
use crate::gpu::View;
use product::{Operand, Product};
use weights::Format;

/// `C (+)= op(A) op(B)`; see [`Matmul`] for the shapes.
#[track_caller]
pub fn matmul(spec: Matmul, a: View<'_>, b: View<'_>, c: View<'_>) {
    batched(spec, 1, a, b, c);
}

/// Computes `items` products `C[i] (+)= op(A[i]) op(B[i])` of consecutive matrices. An operand that holds a
/// single matrix is used for all products.
#[track_caller]
pub fn batched(spec: Matmul, items: usize, a: View<'_>, b: View<'_>, c: View<'_>) {
    let Matmul { m, k, n, trans_a, trans_b, .. } = spec;
    let serves = |len: usize, one: usize| len == one || len == items * one;
    assert!(
        serves(a.len, m * k) && serves(b.len, k * n) && c.len == items * m * n,
        "matmul: {}, {} and {} values against {items} x {spec:?}",
        a.len,
        b.len,
        c.len
    );
    let item = |len: usize, one: usize| if len == one { 0 } else { one };
    pieces::record(Product {
        spec,
        items,
        a: Operand { item: item(a.len, m * k), ..Operand::new(a, if trans_a { m } else { k }) },
        b: Operand { item: item(b.len, k * n), ..Operand::new(b, if trans_b { k } else { n }) },
        c: Operand { item: m * n, ..Operand::new(c, n) },
        format: Format::F32,
        scales: None,
        bias: None,
        activation: Activation::None,
    });
}

/// `y (+)= x Wᵀ + bias`, then the activation, for `x` (R, `k`), `weight` (N, `k`), `bias` (N), `y` (R, N).
#[track_caller]
pub fn linear(
    x: View<'_>,
    weight: Weights<'_>,
    bias: Option<View<'_>>,
    y: View<'_>,
    [n, k]: [usize; 2],
    activation: Activation,
    accumulate: bool,
) {
    let m = y.len.checked_div(n).unwrap_or(0);
    assert!(
        x.len == m * k && y.len == m * n && weight.values().len == weight.words(n, k),
        "linear: lengths against ({m}, {k}) x ({n}, {k})"
    );
    assert!(bias.is_none_or(|bias| bias.len == n), "linear: bias");
    assert!(weight.scales().is_none_or(|scales| scales.len == n), "linear: scales");
    pieces::record(Product {
        spec: Matmul { m, k, n, trans_a: false, trans_b: true, accumulate },
        items: 1,
        a: Operand::new(x, k),
        b: Operand::new(weight.values(), weight.stride(k)),
        c: Operand::new(y, n),
        format: weight.format(),
        scales: weight.scales(),
        bias,
        activation,
    });
}

/// Unpacks the matrix `weight` (n, `k`) to f32 in `y`.
#[track_caller]
pub fn unpack(weight: Weights<'_>, [n, k]: [usize; 2], y: View<'_>) {
    assert!(
        y.len == n * k && weight.values().len == weight.words(n, k),
        "unpack: lengths against ({n}, {k})"
    );
    let most = most_words(y.buffer.gpu()) / k.max(1);
    for first in (0..n).step_by(most.max(1)) {
        let rows = most.min(n - first);
        kernels::record_rows(weight.rows(first, rows, k), [rows, k], None, part(y, first * k, rows * k));
    }
}

/// Unpacks row `ids[r]` of the matrix `weight` (N, `k`) to f32 in `y[r]`, for ids (R), u32, each below N.
///
/// The packed matrix and `y` must each fit into one binding.
#[track_caller]
pub fn gather(weight: Weights<'_>, ids: View<'_>, k: usize, y: View<'_>) {
    assert_eq!(y.len, ids.len * k, "gather: y");
    kernels::record_rows(weight, [ids.len, k], Some(ids), y);
}
