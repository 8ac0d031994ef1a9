use super::harness::{Guarded, TOLERANCE, assert_close, doubles, numbers};
use super::on_both::{OnBoth, on_both};
use super::softmax::row as softmax_row;
use liedwerk::gpu::{Buffer, Gpu, View};
use liedwerk::ops::AttentionMask;
use liedwerk::rng::uniform_at;
use liedwerk::wgsl::attention::{Attention, Heads, attention, attention_backward, attention_weights};

/// An attention, its key lengths in main memory.
#[derive(Clone)]
struct Case {
    /// Sequences, heads, T, S, D, DV.
    shape: [usize; 6],
    causal_offset: Option<usize>,
    key_lengths: Option<Vec<u32>>,
    dropout: Option<(f32, u64)>,
    /// What queries are multiplied with.
    size: f32,
}

impl Case {
    fn plain(shape: [usize; 6]) -> Self {
        Self { shape, causal_offset: None, key_lengths: None, dropout: None, size: 1.0 }
    }

    fn spec<'a>(&self, lengths: Option<&'a Buffer>) -> Attention<'a> {
        let [sequences, heads, t, s, d, dv] = self.shape;
        let (causal_offset, dropout) = (self.causal_offset, self.dropout);
        let key_lengths = lengths.map(View::from);
        Attention { sequences, heads, t, s, d, dv, scale: 0.4, causal_offset, key_lengths, dropout }
    }

    fn sees(&self, head: usize, i: usize, j: usize) -> bool {
        let length = self.key_lengths.as_ref().map(|lengths| lengths[head / self.shape[1]] as usize);
        length.is_none_or(|length| j < length) && self.causal_offset.is_none_or(|offset| j <= i + offset)
    }

    fn keep(&self, weight: usize) -> f64 {
        self.dropout.map_or(1.0, |(p, seed)| {
            if uniform_at(seed, weight as u32) < p { 0.0 } else { 1.0 / (1.0 - f64::from(p)) }
        })
    }

    /// Queries, keys, values and the gradient of the result.
    fn operands(&self) -> [Vec<f32>; 4] {
        let [sequences, heads, t, s, d, dv] = self.shape;
        let counts = [t * d, s * d, s * dv, t * dv].map(|count| sequences * heads * count);
        let mut operands = [1, 2, 3, 4].map(|seed| numbers(counts[seed - 1], seed as u32));
        operands[0].iter_mut().for_each(|x| *x *= self.size);
        operands
    }
}

/// Weights, result, and the gradients of queries, keys and values in double precision.
fn oracle(case: &Case, [q, k, v, dout]: &[Vec<f64>; 4]) -> [Vec<f64>; 5] {
    let [sequences, heads, t, s, d, dv] = case.shape;
    let (rows, scale) = (sequences * heads * t, f64::from(0.4_f32));
    let (mut probs, mut out) = (vec![0.0; rows * s], vec![0.0; rows * dv]);
    let mut grads = [q, k, v].map(|x| vec![0.0; x.len()]);
    for row in 0..rows {
        let (head, i) = (row / t, row % t);
        let key = |j: usize| head * s + j;
        let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
        let query = &q[row * d..][..d];
        let score = |j: usize| {
            let score = scale * dot(query, &k[key(j) * d..][..d]);
            if case.sees(head, i, j) { score } else { f64::NEG_INFINITY }
        };
        let p = softmax_row(&(0..s).map(score).collect::<Vec<_>>());
        let dout = &dout[row * dv..][..dv];
        let keep = |j: usize| case.keep(row * s + j);
        let dp: Vec<f64> = (0..s).map(|j| keep(j) * dot(dout, &v[key(j) * dv..][..dv])).collect();
        let mean = dot(&p, &dp);
        for j in 0..s {
            let dscore = scale * p[j] * (dp[j] - mean);
            for c in 0..d {
                grads[0][row * d + c] += dscore * k[key(j) * d + c];
                grads[1][key(j) * d + c] += dscore * query[c];
            }
            for c in 0..dv {
                out[row * dv + c] += keep(j) * p[j] * v[key(j) * dv + c];
                grads[2][key(j) * dv + c] += keep(j) * p[j] * dout[c];
            }
        }
        probs[row * s..][..s].copy_from_slice(&p);
    }
    let [dq, dk, dvalue] = grads;
    [probs, out, dq, dk, dvalue]
}

/// Compares weights, result and gradients with the oracle; the gradients to `tolerance`.
async fn check(gpu: &Gpu, case: &Case, tolerance: f64) {
    let [sequences, heads, t, s, d, dv] = case.shape;
    let operands = case.operands();
    let expected = oracle(case, &operands.each_ref().map(|x| doubles(x)));
    let lengths = case.key_lengths.as_ref().map(|lengths| gpu.upload(lengths));
    let spec = case.spec(lengths.as_ref());
    let [q, k, v, dout] = operands.each_ref().map(|x| Guarded::new(gpu, x));
    let rows = sequences * heads * t;
    let found = expected.each_ref().map(|x| Guarded::output(gpu, x.len()));
    let known = Guarded::output(gpu, 2 * rows);
    let packed = |x: &Guarded, rows, width| Heads::packed(x.view(), heads, rows, width);
    // The guards may lie in the same memory as the views, so a head's place is told by its view alone.
    let (q_in, k_in, v_in) = (heads_of(&q, heads, t, d), heads_of(&k, heads, s, d), heads_of(&v, heads, s, dv));
    let [probs, out, dq, dk, dvalue] = found.each_ref();
    attention_weights(q_in, k_in, spec, probs.view());
    let out = packed(out, t, dv);
    attention(q_in, k_in, v_in, spec, out, known.view());
    let (dq, dk, dvalue) = (dq.view(), dk.view(), dvalue.view());
    attention_backward(q_in, k_in, v_in, out, known.view(), dout.view(), spec, dq, dk, dvalue);
    let names = ["weights", "out", "dq", "dk", "dvalue"];
    for (index, name) in names.into_iter().enumerate() {
        let what = format!("{name} of {:?}", case.shape);
        let tolerance = if index < 2 { TOLERANCE.max(tolerance / 4.0) } else { tolerance };
        assert_close(&what, &found[index].read().await, &expected[index], tolerance);
    }
    known.read().await;
}

fn heads_of(x: &Guarded, heads: usize, rows: usize, width: usize) -> Heads<'_> {
    Heads::packed(x.view(), heads, rows, width)
}
