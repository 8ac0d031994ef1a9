//! What could have come next: the likeliest tokens of one step, and what the settings made of them.

use crate::cpu::math;
use crate::order::highest_first;
use std::cmp::Ordering;

/// Why a token could not come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cut {
    /// Its `logit_bias` is -infinity.
    Bias,
    /// It would have completed an n-gram that the text holds already.
    NoRepeat,
    /// Too many are likelier.
    TopK,
    /// The likelier ones together are likely enough.
    TopP,
    /// Too unlikely beside the likeliest.
    MinP,
    /// Too likely or too unlikely, compared with what was to be expected.
    Typical,
}

impl Cut {
    /// The name in kebab-case, as JavaScript and `--json` see it.
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

/// One token of a step.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    /// Its number in the vocabulary.
    pub id: u32,
    /// Its place among all tokens by the model's own logits, 1 for the likeliest; of equals the lower id is
    /// first.
    pub rank: usize,
    /// The model's own logit, before any setting.
    pub logit: f32,
    /// Its probability by the model alone: the softmax of the logits as they came, before bias, penalty and
    /// temperature.
    pub before: f32,
    /// Its probability in the distribution that was really drawn from, after everything. Where nothing is
    /// drawn (temperature 0) 1 for the one token that could come, 0 for all others.
    pub after: f32,
    /// What removed it, if something did. Temperature 0 removes nothing, it only leaves no choice.
    pub cut: Option<Cut>,
}

/// The candidates of a step while it goes on.
pub(super) struct Listing {
    logits: Vec<f32>,
    max: f32,
    total: f32,
    pub rows: Vec<Candidate>,
}

impl Listing {
    /// The `count` likeliest by these logits, at most as many as there are.
    pub fn new(logits: &[f32], count: usize) -> Self {
        let max = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        let total = logits.iter().map(|&logit| probability(logit, max, 1.0)).sum();
        let mut listing = Self { logits: logits.to_vec(), max, total, rows: Vec::new() };
        listing.rows =
            (1..=count).zip(highest_first(logits)).map(|(rank, id)| listing.candidate(id, rank)).collect();
        listing
    }

    fn candidate(&self, id: u32, rank: usize) -> Candidate {
        let logit = self.logits[id as usize];
        Candidate { id, rank, logit, before: probability(logit, self.max, self.total), after: 0.0, cut: None }
    }

    /// A row for the token that was taken, unless it has one.
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

    /// Blames `cut` for what has just been removed.
    pub fn blame(&mut self, cut: Cut, logits: &[f32]) {
        for row in &mut self.rows {
            let possible = row.logit > f32::NEG_INFINITY && row.cut.is_none();
            if possible && logits[row.id as usize] == f32::NEG_INFINITY {
                row.cut = Some(cut);
            }
        }
    }

    /// The final probabilities.
    pub fn finish(&mut self, after: impl Fn(usize) -> f32) {
        self.rows.iter_mut().for_each(|row| row.after = after(row.id as usize));
    }
}

fn probability(logit: f32, max: f32, total: f32) -> f32 {
    if logit == f32::NEG_INFINITY { 0.0 } else { math::exp(logit - max) / total }
}
