//! Samples candidates for a line and looks for places where each could have ended with a rhyme.

use super::endings::{Branch, Branches};
use super::plan::MAX_CANDIDATE_LINES;
use super::reader::{ROOM, Reader};
use super::vocabulary::Vocabulary;
use super::walk::{Path, Step, walk};
use crate::error::Result;
use crate::generate::sampler::Sampler;
use crate::models::LanguageModel;

/// Maximum length of a line in subwords; that many fit behind what has been read.
const LONGEST: usize = 40;
const _: () = assert!(LONGEST < ROOM);
/// Maximum number of candidates drawn for a line in all rounds.
pub(super) const MOST_DRAWN: usize = 3 * MAX_CANDIDATE_LINES;
/// Random numbers reserved for each line: one per token and candidate of the longest line of characters.
const DRAWS: usize = LONGEST * 4 * MOST_DRAWN;

/// Which candidates to draw.
pub(super) struct Drawing {
    /// Number of lines written before this one; makes the random numbers independent of how many those took.
    pub line: usize,
    /// Number of candidates already drawn for this line.
    pub first: usize,
    /// Number of candidates to draw.
    pub count: usize,
}

/// Samples candidates for a line.
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
        sampler.seek(line * DRAWS + at * MOST_DRAWN + first + view.member);
        let id = sampler.sample(&mut scores, &tokens)?;
        Ok(if vocabulary.breaks(id) { Step::End(id) } else { Step::Go(id) })
    })
    .await
}

/// Returns lines that follow these branches to the end of their words and then end with the likeliest
/// punctuation.
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
