//! Two stanzas to one beginning, to be compared by somebody.

use super::beginnings::Beginning;
use super::choices::{Better, Choice};
use super::draw::{Stanza, Writer};
use super::judge::Judge;
use crate::error::Result;
use crate::rng::Rng;
use crate::text::rhyme::Lexicon;

/// Seeds of one pair; no more stanzas are drawn for it.
const SEEDS: u64 = 64;

/// Draws pair after pair; the `k`-th is a function of the model, the seed and `k`.
#[derive(Debug, Clone, Copy)]
pub struct PairDrawing {
    /// Of the stanzas.
    pub seed: u64,
    /// Stanzas drawn for a judge to take the best and the worst of; two for a person.
    pub draws: usize,
}

impl PairDrawing {
    /// The `k`-th pair.
    ///
    /// # Errors
    /// `not-finite`.
    pub fn stanzas(
        &self,
        writer: Writer<'_>,
        beginnings: &[Beginning],
        k: u64,
    ) -> Result<(String, Vec<Stanza>)> {
        let beginning = &beginnings[k as usize % beginnings.len()];
        let first = self.seed.wrapping_mul(1_000_003).wrapping_add(k).wrapping_mul(SEEDS);
        let asked: Vec<_> =
            (0..self.draws.clamp(2, SEEDS as usize) as u64).map(|at| (beginning, first + at)).collect();
        Ok((beginning.text.clone(), writer.draw(&asked)?))
    }

    /// The judge's choice between the best and the worst of the `k`-th stanzas; none if it likes all alike. Which of
    /// the two comes first is drawn.
    ///
    /// # Errors
    /// As [`Self::stanzas`].
    pub fn judged(
        &self,
        writer: Writer<'_>,
        beginnings: &[Beginning],
        k: u64,
        judge: Judge,
        lexicon: &Lexicon,
    ) -> Result<Option<Choice>> {
        let (beginning, stanzas) = self.stanzas(writer, beginnings, k)?;
        let scores: Vec<f32> = stanzas.iter().map(|stanza| judge.score(&stanza.text, lexicon)).collect();
        // Of equals the first.
        let (mut best, mut worst) = (0, 0);
        for at in 1..scores.len() {
            best = if scores[at] > scores[best] { at } else { best };
            worst = if scores[at] < scores[worst] { at } else { worst };
        }
        let [best_text, worst_text] = [best, worst].map(|at| stanzas[at].text.clone());
        if scores[best] <= scores[worst] || worst_text.is_empty() || best_text.is_empty() {
            return Ok(None);
        }
        let by = judge.as_str().to_owned();
        let is_first = Rng::new(self.seed.wrapping_add(k)).below(2) == 0;
        Ok(Some(if is_first {
            Choice { beginning, first: best_text, second: worst_text, better: Better::First, by }
        } else {
            Choice { beginning, first: worst_text, second: best_text, better: Better::Second, by }
        }))
    }
}
