//! Many continuations of one text side by side: a tree, one depth of it a step of the decoder.

use crate::cpu::softmax::log_softmax;
use crate::error::{Error, ErrorCode, Result};
use crate::models::Decoder;

/// What a continuation does next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// It goes on with this token.
    Go(u32),
    /// It ends with this token.
    End(u32),
    /// It ends here.
    Stop,
}

/// A continuation.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Path {
    pub tokens: Vec<u32>,
    /// Of each token, the logarithm of its probability.
    pub log_p: Vec<f32>,
    /// Whether it ended with a token of its own will.
    pub ended: bool,
}

/// What a continuation may look at to decide.
pub(super) struct View<'a> {
    /// Which one it is.
    pub member: usize,
    pub path: &'a Path,
    pub logits: &'a [f32],
    /// Their logarithms of probabilities.
    pub log_p: &'a [f32],
    /// Whether it is the first of those that have the same tokens so far.
    pub first: bool,
}

/// Lets `count` continuations go where `decide` sends each, until all have ended. Those that have the same tokens so
/// far are one row of the decoder.
///
/// `decoder` has one row, and `logits` are its scores of the next token.
///
/// # Errors
/// `not-finite` for logits that are no numbers, and what `decide` gives.
pub(super) async fn walk(
    decoder: &mut dyn Decoder,
    logits: &[f32],
    count: usize,
    mut decide: impl FnMut(View<'_>) -> Result<Step>,
) -> Result<Vec<Path>> {
    let width = logits.len();
    let mut paths = vec![Path::default(); count];
    let mut logits = logits.to_vec();
    let mut rows: Vec<Vec<usize>> = vec![(0..count).collect()];
    let mut log_p = vec![0.0; width];
    while !rows.is_empty() {
        let (mut parents, mut tokens, mut next): (Vec<usize>, Vec<u32>, Vec<Vec<usize>>) = Default::default();
        for (row, members) in rows.iter().enumerate() {
            let scores = &logits[row * width..(row + 1) * width];
            if scores.iter().any(|score| !score.is_finite()) {
                let message = "a logit is not a number; the weights are damaged";
                return Err(Error::new(ErrorCode::NotFinite, message));
            }
            log_softmax(scores, &mut log_p, width);
            let begin = next.len();
            for (at, &member) in members.iter().enumerate() {
                let path = &mut paths[member];
                let view = View { member, path, logits: scores, log_p: &log_p, first: at == 0 };
                let step = decide(view)?;
                let (Step::Go(token) | Step::End(token)) = step else { continue };
                path.tokens.push(token);
                path.log_p.push(log_p[token as usize]);
                if matches!(step, Step::End(_)) {
                    path.ended = true;
                    continue;
                }
                match tokens[begin..].iter().position(|&other| other == token) {
                    Some(same) => next[begin + same].push(member),
                    None => {
                        parents.push(row);
                        tokens.push(token);
                        next.push(vec![member]);
                    }
                }
            }
        }
        rows = next;
        if !rows.is_empty() {
            decoder.select(&parents);
            decoder.step(&tokens, &mut logits).await?;
        }
    }
    Ok(paths)
}

/// The log-probabilities of each of these continuations.
///
/// # Errors
/// `not-finite`.
pub(super) async fn read_all(
    decoder: &mut dyn Decoder,
    logits: &[f32],
    texts: &[&[u32]],
) -> Result<Vec<Path>> {
    walk(decoder, logits, texts.len(), |view| {
        let text = texts[view.member];
        let at = view.path.tokens.len();
        // The last token is not fed: nothing comes behind it.
        Ok(match text.get(at) {
            Some(&token) if at + 1 == text.len() => Step::End(token),
            Some(&token) => Step::Go(token),
            None => Step::Stop,
        })
    })
    .await
}
