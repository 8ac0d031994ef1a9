//! Compares the model before and after tuning on the same beginnings and random numbers.

use super::beginnings::Beginning;
use super::draw::{Stanza, Writer};
use super::judge::{Judge, Knowledge, rhymed_pairs};
use crate::error::{Error, ErrorCode, Result};
use crate::generate::Sampling;
use crate::judge::Share;
use crate::models::Gpt;
use crate::text::TextTokenizer;
use crate::text::rhyme::words_of;
use crate::train::sequence_log_probs;
use serde::Serialize;
use std::cmp::Ordering;
use std::collections::BTreeSet;
use std::ops::Range;

/// Number of stanzas sampled in parallel.
const AT_ONCE: usize = 8;

/// The models to compare.
#[derive(Clone, Copy)]
pub struct Comparison<'a> {
    /// The model before tuning.
    pub old: &'a Gpt,
    /// The model after tuning.
    pub new: &'a Gpt,
    /// The tokenizer of both models.
    pub tokenizer: &'a TextTokenizer,
    /// The judges' resources.
    pub knowledge: &'a Knowledge,
    /// Sampling settings for both models.
    pub sampling: Sampling,
}

/// Result of a comparison. Pairs of values are before and after tuning.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Measurement {
    /// Number of stanzas per model.
    pub stanzas: usize,
    /// Fraction of the pairs of lines that rhyme, before and after.
    pub rhymed: [f64; 2],
    /// Fraction of beginnings for which the judge prefers the new stanza; ties count half.
    pub win_rate: f64,
    /// Estimated KL divergence of the new from the old model, in nats per stanza, from samples of the new
    /// model.
    pub kl: f64,
    /// Fraction of distinct word trigrams, before and after.
    pub distinct: [f64; 2],
}

impl Comparison<'_> {
    /// Samples the stanzas with these numbers from a model, cycling through the beginnings.
    ///
    /// # Errors
    /// `not-finite`.
    pub fn stanzas(
        &self,
        model: &Gpt,
        beginnings: &[Beginning],
        numbers: Range<usize>,
        seed: u64,
    ) -> Result<Vec<Stanza>> {
        let asked: Vec<_> =
            numbers.map(|at| (&beginnings[at % beginnings.len()], seed.wrapping_add(at as u64))).collect();
        let writer = Writer { model, tokenizer: self.tokenizer, sampling: self.sampling };
        let mut stanzas = Vec::with_capacity(asked.len());
        for asked in asked.chunks(AT_ONCE) {
            stanzas.extend(writer.draw(asked)?);
        }
        Ok(stanzas)
    }

    /// Compares the models on `count` stanzas each.
    ///
    /// # Errors
    /// `not-finite`.
    pub fn measure(
        &self,
        judge: Judge,
        beginnings: &[Beginning],
        count: usize,
        seed: u64,
    ) -> Result<Measurement> {
        let old = self.stanzas(self.old, beginnings, 0..count, seed)?;
        let new = self.stanzas(self.new, beginnings, 0..count, seed)?;
        let plain = Comparison { sampling: Sampling::default(), ..*self };
        self.of(judge, &old, &new, &plain.stanzas(self.new, beginnings, 0..count, seed)?)
    }

    /// Compares given stanzas; `plain` are stanzas of the new model sampled without any filter, from which
    /// the KL divergence is estimated.
    ///
    /// # Errors
    /// `not-finite`.
    pub fn of(&self, judge: Judge, old: &[Stanza], new: &[Stanza], plain: &[Stanza]) -> Result<Measurement> {
        let lexicon = self.knowledge.lexicon();
        let rhymed =
            |stanzas: &[Stanza]| share(stanzas.iter().map(|stanza| rhymed_pairs(&stanza.text, lexicon)));
        let mut wins = 0.0;
        for (old, new) in old.iter().zip(new) {
            let score = |stanza: &Stanza| judge.score(&stanza.text, self.knowledge);
            wins += match score(new)?.total_cmp(&score(old)?) {
                Ordering::Greater => 1.0,
                Ordering::Equal => 0.5,
                Ordering::Less => 0.0,
            };
        }
        Ok(Measurement {
            stanzas: new.len(),
            rhymed: [rhymed(old), rhymed(new)],
            win_rate: wins / new.len().max(1) as f64,
            kl: self.kl(plain)?,
            distinct: [distinct(old), distinct(new)],
        })
    }

    /// `Σ_x p_new(x) ln(p_new(x) / p_old(x))`, estimated from samples of the new model.
    fn kl(&self, drawn: &[Stanza]) -> Result<f64> {
        let mut sum = 0.0;
        for stanzas in drawn.chunks(AT_ONCE) {
            let texts: Vec<_> = stanzas.iter().map(|stanza| stanza.drawn.clone()).collect();
            let [new, old] = [self.new, self.old].map(|model| sequence_log_probs(model, &texts).to_vec());
            sum += new.iter().zip(old).map(|(new, old)| f64::from(new - old)).sum::<f64>();
        }
        let mean = sum / drawn.len().max(1) as f64;
        if mean.is_finite() {
            return Ok(mean);
        }
        let message = "the tuned model computes what is no number; tune it with a lower rate";
        Err(Error::new(ErrorCode::NotFinite, message))
    }
}

fn share(parts: impl Iterator<Item = Share>) -> f64 {
    let sum = parts
        .fold(Share::default(), |sum, share| Share { part: sum.part + share.part, all: sum.all + share.all });
    sum.value()
}

/// Fraction of distinct word trigrams.
fn distinct(stanzas: &[Stanza]) -> f64 {
    let (mut different, mut all) = (BTreeSet::new(), 0);
    for stanza in stanzas {
        let words: Vec<String> = stanza.text.lines().flat_map(words_of).collect();
        for three in words.windows(3) {
            different.insert(three.to_vec());
            all += 1;
        }
    }
    different.len() as f64 / all.max(1) as f64
}
