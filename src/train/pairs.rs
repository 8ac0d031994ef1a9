//! Sentence pairs as token ids, and batches of similar length.

use super::examples::{Batch, Examples, padded_rows};
use super::order::{epoch_seed, permutation};
use super::shares::cut;
use crate::error::{Error, ErrorCode, Result};
use crate::text::{END, PAD, PairTokenizer, START, SentencePair};
use std::marker::PhantomData;
use std::ops::Range;

/// A sentence and its translation, each including `<start>` and `<end>`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenPair {
    /// The input.
    pub source: Vec<u32>,
    /// The output to learn.
    pub target: Vec<u32>,
}

impl TokenPair {
    /// Length of the longer side.
    fn longest(&self) -> usize {
        self.source.len().max(self.target.len())
    }
}

/// Encodes the pairs with at most `max_tokens` tokens on both sides, including `<start>` and `<end>`.
pub fn encode_pairs(tokenizer: &PairTokenizer, pairs: &[SentencePair], max_tokens: usize) -> Vec<TokenPair> {
    pairs
        .iter()
        .map(|pair| TokenPair {
            source: tokenizer.source_frame(&tokenizer.encode_source(&pair.source)),
            target: [&[START], &tokenizer.encode_target(&pair.target)[..], &[END]].concat(),
        })
        .filter(|pair| pair.longest() <= max_tokens)
        .collect()
}

/// A batch that can be built from pairs.
pub trait OfPairs: Batch {
    /// Builds a batch from at least one pair, padding them to the same length.
    fn of_pairs(pairs: &[&TokenPair]) -> Self;
}

/// A batch of pairs, padded on the right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PairBatch {
    /// `(B, S)`
    pub src: Vec<u32>,
    /// Number of tokens in each row of `src`.
    pub src_lengths: Vec<usize>,
    /// `(B, T)`: decoder input.
    pub inputs: Vec<u32>,
    /// `(B, T)`: the token that follows each input, or [`PAD`].
    pub targets: Vec<u32>,
}

impl OfPairs for PairBatch {
    fn of_pairs(pairs: &[&TokenPair]) -> Self {
        Self {
            src: padded_rows(pairs.iter().map(|pair| &pair.source[..]), PAD),
            src_lengths: pairs.iter().map(|pair| pair.source.len()).collect(),
            inputs: padded_rows(pairs.iter().map(|pair| &pair.target[..pair.target.len() - 1]), PAD),
            targets: padded_rows(pairs.iter().map(|pair| &pair.target[1..]), PAD),
        }
    }
}

impl Batch for PairBatch {
    fn tokens(&self) -> usize {
        self.targets.iter().filter(|&&id| id != PAD).count()
    }

    fn rows(&self) -> usize {
        self.src_lengths.len()
    }

    fn cut(&self, rows: &Range<usize>) -> Self {
        let cut = |ids| cut(ids, self.rows(), rows);
        Self {
            src: cut(&self.src),
            src_lengths: self.src_lengths[rows.clone()].to_vec(),
            inputs: cut(&self.inputs),
            targets: cut(&self.targets),
        }
    }
}

/// All pairs once, in batches of similar length with at most `tokens` padded tokens per side.
pub fn batches_by_length<B: OfPairs>(pairs: &[TokenPair], tokens: usize) -> Vec<B> {
    let order = by_length(pairs, (0..pairs.len()).collect());
    cut_batches(pairs, &order, tokens).iter().map(|batch| gather(pairs, batch)).collect()
}

fn gather<B: OfPairs>(pairs: &[TokenPair], indices: &[usize]) -> B {
    B::of_pairs(&indices.iter().map(|&index| &pairs[index]).collect::<Vec<_>>())
}

/// Splits `order` into runs of at most `tokens` padded tokens per side, or of a single pair.
fn cut_batches(pairs: &[TokenPair], order: &[usize], tokens: usize) -> Vec<Vec<usize>> {
    let mut batches: Vec<Vec<usize>> = Vec::new();
    let mut longest = 0;
    for &index in order {
        longest = longest.max(pairs[index].longest());
        match batches.last_mut() {
            Some(batch) if longest * (batch.len() + 1) <= tokens => batch.push(index),
            _ => {
                longest = pairs[index].longest();
                batches.push(vec![index]);
            }
        }
    }
    batches
}

/// Sorts the indices of `pairs` by length, first that of the target.
fn by_length(pairs: &[TokenPair], mut order: Vec<usize>) -> Vec<usize> {
    order.sort_by_key(|&i| (pairs[i].target.len(), pairs[i].source.len()));
    order
}

/// Endless batches: every epoch shuffles the pairs, then groups pairs of similar length within pools of about
/// a hundred batches.
pub struct PairBatches<B = PairBatch> {
    pairs: Vec<TokenPair>,
    tokens: usize,
    seed: u64,
    epoch: u64,
    /// The batches of the current epoch.
    batches: Vec<Vec<usize>>,
    /// First step of each epoch seen so far and of the next one; epochs differ in length.
    starts: Vec<u64>,
    made: PhantomData<B>,
}

/// Number of batches per pool from which pairs of similar length are grouped.
const POOL: usize = 100;

impl<B: OfPairs> PairBatches<B> {
    /// Batches of at most `tokens` padded tokens per side.
    ///
    /// # Errors
    /// `text-too-short` without pairs.
    pub fn new(pairs: Vec<TokenPair>, tokens: usize, seed: u64) -> Result<Self> {
        if pairs.is_empty() {
            let message = "there is no pair that is short enough to train on";
            return Err(Error::new(ErrorCode::TextTooShort, message));
        }
        let (batches, starts) = (Vec::new(), vec![0]);
        let mut of_seed = Self { pairs, tokens, seed, epoch: 0, batches, starts, made: PhantomData };
        of_seed.load(0);
        Ok(of_seed)
    }

    fn load(&mut self, epoch: u64) {
        let order = permutation(epoch_seed(self.seed, epoch, 0), self.pairs.len());
        let total: usize = self.pairs.iter().map(TokenPair::longest).sum();
        let pool = (POOL * self.tokens * self.pairs.len() / total.max(1)).max(1);
        let mut batches: Vec<Vec<usize>> = order
            .chunks(pool)
            .flat_map(|pool| cut_batches(&self.pairs, &by_length(&self.pairs, pool.to_vec()), self.tokens))
            .collect();
        let order = permutation(epoch_seed(self.seed, epoch, 1), batches.len());
        self.batches = order.into_iter().map(|index| std::mem::take(&mut batches[index])).collect();
        self.epoch = epoch;
        if self.starts.len() as u64 == epoch + 1 {
            self.starts.push(self.starts[epoch as usize] + self.batches.len() as u64);
        }
    }
}

impl<B: OfPairs> Examples for PairBatches<B> {
    type Batch = B;

    fn at(&mut self, step: u64) -> B {
        while self.starts.last().is_some_and(|&end| end <= step) {
            self.load(self.starts.len() as u64 - 1);
        }
        let epoch = self.starts.partition_point(|&start| start <= step) - 1;
        if epoch as u64 != self.epoch {
            self.load(epoch as u64);
        }
        gather(&self.pairs, &self.batches[(step - self.starts[epoch]) as usize])
    }

    fn epoch(&self) -> u64 {
        self.epoch
    }

    fn steps_per_epoch(&self) -> usize {
        self.batches.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Rng;

    fn pairs(count: usize) -> Vec<TokenPair> {
        let mut rng = Rng::new(3);
        let mut side = |id: usize| {
            let words = std::iter::repeat_n(3 + id as u32, 1 + rng.below(9));
            [START].into_iter().chain(words).chain([END]).collect()
        };
        (0..count).map(|id| TokenPair { source: side(id), target: side(id) }).collect()
    }

    #[test]
    fn an_epoch_has_every_pair_once_in_batches_that_fit() {
        let mut batches = PairBatches::<PairBatch>::new(pairs(500), 64, 1).unwrap();
        let mut step = 0;
        for epoch in 0..2 {
            let mut seen = Vec::new();
            while seen.len() < 500 {
                let batch = batches.at(step);
                let rows = batch.src_lengths.len();
                assert!(batch.src.len().max(batch.inputs.len() + rows) <= 64);
                let width = batch.src.len() / rows;
                seen.extend(batch.src.chunks(width).map(|row| row[1]));
                assert_eq!(batches.epoch(), epoch);
                step += 1;
            }
            seen.sort_unstable();
            assert!(seen.into_iter().eq(3..503));
        }
    }

    #[test]
    fn a_step_has_the_same_batch_in_whatever_order_they_are_asked_for() {
        let fresh = || PairBatches::<PairBatch>::new(pairs(100), 40, 7).unwrap();
        let mut batches = fresh();
        let steps = 3 * batches.steps_per_epoch() as u64;
        let expected: Vec<PairBatch> = (0..steps).map(|step| batches.at(step)).collect();
        for step in (0..steps).rev() {
            assert_eq!(batches.at(step), expected[step as usize]);
            assert_eq!(fresh().at(step), expected[step as usize]);
        }
    }

    #[test]
    fn without_pairs_there_is_nothing_to_learn() {
        assert_eq!(
            PairBatches::<PairBatch>::new(Vec::new(), 40, 7).err().unwrap().code(),
            ErrorCode::TextTooShort
        );
    }

    #[test]
    fn a_batch_is_padded_on_the_right() {
        let pair =
            |source: &[u32], target: &[u32]| TokenPair { source: source.into(), target: target.into() };
        let batch = PairBatch::of_pairs(&[&pair(&[1, 5, 2], &[1, 6, 7, 2]), &pair(&[1, 8, 9, 2], &[1, 2])]);
        assert_eq!(batch.src, [1, 5, 2, 0, 1, 8, 9, 2]);
        assert_eq!(batch.src_lengths, [3, 4]);
        assert_eq!(batch.inputs, [1, 6, 7, 1, 0, 0]);
        assert_eq!(batch.targets, [6, 7, 2, 2, 0, 0]);
        assert_eq!(batch.tokens(), 4);
    }
}
