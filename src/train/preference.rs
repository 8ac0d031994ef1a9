//! Losses for learning what people write and prefer: from texts, from comparisons of two texts, and from
//! scores of texts.

use super::examples::{Batch, padded_rows};
use super::objective::Objective;
use crate::models::{Gpt, RewardModel};
use crate::ops::{CrossEntropy, concat};
use crate::tensor::Tensor;
use std::ops::Range;

/// A text with a given beginning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Continuation {
    /// The beginning followed by the written tokens.
    pub tokens: Vec<u32>,
    /// Number of tokens in the beginning: at least 1, and fewer than all.
    pub beginning: usize,
}

impl Continuation {
    /// Number of tokens written after the beginning.
    pub fn written(&self) -> usize {
        self.tokens.len() - self.beginning
    }
}

/// The texts padded on the right: `(B, T)`.
pub fn padded(texts: &[Continuation]) -> Vec<u32> {
    padded_rows(texts.iter().map(|text| &text.tokens[..]), 0)
}

/// Log-probability of each text after its beginning under `model`: `(B)`, in nats.
///
/// # Panics
/// As [`Gpt::forward`], and without texts.
#[track_caller]
pub fn sequence_log_probs(model: &Gpt, texts: &[Continuation]) -> Tensor {
    let ids = padded(texts);
    let width = ids.len() / texts.len();
    let x = model.features(&ids, texts.len(), None); // (B, T, C)
    // Computes logits only for the scored tokens, R in total.
    let rows = (0..).zip(texts);
    let scored: Vec<(usize, usize)> =
        rows.flat_map(|(row, text)| (text.beginning..text.tokens.len()).map(move |at| (row, at))).collect();
    let before: Vec<u32> = scored.iter().map(|&(row, at)| (row * width + at - 1) as u32).collect();
    let x = x.reshape(&[ids.len(), x.dim(2)]).embedding(&before, &[scored.len()]); // (R, C)
    let log_p = model.scores_of(&x).log_softmax(); // (R, V)
    let vocab = log_p.dim(1);
    let place = |(r, &(row, at)): (usize, &(usize, usize))| (r * vocab) as u32 + texts[row].tokens[at];
    let places: Vec<u32> = scored.iter().enumerate().map(place).collect();
    let log_p = log_p.reshape(&[scored.len() * vocab, 1]).embedding(&places, &[scored.len()]); // (R, 1)
    let mut of_text = vec![0.0; texts.len() * scored.len()];
    scored.iter().enumerate().for_each(|(r, &(row, _))| of_text[row * scored.len() + r] = 1.0);
    Tensor::from_vec(of_text, &[texts.len(), scored.len()]).matmul(&log_p).reshape(&[texts.len()])
}

/// Loss of the rewards `(N)` of chosen texts against the rewards `(N)` of rejected ones: the mean of
/// `-ln σ(chosen - rejected)` (Bradley and Terry 1952), which is the cross entropy between the two.
///
/// # Panics
/// If the shapes differ.
#[track_caller]
pub fn bradley_terry(chosen: &Tensor, rejected: &Tensor) -> Tensor {
    let column = |rewards: &Tensor| rewards.reshape(&[rewards.numel(), 1]);
    concat(&[&column(chosen), &column(rejected)], 1)
        .cross_entropy(&vec![0; chosen.numel()], CrossEntropy::default())
}

/// Loss of log-probabilities `(N)` weighted by `advantages`: `-1/N Σ advantage · ln p` (REINFORCE, Williams
/// 1992). Its gradient is that of the expected reward if the texts were sampled from the model itself.
///
/// # Panics
/// If the lengths differ.
#[track_caller]
pub fn policy_gradient(log_probs: &Tensor, advantages: &[f32]) -> Tensor {
    let weights = advantages.iter().map(|advantage| -advantage).collect();
    log_probs.mul(&Tensor::from_vec(weights, &[advantages.len()])).mean_all()
}

/// Texts that people wrote after given beginnings.
#[derive(Clone, Debug, PartialEq)]
pub struct WrittenTexts(pub Vec<Continuation>);

impl Batch for WrittenTexts {
    fn tokens(&self) -> usize {
        written(&self.0)
    }

    fn rows(&self) -> usize {
        self.0.len()
    }

    fn cut(&self, rows: &Range<usize>) -> Self {
        Self(self.0[rows.clone()].to_vec())
    }
}

/// Pairs of texts, in each of which one was preferred.
#[derive(Clone, Debug, PartialEq)]
pub struct PairedTexts {
    /// The chosen texts, then the rejected ones in the same order: `2N` rows.
    pub texts: Vec<Continuation>,
    /// Log-probability of each row under the reference model.
    pub reference: Vec<f32>,
}

impl Batch for PairedTexts {
    fn tokens(&self) -> usize {
        written(&self.texts)
    }

    /// Number of pairs.
    fn rows(&self) -> usize {
        self.texts.len() / 2
    }

    fn cut(&self, rows: &Range<usize>) -> Self {
        let rejected = rows.start + self.rows()..rows.end + self.rows();
        Self {
            texts: [&self.texts[rows.clone()], &self.texts[rejected.clone()]].concat(),
            reference: [&self.reference[rows.clone()], &self.reference[rejected]].concat(),
        }
    }
}

/// Texts sampled from a model.
#[derive(Clone, Debug, PartialEq)]
pub struct DrawnTexts {
    /// Groups of texts with the same beginning, one after another.
    pub texts: Vec<Continuation>,
    /// Reward of each text.
    pub rewards: Vec<f32>,
    /// Log-probability of each text under the reference model.
    pub reference: Vec<f32>,
    /// Number of texts per group, at least 2.
    pub group: usize,
}

impl Batch for DrawnTexts {
    fn tokens(&self) -> usize {
        written(&self.texts)
    }

    /// Number of groups.
    fn rows(&self) -> usize {
        self.texts.len() / self.group
    }

    fn cut(&self, rows: &Range<usize>) -> Self {
        let texts = rows.start * self.group..rows.end * self.group;
        Self {
            texts: self.texts[texts.clone()].to_vec(),
            rewards: self.rewards[texts.clone()].to_vec(),
            reference: self.reference[texts].to_vec(),
            group: self.group,
        }
    }
}

/// Imitates texts: the cross entropy of everything after the beginnings.
#[derive(Clone, Copy, Debug)]
pub struct Imitating;

impl Objective<Gpt> for Imitating {
    type Batch = WrittenTexts;

    /// Without dropout, like the steps that follow.
    fn loss(&mut self, model: &Gpt, batch: &WrittenTexts, _dropout_seed: Option<u64>) -> Tensor {
        let per_token = batch.rows() as f32 / batch.tokens().max(1) as f32;
        sequence_log_probs(model, &batch.0).mean_all().mul_scalar(-per_token)
    }

    fn for_validation(&self) -> Self {
        *self
    }
}

/// Trains a reward model to score chosen texts higher.
#[derive(Clone, Copy, Debug)]
pub struct Rewarding;

impl Objective<RewardModel> for Rewarding {
    type Batch = PairedTexts;

    fn loss(&mut self, model: &RewardModel, batch: &PairedTexts, dropout_seed: Option<u64>) -> Tensor {
        let lengths: Vec<usize> = batch.texts.iter().map(|text| text.tokens.len()).collect();
        let rewards = model.forward(&padded(&batch.texts), &lengths, dropout_seed);
        let half = lengths.len() / 2;
        bradley_terry(&rewards.narrow(0, 0, half), &rewards.narrow(0, half, half))
    }

    fn for_validation(&self) -> Self {
        *self
    }
}

/// Direct preference optimisation (Rafailov et al. 2023): the reward of a text is the gain in its
/// log-probability.
#[derive(Clone, Copy, Debug)]
pub struct Preferring {
    /// Reward per nat: higher values keep the model closer to the reference.
    pub beta: f32,
}

impl Objective<Gpt> for Preferring {
    type Batch = PairedTexts;

    /// Without dropout, whose noise would be large compared with these small differences.
    fn loss(&mut self, model: &Gpt, batch: &PairedTexts, _dropout_seed: Option<u64>) -> Tensor {
        let rows = batch.texts.len();
        let reference = Tensor::from_vec(batch.reference.clone(), &[rows]);
        let log_probs = sequence_log_probs(model, &batch.texts);
        let rewards = log_probs.sub(&reference).mul_scalar(self.beta);
        bradley_terry(&rewards.narrow(0, 0, rows / 2), &rewards.narrow(0, rows / 2, rows / 2))
    }

    fn for_validation(&self) -> Self {
        *self
    }
}

/// Makes rewarded texts more likely without moving too far from the reference model: the reward of a text is
/// reduced by `beta` for each nat by which it has become likelier (Ziegler et al. 2019).
#[derive(Clone, Copy, Debug)]
pub struct Reinforcing {
    /// Penalty per nat.
    pub beta: f32,
}

impl Objective<Gpt> for Reinforcing {
    type Batch = DrawnTexts;

    fn loss(&mut self, model: &Gpt, batch: &DrawnTexts, _dropout_seed: Option<u64>) -> Tensor {
        let log_probs = sequence_log_probs(model, &batch.texts);
        let of_each = log_probs.data().iter().zip(&batch.reference).zip(&batch.rewards);
        let rewards: Vec<f32> =
            of_each.map(|((log_p, before), reward)| reward - self.beta * (log_p - before)).collect();
        policy_gradient(&log_probs, &leave_one_out(&rewards, batch.group))
    }

    fn for_validation(&self) -> Self {
        *self
    }
}

/// The reward of each text minus the mean reward of the others in its group: a baseline that needs no model
/// of its own and leaves the expected gradient unchanged (Kool et al. 2019, Ahmadian et al. 2024).
///
/// # Panics
/// If a group is incomplete or has fewer than two texts.
pub fn leave_one_out(rewards: &[f32], group: usize) -> Vec<f32> {
    assert!(group > 1 && rewards.len().is_multiple_of(group), "leave_one_out: {} in {group}", rewards.len());
    let of_group = |rewards: &[f32]| -> Vec<f32> {
        let sum: f32 = rewards.iter().sum();
        rewards.iter().map(|reward| reward - (sum - reward) / (group - 1) as f32).collect()
    };
    rewards.chunks(group).flat_map(of_group).collect()
}

fn written(texts: &[Continuation]) -> usize {
    texts.iter().map(Continuation::written).sum()
}
