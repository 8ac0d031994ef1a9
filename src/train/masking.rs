//! Masked language modelling (Devlin et al. 2019): some tokens of each text are hidden and must be predicted
//! from the rest.

use super::examples::{Batch, Examples};
use super::order::{epoch_seed, hash};
use super::pairs::{OfPairs, PairBatches, TokenPair, batches_by_length};
use super::shares::cut;
use crate::error::Result;
use crate::text::MaskTokenizer;
use std::ops::Range;

/// Fraction of tokens to predict.
const SHARE: f64 = 0.15;
/// Of these, the fraction that is masked; those up to `OTHER` are replaced by random tokens; the rest stay
/// unchanged.
const MASKED: f64 = 0.8;
const OTHER: f64 = 0.9;

/// A batch of texts with some tokens hidden.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MaskedBatch {
    /// `(B, S)`: the input ids, padded on the right.
    pub inputs: Vec<u32>,
    /// Number of real tokens in each row.
    pub lengths: Vec<usize>,
    /// Indices into `(B S)` of the tokens to predict, at least one.
    pub places: Vec<u32>,
    /// The original tokens at these places.
    pub targets: Vec<u32>,
}

impl Batch for MaskedBatch {
    fn tokens(&self) -> usize {
        self.targets.len()
    }

    fn rows(&self) -> usize {
        self.lengths.len()
    }

    fn cut(&self, rows: &Range<usize>) -> Self {
        let width = self.inputs.len() / self.rows();
        let first = (rows.start * width) as u32;
        let inside = first..(rows.end * width) as u32;
        let (places, targets) = self
            .places
            .iter()
            .zip(&self.targets)
            .filter(|(place, _)| inside.contains(place))
            .map(|(place, target)| (place - first, *target))
            .unzip();
        Self {
            inputs: cut(&self.inputs, self.rows(), rows),
            lengths: self.lengths[rows.clone()].to_vec(),
            places,
            targets,
        }
    }
}

/// A batch of whole texts.
#[derive(Clone)]
struct Rows(Vec<Vec<u32>>);

impl OfPairs for Rows {
    fn of_pairs(pairs: &[&TokenPair]) -> Self {
        Self(pairs.iter().map(|pair| pair.source.clone()).collect())
    }
}

impl Batch for Rows {
    fn tokens(&self) -> usize {
        self.0.iter().map(Vec::len).sum()
    }
}

/// The tokens that replace hidden ones.
#[derive(Clone, Copy, Debug)]
pub struct Masks {
    /// Id of `[MASK]`; ordinary tokens follow it, or precede it if it is the last id.
    pub mask: u32,
    /// Id of the padding token.
    pub pad: u32,
    /// Size of the vocabulary.
    pub vocab_size: usize,
}

impl Masks {
    /// The ids of a tokenizer.
    pub fn of(tokenizer: &MaskTokenizer) -> Self {
        Self { mask: tokenizer.mask, pad: tokenizer.pad, vocab_size: tokenizer.vocab_size() }
    }

    /// Hides tokens in the texts of a step; each text starts and ends with a special token, which is kept.
    /// Depends only on the seed and the step, and the PyTorch trainer makes the same choices.
    pub fn hide(self, rows: &[Vec<u32>], seed: u64, step: u64) -> MaskedBatch {
        let length = rows.iter().map(Vec::len).max().unwrap_or(0);
        let [drawn, fate, others] = [0, 1, 2].map(|k| epoch_seed(seed, 3 * step + k, 0));
        let share = |seed, index| (hash(seed, index) >> 11) as f64 / (1u64 << 53) as f64;
        let inner =
            || rows.iter().enumerate().flat_map(|(row, ids)| (1..ids.len() - 1).map(move |at| (row, at)));
        let is_drawn = |index: u64| share(drawn, index) < SHARE;
        let none = !(0..inner().count() as u64).any(is_drawn);
        let mut batch = MaskedBatch {
            inputs: rows
                .iter()
                .flat_map(|row| row.iter().copied().chain(std::iter::repeat(self.pad)).take(length))
                .collect(),
            lengths: rows.iter().map(Vec::len).collect(),
            places: Vec::new(),
            targets: Vec::new(),
        };
        for ((row, at), index) in
            inner().zip(0..).filter(|&(_, index)| is_drawn(index) || (none && index == 0))
        {
            let place = row * length + at;
            batch.places.push(place as u32);
            batch.targets.push(rows[row][at]);
            let share = share(fate, index);
            if share < MASKED {
                batch.inputs[place] = self.mask;
            } else if share < OTHER {
                // Ordinary tokens follow the special ones, or precede `[MASK]` if it is the last id.
                let behind = self.vocab_size as u64 - u64::from(self.mask) - 1;
                let (first, words) =
                    if behind > 0 { (self.mask + 1, behind) } else { (0, u64::from(self.mask)) };
                batch.inputs[place] = first + (hash(others, index) % words) as u32;
            }
        }
        batch
    }
}

/// Endless batches of texts of similar length; every step hides other tokens.
pub struct MaskedTexts {
    batches: PairBatches<Rows>,
    masks: Masks,
    seed: u64,
}

/// A text as a pair with two equal sides.
fn pair(row: Vec<u32>) -> TokenPair {
    TokenPair { target: row.clone(), source: row }
}

impl MaskedTexts {
    /// Batches of at most `tokens` padded tokens. Each text starts and ends with a special token and has at
    /// least one word in between.
    ///
    /// # Errors
    /// `text-too-short` without texts.
    pub fn new(rows: Vec<Vec<u32>>, masks: Masks, tokens: usize, seed: u64) -> Result<Self> {
        let batches = PairBatches::new(rows.into_iter().map(pair).collect(), tokens, seed)?;
        Ok(Self { batches, masks, seed })
    }
}

impl Examples for MaskedTexts {
    type Batch = MaskedBatch;

    fn at(&mut self, step: u64) -> MaskedBatch {
        let Rows(rows) = self.batches.at(step);
        self.masks.hide(&rows, self.seed, step)
    }

    fn epoch(&self) -> u64 {
        self.batches.epoch()
    }

    fn steps_per_epoch(&self) -> usize {
        self.batches.steps_per_epoch()
    }
}

/// All texts once, in batches of similar length and always with the same tokens hidden, for validation.
pub fn masked_once(rows: Vec<Vec<u32>>, masks: Masks, tokens: usize) -> Vec<MaskedBatch> {
    let pairs: Vec<TokenPair> = rows.into_iter().map(pair).collect();
    let batches: Vec<Rows> = batches_by_length(&pairs, tokens);
    batches.iter().zip(0..).map(|(Rows(rows), step)| masks.hide(rows, 0, step)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const MASKS: Masks = Masks { mask: 3, pad: 0, vocab_size: 50 };

    #[test]
    fn shares_are_those_of_the_paper() {
        let rows: Vec<Vec<u32>> = (0..100).map(|_| [&[1], &[10; 100][..], &[2]].concat()).collect();
        let batch = MASKS.hide(&rows, 5, 7);
        let found: Vec<u32> = batch.places.iter().map(|&place| batch.inputs[place as usize]).collect();
        let count = |is: fn(u32) -> bool| found.iter().filter(|&&id| is(id)).count() as f64;
        assert!((1400.0..1600.0).contains(&count(|_| true)), "{}", found.len());
        assert!((0.77..0.83).contains(&(count(|id| id == 3) / count(|_| true))));
        assert!((0.08..0.13).contains(&(count(|id| id == 10) / count(|_| true))));
        assert!(found.iter().all(|&id| (3..50).contains(&id)));
        assert!(batch.targets.iter().all(|&id| id == 10), "the ends stay");
        assert_eq!(batch, MASKS.hide(&rows, 5, 7));
        assert_ne!(batch, MASKS.hide(&rows, 5, 8));
    }

    /// The tests of the PyTorch trainer expect the same numbers.
    #[test]
    fn the_masks_are_the_twins() {
        let rows = [vec![1, 10, 11, 12, 13, 14, 15, 16, 2], vec![1, 20, 21, 22, 2], vec![1, 30, 2]];
        let drawn: Vec<(Vec<u32>, Vec<u32>)> = (0..4)
            .map(|step| {
                let MaskedBatch { inputs, places, targets, .. } = MASKS.hide(&rows, 9, step);
                (places.iter().map(|&place| inputs[place as usize]).collect(), targets)
            })
            .collect();
        assert_eq!(
            format!("{drawn:?}"),
            "[([3, 3], [14, 21]), ([3], [10]), ([15], [15]), ([3, 3, 3, 3], [12, 13, 21, 30])]"
        );
    }

    #[test]
    fn a_part_has_the_masks_of_its_rows() {
        let rows: Vec<Vec<u32>> =
            (0..6).map(|k| [&[1], &vec![10 + k; 3 + k as usize][..], &[2]].concat()).collect();
        let whole = MASKS.hide(&rows, 2, 1);
        let parts = [0..1, 1..4, 4..6].map(|range| whole.cut(&range));
        assert_eq!(parts.iter().map(Batch::tokens).sum::<usize>(), whole.tokens());
        let read = |batch: &MaskedBatch| -> Vec<u32> {
            batch.places.iter().map(|&place| batch.inputs[place as usize]).collect()
        };
        assert_eq!(parts.iter().flat_map(read).collect::<Vec<u32>>(), read(&whole));
    }

    #[test]
    fn one_word_is_enough() {
        let rows = [vec![1, 20, 2]];
        for step in 0..20 {
            assert_eq!(MASKS.hide(&rows, 0, step).targets, [20]);
        }
    }
}
