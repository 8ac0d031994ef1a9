//! Cross-entropy of logits and class indices, with PyTorch's label smoothing.

use super::lanes::{LANES, horizontal_sum, load_or};
use super::math::ln;
use super::parallel::{In, Out, for_rows};
use super::softmax::{exp_row, row_max};
use wide::f32x4;

/// Cost of an exponential relative to a simple elementwise operation, for deciding whether to use all cores.
const COST: usize = 4;

/// Per row, with `p = softmax(logits)` and `e = smoothing`:
/// `loss = -(1 - e) * ln p[target] - e / cols * sum_c ln p[c]`, in nats; 0 where the target is `ignore`.
///
/// `logits`, `probs` (R, `cols`); `targets`, `losses` (R). `probs` is kept for the backward pass.
/// Panics when a target that is not ignored is `cols` or more.
pub fn cross_entropy(
    logits: &[f32],
    targets: &[u32],
    cols: usize,
    ignore: Option<u32>,
    smoothing: f32,
    losses: &mut [f32],
    probs: &mut [f32],
) {
    let rows = targets.len();
    assert!([logits.len(), probs.len()] == [rows * cols; 2], "cross_entropy: rows");
    assert_eq!(losses.len(), rows, "cross_entropy: losses");
    if cols == 0 {
        return;
    }
    let operands = (In(logits, cols), In(targets, 1), Out(losses, 1), Out(probs, cols));
    for_rows(operands, rows, COST * cols, |(logits, targets, losses, probs)| {
        let rows = logits.0.chunks_exact(cols).zip(probs.0.chunks_exact_mut(cols));
        for ((logits, probs), (&target, loss)) in rows.zip(targets.0.iter().zip(losses.0)) {
            let (max, log_sum) = softmax_row(logits, probs);
            *loss = if ignore == Some(target) {
                0.0
            } else {
                row_loss(logits, target as usize, smoothing, max, log_sum)
            };
        }
    });
}

/// Writes the probabilities and returns the row's maximum and `ln sum exp(logits - max)`.
fn softmax_row(logits: &[f32], probs: &mut [f32]) -> (f32, f32) {
    let max = row_max(logits);
    let sum = exp_row(logits, max, probs);
    let factor = 1.0 / sum;
    probs.iter_mut().for_each(|p| *p *= factor);
    (max, ln(sum))
}

fn row_loss(logits: &[f32], target: usize, smoothing: f32, max: f32, log_sum: f32) -> f32 {
    let target_loss = log_sum - (logits[target] - max);
    if smoothing == 0.0 {
        return target_loss;
    }
    let shifted =
        logits.chunks(LANES).fold(f32x4::ZERO, |sum, x| sum + (load_or(x, max) - f32x4::splat(max)));
    let mean_loss = log_sum - horizontal_sum(shifted) / logits.len() as f32;
    (1.0 - smoothing) * target_loss + smoothing * mean_loss
}

/// Overwrites each row of `dx` with `scale * (probs - (1 - e) * onehot(target) - e / cols)`, or with zeros
/// where the target is ignored.
///
/// `scale` is dL/dloss of one row (for a mean, 1 / number of counted rows). Shapes as in [`cross_entropy`].
pub fn cross_entropy_backward(
    probs: &[f32],
    targets: &[u32],
    cols: usize,
    ignore: Option<u32>,
    smoothing: f32,
    scale: f32,
    dx: &mut [f32],
) {
    let rows = targets.len();
    assert!([probs.len(), dx.len()] == [rows * cols; 2], "cross_entropy_backward: rows");
    if cols == 0 {
        return;
    }
    let everywhere = smoothing / cols as f32;
    for_rows((In(probs, cols), In(targets, 1), Out(dx, cols)), rows, cols, |(probs, targets, dx)| {
        let rows = probs.0.chunks_exact(cols).zip(dx.0.chunks_exact_mut(cols));
        for ((probs, dx), &target) in rows.zip(targets.0) {
            if ignore == Some(target) {
                dx.fill(0.0);
                continue;
            }
            for (p, dx) in probs.iter().zip(dx.iter_mut()) {
                *dx = scale * (p - everywhere);
            }
            let target = target as usize;
            dx[target] = scale * (probs[target] - everywhere - (1.0 - smoothing));
        }
    });
}

#[cfg(test)]
mod tests {
    use super::super::testing::{self, SIZES, assert_close, doubles, gradient, numbers};
    use super::*;

    fn oracle(logits: &[f64], targets: &[u32], cols: usize, ignore: u32, smoothing: f32) -> Vec<f64> {
        let smoothing = f64::from(smoothing);
        let row = |(logits, &target): (&[f64], &u32)| {
            if target == ignore {
                return 0.0;
            }
            let logs: Vec<f64> = testing::softmax_row(logits).iter().map(|p| p.ln()).collect();
            let mean = logs.iter().sum::<f64>() / cols as f64;
            -(1.0 - smoothing) * logs[target as usize] - smoothing * mean
        };
        logits.chunks_exact(cols).zip(targets).map(row).collect()
    }

    #[test]
    fn agrees_with_the_oracle_and_its_differences() {
        let ignore = 999;
        for (cols, smoothing) in SIZES.into_iter().skip(1).flat_map(|cols| [(cols, 0.0), (cols, 0.1)]) {
            let targets = [0, cols as u32 / 2, ignore, cols as u32 - 1];
            let (rows, logits) = (targets.len(), numbers(targets.len() * cols, 1));
            let (mut losses, mut probs) = (vec![f32::NAN; rows], vec![f32::NAN; rows * cols]);
            cross_entropy(&logits, &targets, cols, Some(ignore), smoothing, &mut losses, &mut probs);
            let expected = oracle(&doubles(&logits), &targets, cols, ignore, smoothing);
            assert_close("losses", &losses, &expected, 1e-6);

            let mut dx = vec![f32::NAN; rows * cols];
            cross_entropy_backward(&probs, &targets, cols, Some(ignore), smoothing, 0.25, &mut dx);
            let loss = |x: &[f64]| 0.25 * oracle(x, &targets, cols, ignore, smoothing).iter().sum::<f64>();
            assert_close("dx", &dx, &gradient(&logits, loss), 1e-5);
        }
    }

    #[test]
    fn extreme_logits_stay_finite() {
        let (mut losses, mut probs) = ([f32::NAN; 2], [f32::NAN; 6]);
        let logits = [1e4, -1e4, 0.0, f32::NEG_INFINITY, 1.0, f32::NEG_INFINITY];
        cross_entropy(&logits, &[1, 1], 3, None, 0.0, &mut losses, &mut probs);
        assert_eq!((losses, probs), ([2e4, 0.0], [1.0, 0.0, 0.0, 0.0, 1.0, 0.0]));
    }
}
