//! Choosing the next token from its logits.
//!
//! The steps, their order and their edge cases are those of Python's transformers (`generate` with
//! `do_sample=True`): bias, repetition penalty, no repeated n-gram, temperature, top-k, top-p, min-p, typical,
//! draw. All arithmetic is f32 in a fixed order with this crate's own `exp` and `ln`, so that the same logits
//! and seed give the same token in every browser and natively.

use super::candidates::{Candidate, Cut, Listing};
use super::processors::{Filters, add_bias, argmax, forbid_repetition, penalise};
use super::sampling::check_bias;
pub use super::sampling::{REPETITION_WINDOW, Sampling};
use crate::error::{Error, ErrorCode, Result};
use crate::rng::Rng;

/// Draws tokens. Holds its random numbers and scratch memory; knows no model.
#[derive(Debug, Clone)]
pub struct Sampler {
    sampling: Sampling,
    bias: Vec<(u32, f32)>,
    rng: Rng,
    filters: Filters,
}

impl Sampler {
    /// The same seed and logits give the same tokens.
    ///
    /// # Errors
    /// `bad-option` when a setting is outside its range.
    pub fn new(sampling: Sampling, seed: u64) -> Result<Self> {
        sampling.check()?;
        Ok(Self { sampling, bias: Vec::new(), rng: Rng::new(seed), filters: Filters::default() })
    }

    /// Adds to the logits of single tokens, before anything else; -infinity rules a token out.
    ///
    /// # Errors
    /// `bad-option` for an id that is not below `vocab_size` or named twice, and for a bias that is NaN or
    /// +infinity.
    pub fn with_bias(self, bias: Vec<(u32, f32)>, vocab_size: usize) -> Result<Self> {
        check_bias(&bias, vocab_size)?;
        Ok(Self { bias, ..self })
    }

    /// Goes to the random number of the `draw`-th draw, counted from 0. Each draw takes one, and with
    /// temperature 0 none is needed.
    pub fn seek(&mut self, draw: usize) {
        self.rng.seek(draw as u64);
    }

    /// Chooses a token. `logits` (V) are overwritten by those drawn from; `tokens` is the text so far, of
    /// which the repetition penalty looks at the last [`REPETITION_WINDOW`]. Equal logits prefer the lower
    /// id.
    ///
    /// # Errors
    /// `not-finite` when a logit is NaN or +infinity, or all are -infinity (a single -infinity is a
    /// token that cannot come).
    ///
    /// # Panics
    /// When `tokens` or the bias hold an id that `logits` has no place for.
    pub fn sample(&mut self, logits: &mut [f32], tokens: &[u32]) -> Result<u32> {
        self.choose(logits, tokens, None)
    }

    /// Chooses the very token that [`sample`](Self::sample) would, and lists the `count` likeliest by the
    /// model's own logits, likeliest first; the token chosen follows them if it is not among them.
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
        // Measured from the maximum, so that no small temperature can overflow.
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

    /// Draws with probabilities proportional to the weights, which have this sum.
    fn draw(&mut self, total: f32) -> u32 {
        let target = self.rng.uniform() * total;
        let mut cumulative = 0.0;
        let mut chosen = 0;
        for (id, &weight) in self.filters.weights().iter().enumerate().filter(|(_, weight)| **weight > 0.0) {
            // Kept up to date, so that rounding at the very end still gives a possible token.
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
