//! Draws pairs of stanzas with the same beginning for comparison.

use super::beginnings::Beginning;
use super::choices::{Better, Choice};
use super::draw::{Stanza, Writer};
use super::judge::{Judge, Knowledge};
use crate::error::{Error, ErrorCode, Result};
use crate::rng::Rng;

/// Number of seeds per pair, and so the maximum number of stanzas drawn for it.
const SEEDS: u64 = 64;

/// Draws a sequence of pairs; the `k`-th depends only on the model, the seed and `k`.
#[derive(Debug, Clone, Copy)]
pub struct PairDrawing {
    /// Seed of the stanzas.
    pub seed: u64,
    /// Number of stanzas drawn, of which a judge takes the best and the worst; two for a person.
    pub draws: usize,
}

impl PairDrawing {
    /// Draws the stanzas of the `k`-th pair, none of them empty.
    ///
    /// # Errors
    /// `not-finite`; `bad-config` for a model that writes only empty lines.
    pub fn stanzas(
        &self,
        writer: Writer<'_>,
        beginnings: &[Beginning],
        k: u64,
    ) -> Result<(String, Vec<Stanza>)> {
        let beginning = &beginnings[k as usize % beginnings.len()];
        let first = self.seed.wrapping_mul(1_000_003).wrapping_add(k).wrapping_mul(SEEDS);
        let wanted = self.draws.clamp(2, SEEDS as usize);
        let (mut stanzas, mut seeds) = (Vec::new(), first..first + SEEDS);
        while stanzas.len() < wanted && !seeds.is_empty() {
            let asked: Vec<_> =
                seeds.by_ref().take(wanted - stanzas.len()).map(|seed| (beginning, seed)).collect();
            stanzas.extend(writer.draw(&asked)?.into_iter().filter(|stanza| !stanza.text.is_empty()));
        }
        if stanzas.len() < 2 {
            return Err(Error::new(ErrorCode::BadConfig, "the model writes nothing but empty lines"));
        }
        Ok((beginning.text.clone(), stanzas))
    }

    /// The judge's choice between the best and the worst of the `k`-th stanzas, in random order; `None` if
    /// all score the same.
    ///
    /// # Errors
    /// As [`Self::stanzas`].
    pub fn judged(
        &self,
        writer: Writer<'_>,
        beginnings: &[Beginning],
        k: u64,
        judge: Judge,
        knowledge: &Knowledge,
    ) -> Result<Option<Choice>> {
        let (beginning, stanzas) = self.stanzas(writer, beginnings, k)?;
        let scores =
            stanzas.iter().map(|stanza| judge.score(&stanza.text, knowledge)).collect::<Result<Vec<_>>>()?;
        // Ties go to the first.
        let (mut best, mut worst) = (0, 0);
        for at in 1..scores.len() {
            best = if scores[at] > scores[best] { at } else { best };
            worst = if scores[at] < scores[worst] { at } else { worst };
        }
        if scores[best] <= scores[worst] {
            return Ok(None);
        }
        let [best_text, worst_text] = [best, worst].map(|at| stanzas[at].text.clone());
        let by = judge.as_str().to_owned();
        let is_first = Rng::new(self.seed.wrapping_add(k)).below(2) == 0;
        Ok(Some(if is_first {
            Choice { beginning, first: best_text, second: worst_text, better: Better::First, by }
        } else {
            Choice { beginning, first: worst_text, second: best_text, better: Better::Second, by }
        }))
    }
}
