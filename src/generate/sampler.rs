//! Chooses the next token from the logits.
//!
//! The steps, their order and their edge cases follow Python's transformers (`generate` with
//! `do_sample=True`): bias, repetition penalty, no repeated n-grams, temperature, top-k, top-p, min-p,
//! typical, draw. All arithmetic is f32 in a fixed order with this crate's own `exp` and `ln`, so the same
//! logits and seed give the same token in every browser and natively.

use super::candidates::{Candidate, Cut, Listing};
use super::processors::{Filters, add_bias, argmax, forbid_repetition, penalise};
use super::sampling::check_bias;
pub use super::sampling::{REPETITION_WINDOW, Sampling};
use crate::error::{Error, ErrorCode, Result};
use crate::rng::Rng;

/// Samples tokens. Holds the random number generator and scratch memory, but no model.
///
/// ```
/// use liedwerk::generate::Sampling;
/// use liedwerk::generate::sampler::Sampler;
///
/// let mut sampler = Sampler::new(Sampling { top_k: 2, ..Sampling::default() }, 7)?;
/// let drawn: Vec<u32> =
///     (0..20).map(|_| sampler.sample(&mut [0.0, 3.0, -1.0, 2.5], &[])).collect::<Result<_, _>>()?;
/// assert!(drawn.iter().all(|&id| id == 1 || id == 3));
/// # Ok::<(), liedwerk::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Sampler {
    sampling: Sampling,
    bias: Vec<(u32, f32)>,
    rng: Rng,
    filters: Filters,
}

impl Sampler {
    /// Creates a sampler. The same seed and logits give the same tokens.
    ///
    /// # Errors
    /// `bad-option` if a setting is out of range.
    pub fn new(sampling: Sampling, seed: u64) -> Result<Self> {
        sampling.check()?;
        Ok(Self { sampling, bias: Vec::new(), rng: Rng::new(seed), filters: Filters::default() })
    }

    /// Sets biases added to the logits of individual tokens before anything else; -infinity bans a token.
    ///
    /// # Errors
    /// `bad-option` for an id that is not below `vocab_size` or occurs twice, and for a bias that is NaN or
    /// +infinity.
    pub fn with_bias(self, bias: Vec<(u32, f32)>, vocab_size: usize) -> Result<Self> {
        check_bias(&bias, vocab_size)?;
        Ok(Self { bias, ..self })
    }

    /// Moves to the random number of draw number `draw`, counted from 0. Each draw uses one; at temperature 0
    /// none is needed.
    pub fn seek(&mut self, draw: usize) {
        self.rng.seek(draw as u64);
    }

    /// Chooses a token. Overwrites `logits` `(V)` with those that were sampled from. `tokens` is the text so
    /// far; the repetition penalty uses its last [`REPETITION_WINDOW`] tokens. Ties go to the lower id.
    ///
    /// # Errors
    /// `not-finite` if a logit is NaN or +infinity, or if all are -infinity (a single -infinity is a banned
    /// token).
    ///
    /// # Panics
    /// If `tokens` or the bias contain an id outside `logits`.
    pub fn sample(&mut self, logits: &mut [f32], tokens: &[u32]) -> Result<u32> {
        self.choose(logits, tokens, None)
    }

    /// Chooses the same token as [`sample`](Self::sample) and also lists the `count` likeliest tokens by the
    /// model's raw logits, likeliest first. The chosen token is appended if it is not among them.
    ///
    /// # Errors
    /// As [`sample`](Self::sample).
    pub fn sample_listing(
        &mut self,
        logits: &mut [f32],
        tokens: &[u32],
        count: usize,
    ) -> Result<(u32, Vec<Candidate>)> {
        check_logits(logits)?;
        let mut listing = Listing::new(logits, count);
        let id = self.choose(logits, tokens, Some(&mut listing))?;
        Ok((id, listing.rows))
    }

    fn choose(&mut self, logits: &mut [f32], tokens: &[u32], listing: Option<&mut Listing>) -> Result<u32> {
        let Sampling { temperature, top_k, top_p, min_p, typical_p, repetition_penalty, no_repeat_ngram } =
            self.sampling;
        let mut listing = listing;
        let mut blame = |cut: Cut, logits: &[f32]| {
            if let Some(listing) = &mut listing {
                listing.blame(cut, logits);
            }
        };
        add_bias(logits, &self.bias);
        blame(Cut::Bias, logits);
        if repetition_penalty != 1.0 {
            penalise(logits, &tokens[tokens.len().saturating_sub(REPETITION_WINDOW)..], repetition_penalty);
        }
        forbid_repetition(logits, tokens, no_repeat_ngram);
        blame(Cut::NoRepeat, logits);
        check_logits(logits)?;
        let best = argmax(logits);
        if temperature == 0.0 {
            if let Some(listing) = listing {
                listing.include(best as u32);
                listing.finish(|id| if id == best { 1.0 } else { 0.0 });
            }
            return Ok(best as u32);
        }
        // Subtracting the maximum first keeps small temperatures from overflowing.
        let max = logits[best];
        logits.iter_mut().for_each(|logit| *logit = (*logit - max) / temperature);
        if top_k != 0 && top_k < logits.len() {
            self.filters.keep_top_k(logits, top_k);
            blame(Cut::TopK, logits);
        }
        if top_p < 1.0 {
            self.filters.keep_top_p(logits, top_p);
            blame(Cut::TopP, logits);
        }
        if min_p > 0.0 {
            self.filters.keep_min_p(logits, min_p);
            blame(Cut::MinP, logits);
        }
        if typical_p < 1.0 {
            self.filters.keep_typical(logits, typical_p);
            blame(Cut::Typical, logits);
        }
        let total = self.filters.exponentials(logits);
        let id = self.draw(total);
        if let Some(listing) = listing {
            listing.include(id);
            listing.finish(|id| self.filters.weights()[id] / total);
        }
        Ok(id)
    }

    /// Draws a token with probability proportional to its weight; `total` is the sum of the weights.
    fn draw(&mut self, total: f32) -> u32 {
        let target = self.rng.uniform() * total;
        let mut cumulative = 0.0;
        let mut chosen = 0;
        for (id, &weight) in self.filters.weights().iter().enumerate().filter(|(_, weight)| **weight > 0.0) {
            // Remembered, so that rounding at the very end still yields a possible token.
            chosen = id;
            cumulative += weight;
            if target < cumulative {
                break;
            }
        }
        chosen as u32
    }
}

fn check_logits(logits: &[f32]) -> Result<()> {
    let broken = logits.iter().position(|logit| logit.is_nan() || *logit == f32::INFINITY);
    let message = match broken {
        Some(id) => format!("the logit of token {id} is {}; the weights are damaged", logits[id]),
        None if logits.iter().all(|&logit| logit == f32::NEG_INFINITY) => {
            "no token is possible: every one is ruled out".to_owned()
        }
        None => return Ok(()),
    };
    Err(Error::new(ErrorCode::NotFinite, message))
}
