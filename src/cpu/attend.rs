//! Attention of a single query, for decoding: one new token attends to the cached positions.

use super::lanes::{LANES, horizontal_sum, load};
use super::math::tanh4;
use super::matmul::dots;
use super::softmax::softmax_row;

/// Scaled dot-product attention of one query over S cached positions, for each head:
/// `weights[n] = softmax(q_n k_n^T / sqrt(D))`, `context_n = weights[n] v_n`.
///
/// `query`, `context` (N D); `keys`, `values` (S, N D), with the heads concatenated as a projection outputs
/// them; `weights` (N, capacity), of which the first S of each head are written. Dot products sum in the
/// order of [`matvec`](super::matmul::matvec), weighted means by ascending position.
pub fn attend(
    query: &[f32],
    keys: &[f32],
    values: &[f32],
    heads: usize,
    weights: &mut [f32],
    context: &mut [f32],
) {
    let (width, capacity) = (query.len(), weights.len() / heads);
    let positions = keys.len() / width;
    assert!(width.is_multiple_of(heads) && weights.len() == heads * capacity, "attend: heads");
    assert!([keys.len(), values.len()] == [positions * width; 2] && context.len() == width, "attend: shapes");
    assert!(positions <= capacity, "attend: weights");
    let d = width / heads;
    let scale = 1.0 / (d as f32).sqrt();
    let mut scores = vec![0.0; positions];
    context.fill(0.0);
    for (head, weights) in weights.chunks_exact_mut(capacity.max(1)).enumerate() {
        let (part, weights) = (head * d..(head + 1) * d, &mut weights[..positions]);
        for (score, key) in scores.iter_mut().zip(keys.chunks_exact(width)) {
            *score = dots([&key[part.clone()]], &query[part.clone()])[0] * scale;
        }
        softmax_row(&scores, weights);
        add_weighted(weights, values, part.clone(), &mut context[part]);
    }
}

/// Additive attention (Bahdanau et al. 2015) of one query over S positions:
/// `weights = softmax_j(v · tanh(query + keys[j]))`, `context = sum_j weights[j] values[j]`.
///
/// `query`, `v` (A) and `keys` (S, A), with query and keys already projected; `values` (S, K); `weights` (S);
/// `context` (K).
pub fn attend_additive(
    query: &[f32],
    keys: &[f32],
    v: &[f32],
    values: &[f32],
    weights: &mut [f32],
    context: &mut [f32],
) {
    let (size, positions, width) = (query.len(), weights.len(), context.len());
    assert!(v.len() == size && keys.len() == positions * size, "attend_additive: keys");
    assert_eq!(values.len(), positions * width, "attend_additive: values");
    let scores: Vec<f32> = keys
        .chunks_exact(size)
        .map(|key| {
            let lanes = query.chunks(LANES).zip(key.chunks(LANES)).zip(v.chunks(LANES));
            let sum = lanes.map(|((q, k), v)| load(v) * tanh4(load(q) + load(k)));
            horizontal_sum(sum.fold(wide::f32x4::ZERO, |total, term| total + term))
        })
        .collect();
    softmax_row(&scores, weights);
    context.fill(0.0);
    add_weighted(weights, values, 0..width, context);
}

/// `out += sum_j weights[j] values[j, columns]`, by ascending `j`.
fn add_weighted(weights: &[f32], values: &[f32], columns: std::ops::Range<usize>, out: &mut [f32]) {
    let Some(width) = values.len().checked_div(weights.len()).filter(|&width| width > 0) else { return };
    for (weight, value) in weights.iter().zip(values.chunks_exact(width)) {
        for (out, value) in out.iter_mut().zip(&value[columns.clone()]) {
            *out += weight * value;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{assert_close, doubles, numbers, softmax_row};
    use super::*;

    #[test]
    fn attend_agrees_with_the_oracle() {
        for (heads, d, positions) in [(1, 4, 1), (2, 5, 3), (8, 32, 17), (3, 1, 65)] {
            let width = heads * d;
            let (query, keys) = (numbers(width, 1), numbers(positions * width, 2));
            let values = numbers(positions * width, 3);
            let (mut weights, mut context) = (vec![f32::NAN; heads * positions], vec![f32::NAN; width]);
            attend(&query, &keys, &values, heads, &mut weights, &mut context);
            let (q, k, v) = (doubles(&query), doubles(&keys), doubles(&values));
            for head in 0..heads {
                let column = |j: usize, c: usize| j * width + head * d + c;
                let score = |j: usize| (0..d).map(|c| q[head * d + c] * k[column(j, c)]).sum::<f64>();
                let scores: Vec<f64> = (0..positions).map(|j| score(j) / (d as f64).sqrt()).collect();
                let probs = softmax_row(&scores);
                assert_close("weights", &weights[head * positions..][..positions], &probs, 1e-5);
                let sum = |c: usize| (0..positions).map(|j| probs[j] * v[column(j, c)]).sum();
                let expected: Vec<f64> = (0..d).map(sum).collect();
                assert_close("context", &context[head * d..][..d], &expected, 1e-5);
            }
        }
    }

    #[test]
    fn attend_additive_agrees_with_the_oracle() {
        for (size, width, positions) in [(3, 2, 1), (8, 5, 4), (33, 64, 19)] {
            let (query, keys, v) = (numbers(size, 1), numbers(positions * size, 2), numbers(size, 3));
            let values = numbers(positions * width, 4);
            let (mut weights, mut context) = (vec![f32::NAN; positions], vec![f32::NAN; width]);
            attend_additive(&query, &keys, &v, &values, &mut weights, &mut context);
            let (q, k) = (doubles(&query), doubles(&keys));
            let score = |j: usize| -> f64 {
                (0..size).map(|c| f64::from(v[c]) * (q[c] + k[j * size + c]).tanh()).sum()
            };
            let probs = softmax_row(&(0..positions).map(score).collect::<Vec<_>>());
            assert_close("weights", &weights, &probs, 1e-5);
            let sum = |c: usize| (0..positions).map(|j| probs[j] * f64::from(values[j * width + c])).sum();
            assert_close("context", &context, &(0..width).map(sum).collect::<Vec<_>>(), 1e-5);
        }
    }

    #[test]
    fn extreme_scores_stay_numbers() {
        let (mut weights, mut context) = ([0.0; 2], [0.0; 1]);
        attend(&[1e4], &[1e4, -1e4], &[1.0, 2.0], 1, &mut weights, &mut context);
        assert_eq!((weights, context), ([1.0, 0.0], [1.0]));
    }
}
