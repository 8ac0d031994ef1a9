//! Training data as numbered batches.

use super::shares::cut;
use std::ops::Range;

/// Batches, each a function of the seed and its number, so that resuming a run needs only its step.
pub trait Examples {
    /// The type of a batch.
    type Batch: Batch;

    /// The batch for this step, counted from 0 over all epochs.
    fn at(&mut self, step: u64) -> Self::Batch;

    /// Number of complete passes over the examples before the last requested batch.
    fn epoch(&self) -> u64;

    /// Number of batches in that pass.
    fn steps_per_epoch(&self) -> usize;
}

/// Examples that are processed together.
pub trait Batch: Clone {
    /// Number of predicted tokens, over which the loss is averaged.
    fn tokens(&self) -> usize;

    /// Number of rows the batch can be split into: its examples, or 1 if they cannot be separated.
    fn rows(&self) -> usize {
        1
    }

    /// A non-empty range of these rows.
    fn cut(&self, _rows: &Range<usize>) -> Self {
        self.clone()
    }
}

/// Marks a target that is not scored; larger than any token id.
pub const UNSCORED: u32 = u32::MAX;

/// Pads rows to the length of the longest: `(B, T)`.
pub(super) fn padded_rows<'a>(rows: impl Iterator<Item = &'a [u32]> + Clone, fill: u32) -> Vec<u32> {
    let width = rows.clone().map(<[u32]>::len).max().unwrap_or(0);
    rows.flat_map(|row| row.iter().copied().chain(std::iter::repeat(fill)).take(width)).collect()
}

/// Windows of texts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextBatch {
    /// `B`: number of windows.
    pub rows: usize,
    /// `(B, T)`
    pub inputs: Vec<u32>,
    /// `(B, T)`: the token that follows each input, or [`UNSCORED`].
    pub targets: Vec<u32>,
    /// Whether texts start here, so that the model's state from the previous batch must be dropped.
    pub restarts: bool,
}

impl Batch for TextBatch {
    fn tokens(&self) -> usize {
        self.targets.iter().filter(|&&id| id != UNSCORED).count()
    }

    fn rows(&self) -> usize {
        self.rows
    }

    fn cut(&self, rows: &Range<usize>) -> Self {
        let cut = |ids| cut(ids, self.rows, rows);
        Self {
            rows: rows.len(),
            inputs: cut(&self.inputs),
            targets: cut(&self.targets),
            restarts: self.restarts,
        }
    }
}
