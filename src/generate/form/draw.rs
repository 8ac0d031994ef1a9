//! Drawing candidates for a line, and seeing on the way where each could have ended with a rhyme.

use super::endings::{Branch, Branches};
use super::plan::MAX_CANDIDATE_LINES;
use super::reader::{ROOM, Reader};
use super::vocabulary::Vocabulary;
use super::walk::{Path, Step, walk};
use crate::error::Result;
use crate::generate::sampler::Sampler;
use crate::models::LanguageModel;

/// Subwords of the longest line; so many fit behind what is read.
const LONGEST: usize = 40;
const _: () = assert!(LONGEST < ROOM);
/// Draws that each line has to itself: steps of the longest line of characters for each candidate.
const DRAWS: usize = LONGEST * 4 * MAX_CANDIDATE_LINES;

/// Which lines are drawn.
pub(super) struct Drawing {
    /// How many lines of the song were written before: the random numbers do not depend on how many those took.
    pub line: usize,
    /// How many candidates were drawn for this line already.
    pub first: usize,
    /// How many to draw.
    pub count: usize,
}

/// Draws candidates for a line.
///
/// # Errors
/// `not-finite`.
pub(super) async fn draw(
    model: &LanguageModel,
    reader: &Reader,
    vocabulary: &Vocabulary,
    sampler: &mut Sampler,
    Drawing { line, first, count }: Drawing,
    branches: &mut Branches<'_>,
) -> Result<Vec<Path>> {
    let read = reader.tokens();
    let (mut decoder, logits) = reader.decoder(model);
    let longest = LONGEST * vocabulary.per_unit as usize;
    let mut tokens = Vec::new();
    let mut scores: Vec<f32> = Vec::new();
    walk(&mut *decoder, logits, count, |view| {
        let at = view.path.tokens.len();
        if at == longest {
            return Ok(Step::Stop);
        }
        if view.first {
            branches.look(view.path, view.log_p);
        }
        scores.clear();
        scores.extend_from_slice(view.logits);
        vocabulary.restrict(&mut scores, at == 0);
        tokens.clear();
        tokens.extend_from_slice(&read);
        tokens.extend_from_slice(&view.path.tokens);
        sampler.seek(line * DRAWS + at * MAX_CANDIDATE_LINES + first + view.member);
        let id = sampler.sample(&mut scores, &tokens)?;
        Ok(if vocabulary.breaks(id) { Step::End(id) } else { Step::Go(id) })
    })
    .await
}

/// Lines that go through these branches and end with their words, and with what the model likes best behind them.
///
/// # Errors
/// `not-finite`.
pub(super) async fn complete(
    model: &LanguageModel,
    reader: &Reader,
    vocabulary: &Vocabulary,
    branches: &[Branch],
) -> Result<Vec<Path>> {
    let (mut decoder, logits) = reader.decoder(model);
    walk(&mut *decoder, logits, branches.len(), |view| {
        let branch = &branches[view.member].tokens;
        let at = view.path.tokens.len();
        if let Some(&token) = branch.get(at) {
            return Ok(Step::Go(token));
        }
        let end = vocabulary.likeliest_end(view.log_p, at == branch.len());
        Ok(match end {
            Some(id) if vocabulary.breaks(id) => Step::End(id),
            Some(id) => Step::Go(id),
            None => Step::Stop,
        })
    })
    .await
}
