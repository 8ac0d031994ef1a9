//! What a model learns from: numbered batches.

use super::shares::cut;
use std::ops::Range;

/// Batches, each a function of the seed and its number: a run that goes on needs no more than its step.
pub trait Examples {
    /// What a step learns from.
    type Batch: Batch;

    /// The batch of this step, counted from 0 over all epochs.
    fn at(&mut self, step: u64) -> Self::Batch;

    /// Whole passes over the examples before the batch that was asked for last.
    fn epoch(&self) -> u64;

    /// Batches of that pass.
    fn steps_per_epoch(&self) -> usize;
}

/// Examples side by side.
pub trait Batch: Clone {
    /// What the model is to predict: the tokens that its loss is the mean over.
    fn tokens(&self) -> usize;

    /// Parts that it can be cut in: examples, or 1 where they belong together.
    fn rows(&self) -> usize {
        1
    }

    /// Some of these parts, not none.
    fn cut(&self, _rows: &Range<usize>) -> Self {
        self.clone()
    }
}

/// Marks a target that is read and not scored; no vocabulary is so large.
pub const UNSCORED: u32 = u32::MAX;

/// Rows filled to the length of the longest: `(B, T)`.
pub(super) fn padded_rows<'a>(rows: impl Iterator<Item = &'a [u32]> + Clone, fill: u32) -> Vec<u32> {
    let width = rows.clone().map(<[u32]>::len).max().unwrap_or(0);
    rows.flat_map(|row| row.iter().copied().chain(std::iter::repeat(fill)).take(width)).collect()
}

/// Windows of texts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextBatch {
    /// `B`: windows side by side.
    pub rows: usize,
    /// `(B, T)`
    pub inputs: Vec<u32>,
    /// `(B, T)`: for each input the token that follows it, or [`UNSCORED`].
    pub targets: Vec<u32>,
    /// Whether texts begin here, so that what a model remembers of the batch before does not belong to them.
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
