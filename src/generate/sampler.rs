//! Choosing the next token from its logits.
//!
//! The steps, their order and their edge cases are those of Python's transformers (`generate` with
//! `do_sample=True`): repetition penalty, temperature, top-k, top-p, draw. All arithmetic is f32 in a
//! fixed order with this crate's own `exp`, so that the same logits and seed give the same token in
//! every browser and natively.

use crate::cpu::math;
use crate::error::{Error, ErrorCode, Result};
use crate::rng::Rng;

/// How many of the latest tokens the repetition penalty looks at.
///
/// Transformers looks at the whole text. For a model of characters that would soon penalise the whole
/// alphabet alike, which does nothing but flatten the distribution; the last 64 characters are about
/// two lines of a song. (llama.cpp looks back equally far.)
pub const REPETITION_WINDOW: usize = 64;

/// How to choose. The default is plain sampling from the model's own distribution.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sampling {
    /// Logits are divided by it: 0 always takes the likeliest token, 1 leaves the distribution as it
    /// is, more makes it flatter. 0 to 10.
    pub temperature: f32,
    /// Only the `top_k` likeliest tokens stay, and those as likely as the last of them; 0 is off.
    pub top_k: usize,
    /// Only the likeliest tokens stay, as few as together have at least this probability (at least
    /// one); 1 is off. 0 to 1.
    pub top_p: f32,
    /// Logits of tokens among the last [`REPETITION_WINDOW`] are divided by it where positive and
    /// multiplied where negative; 1 is off. 0.1 to 10.
    pub repetition_penalty: f32,
}

impl Default for Sampling {
    fn default() -> Self {
        Self { temperature: 1.0, top_k: 0, top_p: 1.0, repetition_penalty: 1.0 }
    }
}

impl Sampling {
    /// Checks that every setting is in its range.
    ///
    /// # Errors
    /// `bad-option`, naming the setting.
    pub fn check(&self) -> Result<()> {
        let settings = [
            ("temperature", self.temperature, 0.0, 10.0),
            ("top_p", self.top_p, 0.0, 1.0),
            ("repetition_penalty", self.repetition_penalty, 0.1, 10.0),
        ];
        for (name, value, low, high) in settings {
            // Written so that NaN fails too.
            if !(low <= value && value <= high) {
                return Err(Error::new(
                    ErrorCode::BadOption,
                    format!("{name} is {value}; it must be between {low} and {high}"),
                ));
            }
        }
        Ok(())
    }
}

/// Draws tokens. Holds its random numbers and scratch memory; knows no model.
#[derive(Debug, Clone)]
pub struct Sampler {
    sampling: Sampling,
    rng: Rng,
    /// Exponentials, in id order.
    weights: Vec<f32>,
    /// Token ids, sorted by the filters.
    order: Vec<u32>,
}

impl Sampler {
    /// The same seed and logits give the same tokens.
    ///
    /// # Errors
    /// `bad-option` when a setting is outside its range.
    pub fn new(sampling: Sampling, seed: u64) -> Result<Self> {
        sampling.check()?;
        Ok(Self { sampling, rng: Rng::new(seed), weights: Vec::new(), order: Vec::new() })
    }

    /// Chooses a token. `logits` (V) are overwritten; `recent` are the tokens so far, of which the
    /// last [`REPETITION_WINDOW`] count. Equal logits prefer the lower id.
    ///
    /// # Errors
    /// `not-finite` when a logit is NaN or +infinity, or all are -infinity (a single -infinity is a
    /// token that cannot come).
    ///
    /// # Panics
    /// When `recent` holds an id that `logits` has no place for.
    pub fn sample(&mut self, logits: &mut [f32], recent: &[u32]) -> Result<u32> {
        let Sampling { temperature, top_k, top_p, repetition_penalty } = self.sampling;
        if repetition_penalty != 1.0 {
            penalise(logits, &recent[recent.len().saturating_sub(REPETITION_WINDOW)..], repetition_penalty);
        }
        check_logits(logits)?;
        let best = argmax(logits);
        if temperature == 0.0 {
            return Ok(best as u32);
        }
        // Measured from the maximum, so that no small temperature can overflow.
        let max = logits[best];
        logits.iter_mut().for_each(|logit| *logit = (*logit - max) / temperature);
        if top_k != 0 && top_k < logits.len() {
            self.keep_top_k(logits, top_k);
        }
        if top_p < 1.0 {
            self.keep_top_p(logits, top_p);
        }
        Ok(self.draw(logits))
    }

    /// Removes what is less likely than the `k`-th likeliest; ties with it stay.
    fn keep_top_k(&mut self, logits: &mut [f32], k: usize) {
        self.sort_ascending(logits);
        let threshold = logits[self.order[logits.len() - k] as usize];
        logits.iter_mut().filter(|logit| **logit < threshold).for_each(|logit| *logit = f32::NEG_INFINITY);
    }

    /// Removes, from the least likely on, tokens that together have a probability of at most
    /// `1 - top_p`; the likeliest always stays.
    fn keep_top_p(&mut self, logits: &mut [f32], top_p: f32) {
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

    /// Draws with probabilities proportional to `exp(logit)`; the largest logit is 0.
    fn draw(&mut self, logits: &[f32]) -> u32 {
        let total = self.exponentials(logits);
        let target = self.rng.uniform() * total;
        let mut cumulative = 0.0;
        let mut chosen = 0;
        for (id, &weight) in self.weights.iter().enumerate().filter(|(_, weight)| **weight > 0.0) {
            // Kept up to date, so that rounding at the very end still gives a possible token.
            chosen = id;
            cumulative += weight;
            if target < cumulative {
                break;
            }
        }
        chosen as u32
    }

    /// Fills `weights` with `exp(logit)` and returns their sum in id order.
    fn exponentials(&mut self, logits: &[f32]) -> f32 {
        self.weights.clear();
        // Spelled out for removed tokens: they must have no weight at all, whatever `exp` does far below.
        let exp = |&logit: &f32| if logit == f32::NEG_INFINITY { 0.0 } else { math::exp(logit) };
        self.weights.extend(logits.iter().map(exp));
        self.weights.iter().sum()
    }

    /// Ids by rising logit; among equals the lower id comes last and so is kept longest.
    fn sort_ascending(&mut self, logits: &[f32]) {
        self.order.clear();
        self.order.extend((0..logits.len() as u32).rev());
        self.order.sort_by(|&a, &b| logits[a as usize].total_cmp(&logits[b as usize]));
    }
}

fn check_logits(logits: &[f32]) -> Result<()> {
    let broken = logits.iter().position(|logit| logit.is_nan() || *logit == f32::INFINITY);
    let message = match broken {
        Some(id) => format!("the logit of token {id} is {}; the weights are damaged", logits[id]),
        None if logits.iter().all(|&logit| logit == f32::NEG_INFINITY) => "no token is possible".to_owned(),
        None => return Ok(()),
    };
    Err(Error::new(ErrorCode::NotFinite, message))
}

/// Each token is penalised once, however often it stands in `recent`.
fn penalise(logits: &mut [f32], recent: &[u32], penalty: f32) {
    for (i, &id) in recent.iter().enumerate() {
        if !recent[..i].contains(&id) {
            let logit = &mut logits[id as usize];
            *logit = if *logit < 0.0 { *logit * penalty } else { *logit / penalty };
        }
    }
}

/// The first of the largest.
fn argmax(logits: &[f32]) -> usize {
    let mut best = 0;
    for (id, logit) in logits.iter().enumerate() {
        if *logit > logits[best] {
            best = id;
        }
    }
    best
}
