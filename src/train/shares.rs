//! Splits a step into shares: ranges of rows that can be computed separately, by anyone, and are summed in a
//! fixed order. A run therefore has the same bits whether one worker computes all shares or each has a worker
//! of its own.

use crate::cpu::elementwise::{axpy, scale};
use crate::error::{Error, ErrorCode, Result};
use crate::tensor::Tensor;
use std::ops::Range;

/// The rows of one of `shares` shares: as even as possible, with the larger ones first.
///
/// ```
/// use liedwerk::train::share_rows;
/// assert_eq!([0, 1, 2].map(|share| share_rows(8, share, 3)), [0..3, 3..6, 6..8]);
/// ```
pub fn share_rows(rows: usize, share: usize, shares: usize) -> Range<usize> {
    let begin = |share: usize| share * (rows / shares) + share.min(rows % shares);
    begin(share)..begin(share + 1)
}

/// The given rows of `all`, which has `count` rows.
pub(super) fn cut<T: Clone>(all: &[T], count: usize, rows: &Range<usize>) -> Vec<T> {
    let width = all.len() / count;
    all[rows.start * width..rows.end * width].to_vec()
}

/// The result of computing a share.
#[derive(Clone)]
pub(super) struct Share {
    /// Mean loss over its tokens, a scalar.
    pub loss: Tensor,
    /// Gradients of that mean with respect to each trainable parameter.
    pub grads: Vec<Tensor>,
    /// State that its rows carry to the next batch: `(rows, _)`.
    pub carried: Vec<Tensor>,
}

impl Share {
    /// All numbers in sequence, little endian.
    pub fn to_bytes(&self) -> Vec<u8> {
        to_bytes([&self.loss].into_iter().chain(&self.grads).chain(&self.carried))
    }

    /// The inverse, for gradients shaped like `parameters` and state shaped like `carried`.
    ///
    /// # Errors
    /// `bad-weights` if the length does not match.
    pub fn from_bytes(bytes: &[u8], parameters: &[Tensor], carried: &[Tensor]) -> Result<Self> {
        let loss = Tensor::zeros(&[]);
        let mut all = [vec![loss], parameters.to_vec(), carried.to_vec()].concat();
        read_into(bytes, all.iter_mut())?;
        let carried = all.split_off(1 + parameters.len());
        let grads = all.split_off(1);
        Ok(Self { loss: all.remove(0), grads, carried })
    }
}

/// Joins shares, given with their token counts, into that of the whole batch.
pub(super) fn joined(shares: Vec<(Share, usize)>) -> Share {
    let all: usize = shares.iter().map(|(_, tokens)| tokens).sum();
    let is_cut = shares.len() > 1;
    let mut shares = shares.into_iter();
    let (mut whole, tokens) = shares.next().expect("a batch has a share");
    if !is_cut {
        // It may be on a GPU.
        return whole;
    }
    let part = |tokens: usize| tokens as f32 / all as f32;
    for sum in whole.grads.iter_mut().chain([&mut whole.loss]) {
        scale(part(tokens), sum.data_mut());
    }
    for (share, tokens) in shares {
        let sums = whole.grads.iter_mut().chain([&mut whole.loss]);
        for (sum, grad) in sums.zip(share.grads.iter().chain([&share.loss])) {
            axpy(part(tokens), grad.data(), sum.data_mut());
        }
        for (above, below) in whole.carried.iter_mut().zip(&share.carried) {
            let shape = [&[above.dim(0) + below.dim(0)], &above.shape()[1..]].concat();
            *above = Tensor::from_vec([above.data(), below.data()].concat(), &shape);
        }
    }
    whole
}

/// The given rows of carried state.
pub(super) fn rows_of(carried: &Tensor, rows: &Range<usize>) -> Tensor {
    let shape = [&[rows.len()], &carried.shape()[1..]].concat();
    Tensor::from_vec(cut(carried.data(), carried.dim(0), rows), &shape)
}

/// All numbers in sequence, little endian.
pub(super) fn to_bytes<'a>(tensors: impl Iterator<Item = &'a Tensor>) -> Vec<u8> {
    tensors.flat_map(|tensor| tensor.data()).flat_map(|value| value.to_le_bytes()).collect()
}

/// Splits a state into the number of steps done and the numbers for [`read_into`].
///
/// # Errors
/// `bad-weights` if it is too short.
pub(super) fn split_state(state: &[u8]) -> Result<(u64, &[u8])> {
    let (step, numbers) = state.split_first_chunk().ok_or_else(damaged)?;
    Ok((u64::from_le_bytes(*step), numbers))
}

fn damaged() -> Error {
    Error::new(ErrorCode::BadWeights, "a share of a step is cut off or of another model")
}

/// The inverse of [`to_bytes`], for tensors of known shapes.
///
/// # Errors
/// `bad-weights` if the number of values differs; the contents of the tensors are then unspecified.
pub(super) fn read_into<'a>(bytes: &[u8], tensors: impl Iterator<Item = &'a mut Tensor>) -> Result<()> {
    let mut rest = bytes;
    for tensor in tensors {
        let (own, behind) = rest.split_at_checked(4 * tensor.numel()).ok_or_else(damaged)?;
        for (value, bytes) in tensor.data_mut().iter_mut().zip(own.as_chunks().0) {
            *value = f32::from_le_bytes(*bytes);
        }
        rest = behind;
    }
    if rest.is_empty() { Ok(()) } else { Err(damaged()) }
}
