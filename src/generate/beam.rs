//! Greedy and beam search: finds the most likely sentences under a decoder.
//!
//! The rules are those of `generate` in Python's transformers (with `num_beams`, `length_penalty`,
//! `no_repeat_ngram_size` and `early_stopping=False`); a width of 1 is its greedy search. Ties go to the
//! better beam, then to the lower token id. Log-probabilities are summed in double precision and everything
//! else is portable arithmetic, so a sentence has the same translation everywhere.

use super::ngrams::{MAX_NGRAM, repeating_tokens};
use crate::cpu::math;
use crate::cpu::softmax::log_softmax;
use crate::error::{Error, ErrorCode, Result};
use crate::models::Decoder;
use crate::text::{END, PAD, START};
use serde::Deserialize;
use std::rc::Rc;

/// Largest beam width accepted.
pub const MAX_BEAM_WIDTH: usize = 16;

/// Settings of a search.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(default)]
pub struct Search {
    /// Number of hypotheses kept per sentence; 1 is greedy search.
    pub beam_width: usize,
    /// `α` in `score = Σ ln p / length^α`, which ranks finished sentences: 0 favours short ones, larger
    /// values longer ones. Range 0 to 5; ignored by greedy search.
    pub length_penalty: f32,
    /// No n-gram of this many tokens occurs twice in a sentence; 0 turns this off.
    pub no_repeat_ngram: usize,
}

impl Default for Search {
    fn default() -> Self {
        Self { beam_width: 4, length_penalty: 1.0, no_repeat_ngram: 4 }
    }
}

impl Search {
    /// Checks that every setting is in range.
    ///
    /// # Errors
    /// `bad-option`, naming the setting.
    pub fn check(&self) -> Result<()> {
        let bad = |message: String| Err(Error::new(ErrorCode::BadOption, message));
        if !(1..=MAX_BEAM_WIDTH).contains(&self.beam_width) {
            return bad(format!("beam_width is {}; it must be from 1 to {MAX_BEAM_WIDTH}", self.beam_width));
        }
        if !(0.0..=5.0).contains(&self.length_penalty) {
            return bad(format!("length_penalty is {}; it must be between 0 and 5", self.length_penalty));
        }
        if self.no_repeat_ngram > MAX_NGRAM {
            return bad(format!(
                "no_repeat_ngram is {}; it must be at most {MAX_NGRAM}",
                self.no_repeat_ngram
            ));
        }
        Ok(())
    }
}

/// Limits for one sentence of a search.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Maximum number of tokens to write, including the end token; at least 1.
    pub max_new_tokens: usize,
    /// See [`Search::no_repeat_ngram`].
    pub no_repeat_ngram: usize,
}

/// A finished sentence.
#[derive(Debug, Clone, PartialEq)]
pub struct Hypothesis {
    /// Its tokens, including the end token if it was reached.
    pub tokens: Vec<u32>,
    /// `Σ ln p` over all tokens.
    pub log_prob: f64,
    /// `log_prob / length^α`.
    pub score: f64,
    /// For each token, the attention weights over the source tokens when it was chosen, if the decoder
    /// records them.
    pub attention: Vec<Rc<[f32]>>,
}

/// The context of a sentence: its prompt and its special tokens.
#[derive(Clone, Copy)]
struct Frame<'a> {
    /// At least one token. The decoder has read all but the last.
    prompt: &'a [u32],
    end: Option<u32>,
    /// Tokens that are never written.
    banned: &'a [u32],
    may_be_empty: bool,
}

/// Returns the best sentence for each row of a fresh `decoder`; `limits` has one entry per row.
///
/// # Errors
/// `not-finite` if a logit is not finite, which means the weights are damaged; `gpu-lost` or `out-of-memory`.
pub async fn search(decoder: &mut dyn Decoder, limits: &[Limits], search: Search) -> Result<Vec<Hypothesis>> {
    // An empty translation is not a translation.
    let frame = Frame { prompt: &[START], end: Some(END), banned: &[PAD, START], may_be_empty: false };
    search_from(decoder, frame, limits, search).await
}

/// Returns the most likely continuation of a text, up to `end` or the limit. The decoder has one row, which
/// has read all of `prompt` except its last token. The n-gram limit counts n-grams of the prompt, too.
///
/// # Errors
/// `not-finite` if a logit is not finite, which means the weights are damaged; `gpu-lost` or `out-of-memory`.
///
/// # Panics
/// If the prompt is empty.
pub async fn continuation(
    decoder: &mut dyn Decoder,
    prompt: &[u32],
    end: Option<u32>,
    limits: Limits,
    search: Search,
) -> Result<Hypothesis> {
    assert!(!prompt.is_empty(), "continuation: no prompt");
    let frame = Frame { prompt, end, banned: &[], may_be_empty: true };
    Ok(search_from(decoder, frame, &[limits], search).await?.remove(0))
}

async fn search_from(
    decoder: &mut dyn Decoder,
    frame: Frame<'_>,
    limits: &[Limits],
    search: Search,
) -> Result<Vec<Hypothesis>> {
    let mut sentences: Vec<Sentence<'_>> =
        limits.iter().map(|&limits| Sentence::new(frame, limits, search)).collect();
    let (mut logits, mut log_probs) = (Vec::new(), Vec::new());
    while sentences.iter().any(|sentence| !sentence.running.is_empty()) {
        let running = sentences.iter().flat_map(|sentence| &sentence.running);
        let tokens: Vec<u32> = running.filter_map(|hypothesis| hypothesis.last(frame.prompt)).collect();
        decoder.step(&tokens, &mut logits).await?;
        if !logits.iter().all(|logit| logit.is_finite()) {
            let message = "the model computed a score that is no number: its weights are damaged";
            return Err(Error::new(ErrorCode::NotFinite, message));
        }
        let vocab = logits.len() / tokens.len();
        log_probs.resize(logits.len(), 0.0);
        log_softmax(&logits, &mut log_probs, vocab);
        let (mut first_row, mut kept) = (0, Vec::new());
        for sentence in &mut sentences {
            let rows = first_row..first_row + sentence.running.len();
            let attention = decoder.attention().get(rows.clone()).unwrap_or_default();
            let parents = sentence.advance(&log_probs[rows.start * vocab..rows.end * vocab], attention);
            kept.extend(parents.into_iter().map(|parent| first_row + parent));
            first_row = rows.end;
        }
        decoder.select(&kept);
    }
    Ok(sentences.into_iter().map(Sentence::best).collect())
}

impl Hypothesis {
    fn last(&self, prompt: &[u32]) -> Option<u32> {
        self.tokens.last().or(prompt.last()).copied()
    }
}

/// State of the search for one sentence.
struct Sentence<'a> {
    frame: Frame<'a>,
    limits: Limits,
    search: Search,
    /// Unfinished hypotheses, best first; empty once the search is over.
    running: Vec<Hypothesis>,
    /// Finished hypotheses, best first, at most `beam_width` of them.
    finished: Vec<Hypothesis>,
}

/// A running hypothesis extended by one token.
#[derive(Clone, Copy)]
struct Candidate {
    beam: usize,
    token: u32,
    log_prob: f64,
}

impl<'a> Sentence<'a> {
    fn new(frame: Frame<'a>, limits: Limits, search: Search) -> Self {
        let start = Hypothesis { tokens: Vec::new(), log_prob: 0.0, score: 0.0, attention: Vec::new() };
        Self { frame, limits, search, running: vec![start], finished: Vec::new() }
    }

    /// Extends every running hypothesis by a token; returns the parent index of each hypothesis still
    /// running.
    fn advance(&mut self, log_probs: &[f32], attention: &[Vec<f32>]) -> Vec<usize> {
        let Some(first) = self.running.first() else { return Vec::new() };
        let length = first.tokens.len() + 1;
        let width = self.search.beam_width;
        let normaliser = power(length, self.search.length_penalty);
        let attention: Vec<Rc<[f32]>> = attention.iter().map(|weights| weights.as_slice().into()).collect();
        let before = std::mem::take(&mut self.running);
        let mut parents = Vec::with_capacity(width);
        for (rank, candidate) in self.candidates(&before, log_probs).into_iter().enumerate() {
            let extended = || before[candidate.beam].extended(candidate, normaliser, &attention);
            if Some(candidate.token) == self.frame.end || length == self.limits.max_new_tokens {
                // Candidates ranked below the beam width would not have been continued either.
                if rank < width {
                    self.finish(extended());
                }
            } else if self.running.len() < width {
                self.running.push(extended());
                parents.push(candidate.beam);
            }
        }
        if self.is_over() {
            self.running.clear();
            parents.clear();
        }
        parents
    }

    /// The best continuations, best first: twice the beam width, so that enough remain if half of them end.
    /// Greedy search needs only one.
    fn candidates(&self, running: &[Hypothesis], log_probs: &[f32]) -> Vec<Candidate> {
        let vocab = log_probs.len() / running.len();
        let count = if self.search.beam_width == 1 { 1 } else { 2 * self.search.beam_width };
        let mut best: Vec<Candidate> = Vec::with_capacity(count + 1);
        for (beam, (hypothesis, row)) in running.iter().zip(log_probs.chunks_exact(vocab)).enumerate() {
            let mut banned = match self.limits.no_repeat_ngram {
                0 => Vec::new(),
                n => repeating_tokens(&[self.frame.prompt, &hypothesis.tokens].concat(), n),
            };
            banned.extend(self.frame.banned);
            let must_go_on = hypothesis.tokens.is_empty() && !self.frame.may_be_empty;
            banned.extend(self.frame.end.filter(|_| must_go_on));
            let mut threshold = best.get(count - 1).map_or(f64::NEG_INFINITY, |last| last.log_prob);
            for (token, &log_prob) in (0u32..).zip(row) {
                let log_prob = hypothesis.log_prob + f64::from(log_prob);
                // Strictly better only: among equals the earlier beam and token win.
                if log_prob <= threshold || banned.contains(&token) {
                    continue;
                }
                let place = best.partition_point(|other| other.log_prob >= log_prob);
                best.insert(place, Candidate { beam, token, log_prob });
                best.truncate(count);
                threshold = best.get(count - 1).map_or(f64::NEG_INFINITY, |last| last.log_prob);
            }
        }
        best
    }

    fn finish(&mut self, hypothesis: Hypothesis) {
        let place = self.finished.partition_point(|other| other.score >= hypothesis.score);
        self.finished.insert(place, hypothesis);
        self.finished.truncate(self.search.beam_width);
    }

    /// Whether no running hypothesis can be expected to enter the best ones any more.
    fn is_over(&self) -> bool {
        let (Some(running), Some(worst)) = (self.running.first(), self.finished.last()) else {
            return self.running.is_empty();
        };
        self.finished.len() == self.search.beam_width
            && (self.search.beam_width == 1 || running.score <= worst.score)
    }

    fn best(self) -> Hypothesis {
        // Nothing is finished only if every token was banned.
        let none = Hypothesis { tokens: Vec::new(), log_prob: 0.0, score: 0.0, attention: Vec::new() };
        self.finished.into_iter().next().unwrap_or(none)
    }
}

impl Hypothesis {
    fn extended(&self, candidate: Candidate, normaliser: f64, attention: &[Rc<[f32]>]) -> Self {
        let Candidate { beam, token, log_prob } = candidate;
        let mut longer = self.clone();
        longer.tokens.push(token);
        longer.attention.extend(attention.get(beam).cloned());
        Self { log_prob, score: log_prob / normaliser, ..longer }
    }
}

/// `length^α`, computed with this crate's own `exp` and `ln`, which give the same bits everywhere.
fn power(length: usize, exponent: f32) -> f64 {
    match exponent {
        0.0 => 1.0,
        1.0 => length as f64,
        _ => f64::from(math::exp(exponent * math::ln(length as f32))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn powers_are_close() {
        for (length, exponent) in [(1, 0.6), (7, 0.6), (100, 2.0), (30, 1.0), (9, 0.0)] {
            let expected = (length as f64).powf(f64::from(exponent));
            assert!((power(length, exponent) - expected).abs() < 1e-5 * expected);
        }
    }
}
