//! Scaled dot-product attention, head by head, built on the matrix product and softmax.

use super::matmul::{Matmul, matmul};
use super::parallel::{In, Out, for_rows};
use super::softmax::{softmax_backward, softmax_row};

/// Shapes and mask of an attention.
#[derive(Clone, Copy, Debug)]
pub struct Attention<'a> {
    /// BH: batch size times number of heads.
    pub batch_heads: usize,
    /// T: number of queries.
    pub t: usize,
    /// S: number of keys and values.
    pub s: usize,
    /// D: width of a query and of a key.
    pub d: usize,
    /// DV: width of a value.
    pub dv: usize,
    /// Factor on the scores, usually `1 / sqrt(d)`.
    pub scale: f32,
    /// Query `i` sees only keys `j <= i + offset`; all keys if absent.
    pub causal_offset: Option<usize>,
    /// (BH): only this many of a head's first keys are visible; all keys if absent.
    pub key_lengths: Option<&'a [usize]>,
    /// (BH, T, S): factors that the weights are multiplied by after the softmax, for dropout.
    pub keep: Option<&'a [f32]>,
}

impl Attention<'_> {
    /// Number of keys that query `i` of a head sees.
    pub(crate) fn visible(&self, head: usize, i: usize) -> usize {
        let causal = self.causal_offset.map_or(self.s, |offset| i + offset + 1);
        self.s.min(causal).min(self.key_lengths.map_or(self.s, |lengths| lengths[head]))
    }

    /// Cost of one head in units of elementwise work; eight multiplications count as one unit.
    fn cost(&self) -> usize {
        self.t * self.s * (self.d + self.dv) / 8
    }

    fn check(&self, q: &[f32], k: &[f32], v: &[f32], probs: &[f32], out: &[f32]) {
        let Attention { batch_heads, t, s, d, dv, .. } = *self;
        assert_eq!(q.len(), batch_heads * t * d, "attention: q");
        assert_eq!(k.len(), batch_heads * s * d, "attention: k");
        assert_eq!(v.len(), batch_heads * s * dv, "attention: v");
        assert_eq!(probs.len(), batch_heads * t * s, "attention: probs");
        assert_eq!(out.len(), batch_heads * t * dv, "attention: out");
        assert!(self.key_lengths.is_none_or(|lengths| lengths.len() == batch_heads), "attention: lengths");
        assert!(self.keep.is_none_or(|keep| keep.len() == probs.len()), "attention: keep");
    }

    /// Multiplies the weights (T, S) of one head by its dropout factors.
    fn drop_out(&self, head: usize, weights: &mut [f32]) {
        if let Some(keep) = self.keep {
            let size = self.t * self.s;
            weights.iter_mut().zip(&keep[head * size..][..size]).for_each(|(weight, keep)| *weight *= keep);
        }
    }
}

/// `C (m, n) = A B` with the given transpositions, overwriting C.
fn product(m: usize, k: usize, n: usize, trans_a: bool, trans_b: bool) -> Matmul {
    Matmul { m, k, n, trans_a, trans_b, accumulate: false }
}

/// The part of an operand that belongs to one head.
fn of<'a>(x: &In<'a>, head: usize) -> &'a [f32] {
    &x.0[head * x.1..(head + 1) * x.1]
}

/// The part of a result that belongs to one head.
fn of_mut<'a>(x: &'a mut Out<'_>, head: usize) -> &'a mut [f32] {
    &mut x.0[head * x.1..(head + 1) * x.1]
}

/// For every head, `probs = softmax(scale * q k^T)` over the visible keys, `out = (keep * probs) v`.
///
/// `q` (BH, T, D), `k` (BH, S, D), `v` (BH, S, DV), `probs` (BH, T, S), `out` (BH, T, DV). A query that
/// sees no key has zero `probs` and zero `out`.
pub fn attention(q: &[f32], k: &[f32], v: &[f32], spec: Attention<'_>, probs: &mut [f32], out: &mut [f32]) {
    spec.check(q, k, v, probs, out);
    let Attention { batch_heads, t, s, d, dv, .. } = spec;
    let inputs = (In(q, t * d), In(k, s * d), In(v, s * dv));
    let outputs = (0..batch_heads, Out(probs, t * s), Out(out, t * dv));
    for_rows((inputs, outputs), batch_heads, spec.cost(), |(inputs, (heads, mut probs, mut out))| {
        let (q, k, v) = inputs;
        let mut scores = vec![0.0; t * s];
        for head in 0..heads.len() {
            matmul(product(t, d, s, false, true), of(&q, head), of(&k, head), &mut scores);
            masked_softmax(spec, heads.start + head, &mut scores, of_mut(&mut probs, head));
            // The scores are no longer needed; reuse their memory for the weights after dropout.
            scores.copy_from_slice(of_mut(&mut probs, head));
            spec.drop_out(heads.start + head, &mut scores);
            matmul(product(t, s, dv, false, false), &scores, of(&v, head), of_mut(&mut out, head));
        }
    });
}

/// Softmax of one head's scaled scores (T, S) over the keys visible to each query.
fn masked_softmax(spec: Attention<'_>, head: usize, scores: &mut [f32], probs: &mut [f32]) {
    let cols = spec.s.max(1);
    for (i, (scores, probs)) in scores.chunks_exact_mut(cols).zip(probs.chunks_exact_mut(cols)).enumerate() {
        let visible = spec.visible(head, i);
        scores[..visible].iter_mut().for_each(|x| *x *= spec.scale);
        softmax_row(&scores[..visible], &mut probs[..visible]);
        probs[visible..].fill(0.0);
    }
}

/// The gradient of [`attention`], overwriting `dq` (BH, T, D), `dk` (BH, S, D) and `dvalue` (BH, S, DV):
/// `dvalue = (keep * probs)^T dout`, `dscores = scale * softmax'(keep * dout v^T)`, `dq = dscores k`,
/// `dk = dscores^T q`.
///
/// `probs` (BH, T, S) comes from the forward pass; `dout` (BH, T, DV).
pub fn attention_backward(
    q: &[f32],
    k: &[f32],
    v: &[f32],
    probs: &[f32],
    dout: &[f32],
    spec: Attention<'_>,
    dq: &mut [f32],
    dk: &mut [f32],
    dvalue: &mut [f32],
) {
    spec.check(q, k, v, probs, dout);
    assert!((dq.len(), dk.len(), dvalue.len()) == (q.len(), k.len(), v.len()), "attention_backward: shapes");
    let Attention { batch_heads, t, s, d, dv, scale, .. } = spec;
    let inputs = (In(q, t * d), In(k, s * d), In(v, s * dv), In(probs, t * s), In(dout, t * dv));
    let outputs = (0..batch_heads, Out(dq, t * d), Out(dk, s * d), Out(dvalue, s * dv));
    for_rows(
        (inputs, outputs),
        batch_heads,
        2 * spec.cost(),
        |(inputs, (heads, mut dq, mut dk, mut dvalue))| {
            let (mut dprobs, mut dscores) = (vec![0.0; t * s], vec![0.0; t * s]);
            for head in 0..heads.len() {
                let (q, k, v) = (of(&inputs.0, head), of(&inputs.1, head), of(&inputs.2, head));
                let (probs, dout) = (of(&inputs.3, head), of(&inputs.4, head));
                dscores.copy_from_slice(probs);
                spec.drop_out(heads.start + head, &mut dscores);
                matmul(product(s, t, dv, true, false), &dscores, dout, of_mut(&mut dvalue, head));
                matmul(product(t, dv, s, false, true), dout, v, &mut dprobs);
                spec.drop_out(heads.start + head, &mut dprobs);
                softmax_backward(probs, &dprobs, &mut dscores, s);
                dscores.iter_mut().for_each(|x| *x *= scale);
                matmul(product(t, s, d, false, false), &dscores, k, of_mut(&mut dq, head));
                matmul(product(s, t, d, true, false), &dscores, q, of_mut(&mut dk, head));
            }
        },
    );
}

#[cfg(test)]
mod tests {
    use super::super::testing::{self, assert_close, doubles, gradient, numbers, weighted};
    use super::*;

    /// The output in double precision.
    fn oracle(q: &[f64], k: &[f64], v: &[f64], spec: Attention<'_>) -> Vec<f64> {
        let Attention { batch_heads, t, s, d, dv, scale, .. } = spec;
        let mut out = vec![0.0; batch_heads * t * dv];
        for (row, out) in out.chunks_exact_mut(dv).enumerate() {
            let (head, i) = (row / t, row % t);
            let length = spec.key_lengths.map_or(s, |lengths| lengths[head]);
            let sees = |j: usize| j < length && spec.causal_offset.is_none_or(|offset| j <= i + offset);
            let keys: Vec<usize> = (0..s).filter(|&j| sees(j)).collect();
            let score = |j: &usize| {
                let dot: f64 = (0..d).map(|c| q[row * d + c] * k[(head * s + j) * d + c]).sum();
                dot * f64::from(scale)
            };
            let probs = testing::softmax_row(&keys.iter().map(score).collect::<Vec<_>>());
            for (p, j) in probs.iter().zip(&keys) {
                let p = p * spec.keep.map_or(1.0, |keep| f64::from(keep[row * s + j]));
                (0..dv).for_each(|c| out[c] += p * v[(head * s + j) * dv + c]);
            }
        }
        out
    }

    fn check(spec: Attention<'_>) {
        let Attention { batch_heads, t, s, d, dv, .. } = spec;
        let (q, k) = (numbers(batch_heads * t * d, 1), numbers(batch_heads * s * d, 2));
        let (v, dout) = (numbers(batch_heads * s * dv, 3), numbers(batch_heads * t * dv, 4));
        let (mut probs, mut out) = (vec![f32::NAN; batch_heads * t * s], vec![f32::NAN; dout.len()]);
        attention(&q, &k, &v, spec, &mut probs, &mut out);
        let (q64, k64, v64) = (doubles(&q), doubles(&k), doubles(&v));
        assert_close("out", &out, &oracle(&q64, &k64, &v64, spec), 1e-5);

        let (mut dq, mut dk, mut dvalue) = (q.clone(), k.clone(), v.clone());
        attention_backward(&q, &k, &v, &probs, &dout, spec, &mut dq, &mut dk, &mut dvalue);
        let loss = |q: &[f64], k: &[f64], v: &[f64]| weighted(&oracle(q, k, v, spec), &dout);
        assert_close("dq", &dq, &gradient(&q, |q| loss(q, &k64, &v64)), 1e-4);
        assert_close("dk", &dk, &gradient(&k, |k| loss(&q64, k, &v64)), 1e-4);
        assert_close("dvalue", &dvalue, &gradient(&v, |v| loss(&q64, &k64, v)), 1e-4);
    }

    #[test]
    fn agrees_with_the_oracle_and_its_differences() {
        let lengths = [4, 0, 6];
        for (t, s) in [(1, 1), (1, 6), (5, 6), (6, 6), (17, 9), (3, 0)] {
            let plain = Attention {
                batch_heads: 3,
                t,
                s,
                d: 5,
                dv: 3,
                scale: 0.7,
                causal_offset: None,
                key_lengths: None,
                keep: None,
            };
            check(plain);
            check(Attention { causal_offset: Some(0), ..plain });
            check(Attention { causal_offset: Some(2), ..plain });
            check(Attention { key_lengths: Some(&lengths), ..plain });
            check(Attention { key_lengths: Some(&lengths), causal_offset: Some(1), ..plain });
            let keep: Vec<f32> = numbers(3 * t * s, 9).iter().map(|&x| (x.max(0.0) * 2.0).round()).collect();
            check(Attention { key_lengths: Some(&lengths), keep: Some(&keep), ..plain });
        }
    }
}
