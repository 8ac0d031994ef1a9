//! Storage formats of weight matrices, and activations.

use crate::gpu::View;
use crate::wgsl::part;
use bytemuck::Pod;
use half::f16;

/// A function applied to each element after its sum.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Activation {
    /// The identity.
    #[default]
    None,
    /// max(x, 0)
    Relu,
    /// GELU in the form of [`Unary::Gelu`](crate::cpu::elementwise::Unary::Gelu).
    Gelu,
}

/// A weight matrix (N, K) in one of the files' number formats.
#[derive(Clone, Copy)]
pub enum Weights<'a> {
    /// Row-major.
    F32(View<'a>),
    /// Two per word; each row is padded with zeros to a multiple of [`PACKED`] elements.
    F16(View<'a>),
    /// Integers, four per word; each row is padded with zeros to a multiple of [`PACKED`] elements. Then N
    /// scales, one factor per row.
    Int8(View<'a>, View<'a>),
}

/// Rows of packed weights are padded to a multiple of this many elements, so that each starts at a word.
pub const PACKED: usize = 4;

impl<'a> Weights<'a> {
    pub(super) fn format(&self) -> Format {
        match self {
            Self::F32(_) => Format::F32,
            Self::F16(_) => Format::F16,
            Self::Int8(..) => Format::Int8,
        }
    }

    pub(super) fn values(&self) -> View<'a> {
        match *self {
            Self::F32(values) | Self::F16(values) | Self::Int8(values, _) => values,
        }
    }

    pub(super) fn scales(&self) -> Option<View<'a>> {
        match *self {
            Self::Int8(_, scales) => Some(scales),
            _ => None,
        }
    }

    /// Number of elements from one row to the next.
    pub(super) fn stride(&self, k: usize) -> usize {
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

    /// Number of words in a matrix (n, k).
    pub fn words(&self, n: usize, k: usize) -> usize {
        n * self.stride(k) / self.format().per_word()
    }
}

/// Packs rows of `k` elements into the words of [`Weights::F16`], padding them with zeros.
pub fn pack_f16(values: &[f16], k: usize) -> Vec<u32> {
    let bits: Vec<u16> = values.iter().map(|value| value.to_bits()).collect();
    pack(&bits, k)
}

/// Packs rows of `k` elements into the words of [`Weights::Int8`], padding them with zeros.
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

/// Storage format of B.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    F32,
    F16,
    Int8,
}

impl Format {
    pub fn per_word(self) -> usize {
        match self {
            Self::F32 => 1,
            Self::F16 => 2,
            Self::Int8 => 4,
        }
    }
}
