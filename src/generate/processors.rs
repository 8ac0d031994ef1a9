//! The single steps between a model's logits and the distribution that is drawn from. A removed token has
//! the logit -infinity.

use super::ngrams::repeating_tokens;
use crate::cpu::math;
use crate::order::sort_ids;

/// Adds to the logits of single tokens.
pub fn add_bias(logits: &mut [f32], bias: &[(u32, f32)]) {
    for &(id, value) in bias {
        logits[id as usize] += value;
    }
}

/// Each token is penalised once, however often it stands in `recent`.
pub fn penalise(logits: &mut [f32], recent: &[u32], penalty: f32) {
    for (i, &id) in recent.iter().enumerate() {
        if !recent[..i].contains(&id) {
            let logit = &mut logits[id as usize];
            *logit = if *logit < 0.0 { *logit * penalty } else { *logit / penalty };
        }
    }
}

/// Removes what would complete an n-gram that `tokens` already hold.
pub fn forbid_repetition(logits: &mut [f32], tokens: &[u32], n: usize) {
    for id in repeating_tokens(tokens, n) {
        logits[id as usize] = f32::NEG_INFINITY;
    }
}

/// The first of the largest.
pub fn argmax(logits: &[f32]) -> usize {
    let mut best = 0;
    for (id, logit) in logits.iter().enumerate() {
        if *logit > logits[best] {
            best = id;
        }
    }
    best
}

/// The filters, with scratch memory for the size of a vocabulary. Logits are measured from the largest, which
/// is 0; only [`keep_typical`](Self::keep_typical) may take it away, hence it comes last.
#[derive(Debug, Clone, Default)]
pub struct Filters {
    /// Exponentials, in id order.
    weights: Vec<f32>,
    /// Token ids, sorted by the filters.
    order: Vec<u32>,
}

impl Filters {
    /// Removes what is less likely than the `k`-th likeliest; ties with it stay.
    pub fn keep_top_k(&mut self, logits: &mut [f32], k: usize) {
        self.sort_ascending(logits);
        let threshold = logits[self.order[logits.len() - k] as usize];
        remove(logits, |logit| logit < threshold);
    }

    /// Removes, from the least likely on, tokens that together have a probability of at most
    /// `1 - top_p`; the likeliest always stays.
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

    /// Removes what is less than `min_p` times as likely as the likeliest.
    pub fn keep_min_p(&self, logits: &mut [f32], min_p: f32) {
        remove(logits, |logit| math::exp(logit) < min_p);
    }

    /// Keeps the tokens whose surprise `-ln p` is nearest to the entropy, as few as together have at least
    /// the probability `mass`; ties with the last of them stay.
    ///
    /// What stays has never vanished in `exp`: such a token's surprise is above 87, further from the entropy
    /// of any vocabulary than that of the likeliest, which is at most the entropy.
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
        // Spelled out for removed tokens: they must have no weight at all, whatever `exp` does far below.
        let exp = |&logit: &f32| if logit == f32::NEG_INFINITY { 0.0 } else { math::exp(logit) };
        self.weights.extend(logits.iter().map(exp));
        self.weights.iter().sum()
    }

    /// What [`exponentials`](Self::exponentials) computed last.
    pub fn weights(&self) -> &[f32] {
        &self.weights
    }

    /// Ids by rising logit; among equals the lower id comes last and so is kept longest.
    fn sort_ascending(&mut self, logits: &[f32]) {
        self.order.clear();
        self.order.extend((0..logits.len() as u32).rev());
        sort_ids(&mut self.order, logits);
    }
}

fn remove(logits: &mut [f32], which: impl Fn(f32) -> bool) {
    logits.iter_mut().filter(|logit| which(**logit)).for_each(|logit| *logit = f32::NEG_INFINITY);
}
