//! The individual steps from a model's logits to the distribution that is sampled. A removed token gets the
//! logit -infinity.

use super::ngrams::repeating_tokens;
use crate::cpu::math;
use crate::order::sort_ids;

/// Adds a bias to the logits of individual tokens.
pub fn add_bias(logits: &mut [f32], bias: &[(u32, f32)]) {
    for &(id, value) in bias {
        logits[id as usize] += value;
    }
}

/// Applies the repetition penalty, once per token however often it occurs in `recent`.
pub fn penalise(logits: &mut [f32], recent: &[u32], penalty: f32) {
    for (i, &id) in recent.iter().enumerate() {
        if !recent[..i].contains(&id) {
            let logit = &mut logits[id as usize];
            *logit = if *logit < 0.0 { *logit * penalty } else { *logit / penalty };
        }
    }
}

/// Removes the tokens that would complete an n-gram already in `tokens`.
pub fn forbid_repetition(logits: &mut [f32], tokens: &[u32], n: usize) {
    for id in repeating_tokens(tokens, n) {
        logits[id as usize] = f32::NEG_INFINITY;
    }
}

/// The index of the largest logit, the first one among equals.
pub fn argmax(logits: &[f32]) -> usize {
    let mut best = 0;
    for (id, logit) in logits.iter().enumerate() {
        if *logit > logits[best] {
            best = id;
        }
    }
    best
}

/// The filters, with scratch memory of the size of the vocabulary. They expect logits shifted so that the
/// largest is 0; only [`keep_typical`](Self::keep_typical) may remove that one, so it comes last.
#[derive(Debug, Clone, Default)]
pub struct Filters {
    /// Exponentials, in id order.
    weights: Vec<f32>,
    /// Token ids, sorted by the filters.
    order: Vec<u32>,
}

impl Filters {
    /// Removes tokens less likely than the `k`-th likeliest; ties with it stay.
    pub fn keep_top_k(&mut self, logits: &mut [f32], k: usize) {
        self.sort_ascending(logits);
        let threshold = logits[self.order[logits.len() - k] as usize];
        remove(logits, |logit| logit < threshold);
    }

    /// Removes the least likely tokens as long as their total probability is at most `1 - top_p`; the
    /// likeliest token always stays.
    pub fn keep_top_p(&mut self, logits: &mut [f32], top_p: f32) {
        self.sort_ascending(logits);
        let total = self.exponentials(logits);
        let mut cumulative = 0.0;
        for &id in &self.order[..logits.len() - 1] {
            cumulative += self.weights[id as usize] / total;
            if cumulative > 1.0 - top_p {
                break;
            }
            logits[id as usize] = f32::NEG_INFINITY;
        }
    }

    /// Removes tokens less than `min_p` times as likely as the likeliest.
    pub fn keep_min_p(&self, logits: &mut [f32], min_p: f32) {
        remove(logits, |logit| math::exp(logit) < min_p);
    }

    /// Keeps the smallest set of tokens whose surprisal `-ln p` is closest to the entropy and whose total
    /// probability is at least `mass`; ties with the last of them stay.
    ///
    /// Tokens whose `exp` underflows to 0 are never kept: their surprisal exceeds 87, which is further from
    /// the entropy of any vocabulary than that of the likeliest token, which is at most the entropy.
    pub fn keep_typical(&mut self, logits: &mut [f32], mass: f32) {
        let total = self.exponentials(logits);
        let log_total = math::ln(total);
        let possible = self.weights.iter().zip(&*logits).filter(|(weight, _)| **weight > 0.0);
        let entropy: f32 = possible.map(|(weight, logit)| weight / total * (log_total - logit)).sum();
        let distances: Vec<f32> = logits.iter().map(|logit| (log_total - logit - entropy).abs()).collect();
        self.order.clear();
        self.order.extend(0..logits.len() as u32);
        sort_ids(&mut self.order, &distances);
        let (mut cumulative, mut furthest) = (0.0, 0.0);
        for &id in &self.order {
            furthest = distances[id as usize];
            cumulative += self.weights[id as usize] / total;
            if cumulative >= mass {
                break;
            }
        }
        for (logit, distance) in logits.iter_mut().zip(distances) {
            if distance > furthest {
                *logit = f32::NEG_INFINITY;
            }
        }
    }

    /// Fills [`weights`](Self::weights) with `exp(logit)` and returns their sum in id order.
    pub fn exponentials(&mut self, logits: &[f32]) -> f32 {
        self.weights.clear();
        // Removed tokens must have a weight of exactly 0, whatever `exp` returns for very negative inputs.
        let exp = |&logit: &f32| if logit == f32::NEG_INFINITY { 0.0 } else { math::exp(logit) };
        self.weights.extend(logits.iter().map(exp));
        self.weights.iter().sum()
    }

    /// The result of the last [`exponentials`](Self::exponentials).
    pub fn weights(&self) -> &[f32] {
        &self.weights
    }

    /// Sorts ids by ascending logit; among equals the lower id comes last and so is kept longest.
    fn sort_ascending(&mut self, logits: &[f32]) {
        self.order.clear();
        self.order.extend((0..logits.len() as u32).rev());
        sort_ids(&mut self.order, logits);
    }
}

fn remove(logits: &mut [f32], which: impl Fn(f32) -> bool) {
    logits.iter_mut().filter(|logit| which(**logit)).for_each(|logit| *logit = f32::NEG_INFINITY);
}
