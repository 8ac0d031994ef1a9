//! Decodes many continuations of one text side by side, as a tree; each decoder step adds one level.

use crate::cpu::softmax::log_softmax;
use crate::error::{Error, ErrorCode, Result};
use crate::models::Decoder;

/// The next step of a continuation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// Continues with this token.
    Go(u32),
    /// Ends with this token.
    End(u32),
    /// Ends here.
    Stop,
}

/// A continuation.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Path {
    pub tokens: Vec<u32>,
    /// Log-probability of each token.
    pub log_p: Vec<f32>,
    /// Whether it ended with an end token rather than being stopped.
    pub ended: bool,
}

/// What a continuation can base its decision on.
pub(super) struct View<'a> {
    /// Index of the continuation.
    pub member: usize,
    pub path: &'a Path,
    pub logits: &'a [f32],
    /// Log-probabilities of the next token.
    pub log_p: &'a [f32],
    /// Whether it is the first of the continuations with the same tokens so far.
    pub first: bool,
}

/// Extends `count` continuations as `decide` says until all have ended. Continuations with the same tokens so
/// far share one row of the decoder.
///
/// `decoder` has one row, and `logits` are its logits for the next token.
///
/// # Errors
/// `not-finite` for logits that are not finite, and any error of `decide`.
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

/// Computes the log-probabilities of the tokens of each text.
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
        // The last token is not fed, as nothing follows it.
        Ok(match text.get(at) {
            Some(&token) if at + 1 == text.len() => Step::End(token),
            Some(&token) => Step::Go(token),
            None => Step::Stop,
        })
    })
    .await
}
