//! Labelled examples: a text with one label, or a sentence with a label for every word.

use super::examples::{Batch, UNSCORED, padded_rows};
use super::pairs::{OfPairs, TokenPair};
use super::shares::cut;
use crate::text::PAD;
use std::ops::Range;

/// A batch of texts with their labels, which are the targets of the pairs: one label per text, or one per
/// word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LabelBatch {
    /// `(B, S)`: the input ids, padded on the right.
    pub inputs: Vec<u32>,
    /// Number of real tokens in each row.
    pub lengths: Vec<usize>,
    /// `(B)`, or `(B, S)` with [`UNSCORED`] for padding.
    pub labels: Vec<u32>,
}

impl OfPairs for LabelBatch {
    fn of_pairs(pairs: &[&TokenPair]) -> Self {
        Self {
            inputs: padded_rows(pairs.iter().map(|pair| &pair.source[..]), PAD),
            lengths: pairs.iter().map(|pair| pair.source.len()).collect(),
            labels: padded_rows(pairs.iter().map(|pair| &pair.target[..]), UNSCORED),
        }
    }
}

impl Batch for LabelBatch {
    fn tokens(&self) -> usize {
        self.labels.iter().filter(|&&label| label != UNSCORED).count()
    }

    fn rows(&self) -> usize {
        self.lengths.len()
    }

    fn cut(&self, rows: &Range<usize>) -> Self {
        let cut = |ids| cut(ids, self.rows(), rows);
        Self {
            inputs: cut(&self.inputs),
            lengths: self.lengths[rows.clone()].to_vec(),
            labels: cut(&self.labels),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_batch_has_one_label_a_text_or_one_a_word() {
        let pair =
            |source: &[u32], target: &[u32]| TokenPair { source: source.into(), target: target.into() };
        let of_texts = LabelBatch::of_pairs(&[&pair(&[5, 6, 7], &[2]), &pair(&[8], &[0])]);
        assert_eq!(of_texts.inputs, [5, 6, 7, 8, 0, 0]);
        assert_eq!((&of_texts.lengths[..], &of_texts.labels[..]), (&[3, 1][..], &[2, 0][..]));
        let of_words = LabelBatch::of_pairs(&[&pair(&[5, 6], &[2, 1]), &pair(&[8], &[0])]);
        assert_eq!(of_words.labels, [2, 1, 0, UNSCORED]);
        assert_eq!(of_words.tokens(), 3);
    }
}
