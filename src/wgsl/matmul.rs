//! Matrix products; twin of [`cpu::matmul`](crate::cpu::matmul).
//!
//! Nothing here is limited by what one binding may show: products of larger matrices are computed in pieces.

mod kernels;
mod methods;
mod pieces;

pub use kernels::KERNELS;

use super::{most_words, part};
use crate::cpu::matmul::Matmul;
use crate::gpu::{Gpu, View};
use bytemuck::Pod;
use half::f16;
use pieces::{Operand, Product};

/// What becomes of an element after its sum.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Activation {
    /// Nothing.
    #[default]
    None,
    /// max(x, 0)
    Relu,
    /// The Gelu of [`Unary`](crate::cpu::elementwise::Unary).
    Gelu,
}

/// A matrix (N, K) of weights, in one of the number formats of files.
#[derive(Clone, Copy)]
pub enum Weights<'a> {
    /// Row-major.
    F32(View<'a>),
    /// Two in a word, each row filled up with zeros to a multiple of [`PACKED`] numbers.
    F16(View<'a>),
    /// Integers, four in a word, each row filled up with zeros to a multiple of [`PACKED`]; and N scales, with
    /// which the rows are multiplied.
    Int8(View<'a>, View<'a>),
}

/// Rows of packed weights have a multiple of so many numbers, so that each begins at a word.
pub const PACKED: usize = 4;

impl<'a> Weights<'a> {
    fn format(&self) -> Format {
        match self {
            Self::F32(_) => Format::F32,
            Self::F16(_) => Format::F16,
            Self::Int8(..) => Format::Int8,
        }
    }

    fn values(&self) -> View<'a> {
        match *self {
            Self::F32(values) | Self::F16(values) | Self::Int8(values, _) => values,
        }
    }

    fn scales(&self) -> Option<View<'a>> {
        match *self {
            Self::Int8(_, scales) => Some(scales),
            _ => None,
        }
    }

    /// Numbers from one row to the next.
    fn stride(&self, k: usize) -> usize {
        if self.format() == Format::F32 { k } else { k.next_multiple_of(PACKED) }
    }

    /// Rows `first .. first + count` of a matrix (N, `k`).
    #[track_caller]
    pub fn rows(self, first: usize, count: usize, k: usize) -> Self {
        let (start, len) = (self.words(first, k), self.words(count, k));
        match self {
            Self::F32(values) => Self::F32(part(values, start, len)),
            Self::F16(values) => Self::F16(part(values, start, len)),
            Self::Int8(values, scales) => Self::Int8(part(values, start, len), part(scales, first, count)),
        }
    }

    /// Words of a matrix (n, k).
    pub fn words(&self, n: usize, k: usize) -> usize {
        n * self.stride(k) / self.format().per_word()
    }
}

/// Rows of `k` numbers, filled up with zeros, as the words of [`Weights::F16`].
pub fn pack_f16(values: &[f16], k: usize) -> Vec<u32> {
    let bits: Vec<u16> = values.iter().map(|value| value.to_bits()).collect();
    pack(&bits, k)
}

/// Rows of `k` numbers, filled up with zeros, as the words of [`Weights::Int8`].
pub fn pack_int8(values: &[i8], k: usize) -> Vec<u32> {
    pack(values, k)
}

fn pack<T: Pod>(values: &[T], k: usize) -> Vec<u32> {
    let stride = k.next_multiple_of(PACKED);
    let mut padded = vec![T::zeroed(); values.len().checked_div(k).unwrap_or(0) * stride];
    for (padded, row) in padded.chunks_exact_mut(stride.max(1)).zip(values.chunks_exact(k.max(1))) {
        padded[..k].copy_from_slice(row);
    }
    bytemuck::pod_collect_to_vec(&padded)
}

/// How B is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    F32,
    F16,
    Int8,
}

impl Format {
    fn per_word(self) -> usize {
        match self {
            Self::F32 => 1,
            Self::F16 => 2,
            Self::Int8 => 4,
        }
    }
}

/// `C (+)= op(A) op(B)`; see [`Matmul`] for the shapes.
#[track_caller]
pub fn matmul(spec: Matmul, a: View<'_>, b: View<'_>, c: View<'_>) {
    batched(spec, 1, a, b, c);
}

/// `items` products `C[i] (+)= op(A[i]) op(B[i])`, their matrices one after the other; an operand that holds
/// a single matrix serves all products.
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
    Product {
        spec,
        items,
        a: Operand { item: item(a.len, m * k), ..Operand::new(a, if trans_a { m } else { k }) },
        b: Operand { item: item(b.len, k * n), ..Operand::new(b, if trans_b { k } else { n }) },
        c: Operand { item: m * n, ..Operand::new(c, n) },
        format: Format::F32,
        scales: None,
        bias: None,
        activation: Activation::None,
    }
    .run();
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
    Product {
        spec: Matmul { m, k, n, trans_a: false, trans_b: true, accumulate },
        items: 1,
        a: Operand::new(x, k),
        b: Operand::new(weight.values(), weight.stride(k)),
        c: Operand::new(y, n),
        format: weight.format(),
        scales: weight.scales(),
        bias,
        activation,
    }
    .run();
}

/// `y` becomes the packed matrix `weight` (n, `k`) as f32.
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

/// `y[r]` becomes row `ids[r]` of the packed matrix `weight` (N, `k`) as f32, for ids (R) of `u32` below N.
///
/// The words of the matrix, and y, must not be more than one binding shows.
#[track_caller]
pub fn gather(weight: Weights<'_>, ids: View<'_>, k: usize, y: View<'_>) {
    assert_eq!(y.len, ids.len * k, "gather: y");
    kernels::record_rows(weight, [ids.len, k], Some(ids), y);
}
