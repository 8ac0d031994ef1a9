//! Sentence pairs as token ids, and batches of similar length.

use super::order::{epoch_seed, permutation};
use crate::text::{END, PAD, PairTokenizer, START, SentencePair};
use serde::{Deserialize, Serialize};

/// A sentence and its translation, each from `<start>` to `<end>`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenPair {
    /// What is read.
    pub source: Vec<u32>,
    /// What is to be written.
    pub target: Vec<u32>,
}

impl TokenPair {
    /// The longer side.
    fn longest(&self) -> usize {
        self.source.len().max(self.target.len())
    }
}

/// The pairs whose sides both have at most `max_tokens` tokens, `<start>` and `<end>` included.
pub fn encode_pairs(tokenizer: &PairTokenizer, pairs: &[SentencePair], max_tokens: usize) -> Vec<TokenPair> {
    let framed = |ids: Vec<u32>| [&[START], &ids[..], &[END]].concat();
    pairs
        .iter()
        .map(|pair| TokenPair {
            source: framed(tokenizer.encode_source(&pair.source)),
            target: framed(tokenizer.encode_target(&pair.target)),
        })
        .filter(|pair| pair.longest() <= max_tokens)
        .collect()
}

/// Pairs side by side, padded on the right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PairBatch {
    /// `(B, S)`
    pub src: Vec<u32>,
    /// For each pair the number of tokens in its row of `src`.
    pub src_lengths: Vec<usize>,
    /// `(B, T)`: what the decoder reads.
    pub inputs: Vec<u32>,
    /// `(B, T)`: for each input the token that follows it, [`PAD`] where there is none.
    pub targets: Vec<u32>,
}

impl PairBatch {
    /// All of `pairs`, which are not empty.
    pub fn new(pairs: &[&TokenPair]) -> Self {
        let padded = |side: &dyn Fn(&TokenPair) -> Vec<u32>| {
            let rows: Vec<Vec<u32>> = pairs.iter().map(|pair| side(pair)).collect();
            let length = rows.iter().map(Vec::len).max().unwrap_or(0);
            rows.into_iter()
                .flat_map(|row| row.into_iter().chain(std::iter::repeat(PAD)).take(length))
                .collect()
        };
        Self {
            src: padded(&|pair| pair.source.clone()),
            src_lengths: pairs.iter().map(|pair| pair.source.len()).collect(),
            inputs: padded(&|pair| pair.target[..pair.target.len() - 1].to_vec()),
            targets: padded(&|pair| pair.target[1..].to_vec()),
        }
    }

    /// Target tokens that are not padding.
    pub fn target_tokens(&self) -> usize {
        self.targets.iter().filter(|&&id| id != PAD).count()
    }
}

/// Consecutive runs of `order`, each of at most `tokens` padded tokens a side, or of one pair.
pub fn cut_batches(pairs: &[TokenPair], order: &[usize], tokens: usize) -> Vec<Vec<usize>> {
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

/// The indices of `pairs` by length, the target's first.
pub fn by_length(pairs: &[TokenPair], mut order: Vec<usize>) -> Vec<usize> {
    order.sort_by_key(|&i| (pairs[i].target.len(), pairs[i].source.len()));
    order
}

/// Endless batches: in every epoch the pairs are shuffled, and of so many as fill a hundred batches those of
/// similar length come together.
pub struct PairBatches {
    pairs: Vec<TokenPair>,
    tokens: usize,
    seed: u64,
    position: PairPosition,
    /// Those of the epoch.
    batches: Vec<Vec<usize>>,
}

/// Where the batches stand, for resuming.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PairPosition {
    epoch: u64,
    next: usize,
}

/// Batches from which those of similar length are formed.
const POOL: usize = 100;

impl PairBatches {
    /// Batches of at most `tokens` padded tokens a side. There is at least one pair.
    pub fn new(pairs: Vec<TokenPair>, tokens: usize, seed: u64) -> Self {
        let position = PairPosition { epoch: 0, next: 0 };
        let mut batches = Self { pairs, tokens, seed, position, batches: Vec::new() };
        batches.seek(&position);
        batches
    }

    /// Whole passes over the pairs so far.
    pub fn epoch(&self) -> u64 {
        self.position.epoch
    }

    /// Batches in this epoch.
    pub fn epoch_len(&self) -> usize {
        self.batches.len()
    }

    /// The next batch.
    pub fn next_batch(&mut self) -> PairBatch {
        if self.position.next == self.batches.len() {
            self.seek(&PairPosition { epoch: self.position.epoch + 1, next: 0 });
        }
        let batch = &self.batches[self.position.next];
        self.position.next += 1;
        PairBatch::new(&batch.iter().map(|&index| &self.pairs[index]).collect::<Vec<_>>())
    }

    /// Where the batches stand.
    pub fn position(&self) -> PairPosition {
        self.position
    }

    /// Goes to where another run stood: an epoch is a function of the seed and its number.
    pub fn seek(&mut self, to: &PairPosition) {
        let order = permutation(epoch_seed(self.seed, to.epoch, 0), self.pairs.len());
        let total: usize = self.pairs.iter().map(TokenPair::longest).sum();
        let pool = (POOL * self.tokens * self.pairs.len() / total.max(1)).max(1);
        let mut batches: Vec<Vec<usize>> = order
            .chunks(pool)
            .flat_map(|pool| cut_batches(&self.pairs, &by_length(&self.pairs, pool.to_vec()), self.tokens))
            .collect();
        let order = permutation(epoch_seed(self.seed, to.epoch, 1), batches.len());
        self.batches = order.into_iter().map(|index| std::mem::take(&mut batches[index])).collect();
        self.position = PairPosition { next: to.next.min(self.batches.len()), ..*to };
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
        let mut batches = PairBatches::new(pairs(500), 64, 1);
        for epoch in 0..2 {
            let mut seen = Vec::new();
            for _ in 0..batches.epoch_len() {
                let batch = batches.next_batch();
                let rows = batch.src_lengths.len();
                assert!(batch.src.len().max(batch.inputs.len() + rows) <= 64);
                let width = batch.src.len() / rows;
                seen.extend(batch.src.chunks(width).map(|row| row[1]));
            }
            assert_eq!(batches.epoch(), epoch);
            seen.sort_unstable();
            assert!(seen.into_iter().eq(3..503));
            batches.next_batch();
            batches.seek(&PairPosition { epoch: epoch + 1, next: 0 });
        }
    }

    #[test]
    fn seeking_gives_the_same_batches() {
        let mut batches = PairBatches::new(pairs(100), 40, 7);
        for _ in 0..batches.epoch_len() + 5 {
            batches.next_batch();
        }
        let position = batches.position();
        let next = batches.next_batch();
        let mut other = PairBatches::new(pairs(100), 40, 7);
        other.seek(&position);
        assert_eq!(other.next_batch(), next);
    }

    #[test]
    fn a_batch_is_padded_on_the_right() {
        let pair =
            |source: &[u32], target: &[u32]| TokenPair { source: source.into(), target: target.into() };
        let batch = PairBatch::new(&[&pair(&[1, 5, 2], &[1, 6, 7, 2]), &pair(&[1, 8, 9, 2], &[1, 2])]);
        assert_eq!(batch.src, [1, 5, 2, 0, 1, 8, 9, 2]);
        assert_eq!(batch.src_lengths, [3, 4]);
        assert_eq!(batch.inputs, [1, 6, 7, 1, 0, 0]);
        assert_eq!(batch.targets, [6, 7, 2, 2, 0, 0]);
        assert_eq!(batch.target_tokens(), 4);
    }
}
