//! Figures of merit on held-out text.

use crate::models::CharLstm;
use crate::ops::CrossEntropy;

/// Nats as bits.
pub fn bits(nats: f64) -> f64 {
    nats / std::f64::consts::LN_2
}

/// Characters that [`mean_loss`] sends through the model at once.
const CHUNK: usize = 256;

/// Mean negative log-likelihood of `ids` in nats per character.
///
/// The text is read as `streams` parts side by side, each from a zero state and a first character `start`
/// that is not scored: with one stream this is the exact figure, more are faster and slightly pessimistic,
/// since each begins without knowing what went before. `progress` is told how many characters are done.
pub fn mean_loss(
    model: &CharLstm,
    ids: &[u32],
    start: u32,
    streams: usize,
    mut progress: impl FnMut(usize),
) -> f64 {
    let length = ids.len().div_ceil(streams.max(1)).max(1);
    let parts: Vec<&[u32]> = ids.chunks(length).collect();
    let mut total = 0.0;
    // The last part may be shorter; equal parts go as one batch, it goes alone.
    let full =
        if parts.last().is_some_and(|part| part.len() < length) { parts.len() - 1 } else { parts.len() };
    for group in [&parts[..full], &parts[full..]] {
        if group.is_empty() {
            continue;
        }
        let mut state = model.zero_state(group.len());
        for begin in (0..group[0].len()).step_by(CHUNK) {
            let end = (begin + CHUNK).min(group[0].len());
            let before = |part: &&[u32]| if begin == 0 { start } else { part[begin - 1] };
            let inputs: Vec<u32> = group
                .iter()
                .flat_map(|part| std::iter::once(before(part)).chain(part[begin..end - 1].iter().copied()))
                .collect();
            let targets: Vec<u32> = group.iter().flat_map(|part| part[begin..end].iter().copied()).collect();
            let (logits, after) = model.forward(&inputs, group.len(), &state, None);
            state = after;
            let loss = logits.cross_entropy(&targets, CrossEntropy::default()).item();
            total += f64::from(loss) * targets.len() as f64;
            progress(targets.len());
        }
    }
    total / ids.len().max(1) as f64
}
