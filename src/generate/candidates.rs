//! The most likely tokens at one step, and how the sampling settings changed their chances.

use crate::cpu::math;
use crate::order::highest_first;
use std::array;
use std::cmp::Ordering;

/// Why a token was ruled out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cut {
    /// Its `logit_bias` is -infinity.
    Bias,
    /// It would have completed an n-gram that already occurs in the text.
    NoRepeat,
    /// `top_k` or more tokens are likelier.
    TopK,
    /// The likelier tokens already add up to `top_p`.
    TopP,
    /// Its probability is below `min_p` times that of the likeliest token.
    MinP,
    /// Its surprisal is too far from the expected one (`typical_p`).
    Typical,
}

impl Cut {
    /// The kebab-case name used in JavaScript and by `--json`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Bias => "bias",
            Self::NoRepeat => "no-repeat",
            Self::TopK => "top-k",
            Self::TopP => "top-p",
            Self::MinP => "min-p",
            Self::Typical => "typical",
        }
    }
}

/// The temperatures of a candidate's [`curve`](Candidate::curve): 0.1 to 2.
pub const TEMPERATURES: [f32; 20] =
    [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.1, 1.2, 1.3, 1.4, 1.5, 1.6, 1.7, 1.8, 1.9, 2.0];

/// One token at one step.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    /// Token id.
    pub id: u32,
    /// Rank among all tokens by the model's raw logits, 1 for the likeliest; ties go to the lower id.
    pub rank: usize,
    /// The model's raw logit, before any setting.
    pub logit: f32,
    /// Probability under the model alone: the softmax of the raw logits, before bias, penalty and
    /// temperature.
    pub before: f32,
    /// Probability at each of [`TEMPERATURES`], with temperature as the only setting.
    pub curve: [f32; TEMPERATURES.len()],
    /// Probability in the distribution actually sampled from, after all settings. At temperature 0, where
    /// nothing is sampled, 1 for the chosen token and 0 for all others.
    pub after: f32,
    /// Which filter removed it, if any. Temperature 0 does not remove tokens; it only leaves no choice.
    pub cut: Option<Cut>,
}

/// The candidates of the current step, filled in as the filters run.
pub(super) struct Listing {
    logits: Vec<f32>,
    max: f32,
    total: f32,
    /// The sums of the softmax at each of [`TEMPERATURES`].
    totals: [f32; TEMPERATURES.len()],
    pub rows: Vec<Candidate>,
}

impl Listing {
    /// The `count` likeliest tokens by these logits, fewer if the vocabulary is smaller.
    pub fn new(logits: &[f32], count: usize) -> Self {
        let max = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        let sum = |temperature| logits.iter().map(|&logit| weight((logit - max) / temperature)).sum();
        let mut listing = Self {
            logits: logits.to_vec(),
            max,
            total: sum(1.0),
            totals: TEMPERATURES.map(sum),
            rows: Vec::new(),
        };
        listing.rows =
            (1..=count).zip(highest_first(logits)).map(|(rank, id)| listing.candidate(id, rank)).collect();
        listing
    }

    fn candidate(&self, id: u32, rank: usize) -> Candidate {
        let logit = self.logits[id as usize];
        let above = logit - self.max;
        let curve = array::from_fn(|i| weight(above / TEMPERATURES[i]) / self.totals[i]);
        Candidate { id, rank, logit, before: weight(above) / self.total, curve, after: 0.0, cut: None }
    }

    /// Adds a row for the chosen token unless it already has one.
    pub fn include(&mut self, id: u32) {
        if self.rows.iter().all(|row| row.id != id) {
            let logit = |id: u32| self.logits[id as usize];
            let better = |&other: &u32| match logit(other).total_cmp(&logit(id)) {
                Ordering::Equal => other < id,
                order => order.is_gt(),
            };
            let rank = 1 + (0..self.logits.len() as u32).filter(better).count();
            let row = self.candidate(id, rank);
            self.rows.push(row);
        }
    }

    /// Records `cut` as the reason for every token that was just removed.
    pub fn blame(&mut self, cut: Cut, logits: &[f32]) {
        for row in &mut self.rows {
            let possible = row.logit > f32::NEG_INFINITY && row.cut.is_none();
            if possible && logits[row.id as usize] == f32::NEG_INFINITY {
                row.cut = Some(cut);
            }
        }
    }

    /// Sets the final probabilities.
    pub fn finish(&mut self, after: impl Fn(usize) -> f32) {
        self.rows.iter_mut().for_each(|row| row.after = after(row.id as usize));
    }
}

/// A token's term in the sum of the softmax; `above` is its logit minus the largest one.
fn weight(above: f32) -> f32 {
    if above == f32::NEG_INFINITY { 0.0 } else { math::exp(above) }
}
