use super::harness::{Guarded, TOLERANCE, assert_close, doubles, numbers};
use super::on_both::{OnBoth, on_both};
use super::softmax::row as softmax_row;
use liedwerk::gpu::{Buffer, Gpu, View};
use liedwerk::ops::AttentionMask;
use liedwerk::rng::uniform_at;
use liedwerk::tensor::{Device, Tensor};
use liedwerk::wgsl::attention::{Attention, Heads, attention, attention_backward, attention_weights};

/// An attention, its key lengths in main memory.
#[derive(Clone)]
struct Case {
    /// Sequences, heads, T, S, D, DV.
    shape: [usize; 6],
    causal_offset: Option<usize>,
    key_lengths: Option<Vec<u32>>,
    dropout: Option<(f32, u64)>,
}

impl Case {
    fn plain(shape: [usize; 6]) -> Self {
        Self { shape, causal_offset: None, key_lengths: None, dropout: None }
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
        [1, 2, 3, 4].map(|seed| numbers(counts[seed - 1], seed as u32))
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

/// Compares weights, result and gradients with the oracle.
async fn check(gpu: &Gpu, case: &Case) {
    let [sequences, heads, t, s, d, dv] = case.shape;
    let operands = case.operands();
    let expected = oracle(case, &operands.each_ref().map(|x| doubles(x)));
    let lengths = case.key_lengths.as_ref().map(|lengths| gpu.upload(lengths));
    let spec = case.spec(lengths.as_ref());
    let [q, k, v, dout] = operands.each_ref().map(|x| Guarded::new(gpu, x));
    let found = expected.each_ref().map(|x| Guarded::output(gpu, x.len()));
    let known = Guarded::output(gpu, 2 * sequences * heads * t);
    let [probs, out, dq, dk, dvalue] = found.each_ref().map(Guarded::view);
    let q = Heads::packed(q.view(), heads, t, d);
    let k = Heads::packed(k.view(), heads, s, d);
    let v = Heads::packed(v.view(), heads, s, dv);
    let out = Heads::packed(out, heads, t, dv);
    attention_weights(q, k, spec, probs);
    attention(q, k, v, spec, out, known.view());
    attention_backward(q, k, v, out, known.view(), dout.view(), spec, dq, dk, dvalue);
    for (index, name) in ["weights", "out", "dq", "dk", "dvalue"].into_iter().enumerate() {
        // A query that sees one key alone: its gradient is a difference of equal numbers.
        let tolerance = if s == 1 && (2..4).contains(&index) { 1.0 } else { TOLERANCE };
        let what = format!("{name} of {:?}, {:?}, {:?}", case.shape, case.causal_offset, case.key_lengths);
        assert_close(&what, &found[index].read().await, &expected[index], tolerance);
    }
    known.read().await;
}

/// What a query may not see, and what is dropped.
pub async fn masks(gpu: &Gpu) {
    let plain = Case::plain([2, 3, 5, 6, 5, 3]);
    check(gpu, &plain).await;
    for causal_offset in [Some(0), Some(2), Some(1000)] {
        check(gpu, &Case { causal_offset, ..plain.clone() }).await;
    }
    let key_lengths = Some(vec![4, 0]);
    check(gpu, &Case { key_lengths: key_lengths.clone(), ..plain.clone() }).await;
    check(gpu, &Case { key_lengths, causal_offset: Some(1), ..plain }).await;
    let large = Case::plain([2, 1, 70, 67, 8, 9]);
    let dropout = Some((0.3, 0x1234_5678_9abc));
    let dropped = Case { dropout, key_lengths: Some(vec![40, 99]), ..large.clone() };
    check(gpu, &dropped).await;
    check(gpu, &Case { causal_offset: Some(0), ..dropped }).await;
    check(gpu, &Case { causal_offset: Some(33), ..large }).await;
}

/// Nothing, one, edges of tiles and beyond, of queries, keys and both widths.
pub async fn shapes(gpu: &Gpu) {
    let shapes = [
        [1, 2, 0, 3, 4, 4],
        [2, 1, 3, 0, 4, 4],
        [1, 2, 1, 1, 1, 1],
        [1, 2, 1, 70, 7, 33],
        [2, 1, 33, 32, 31, 5],
        [1, 1, 64, 65, 32, 64],
        [1, 2, 40, 97, 65, 128],
        [1, 1, 31, 33, 128, 97],
        [1, 1, 3, 300, 16, 16],
    ];
    for shape in shapes {
        check(gpu, &Case::plain(shape)).await;
    }
}

/// Scores of thousands, equal and opposite.
pub async fn hostile(gpu: &Gpu) {
    let case = Case::plain([1, 1, 1, 3, 1, 1]);
    let [q, k, v, dout] =
        [&[1e4][..], &[1.0, -1.0, 1.0], &[1.0, 5.0, 3.0], &[1.0]].map(|x| Guarded::new(gpu, x));
    let found = [1, 2, 1, 3, 3].map(|len| Guarded::output(gpu, len));
    let [out, known, dq, dk, dvalue] = found.each_ref().map(Guarded::view);
    let [q, k, v, out] =
        [(q.view(), 1), (k.view(), 3), (v.view(), 3), (out, 1)].map(|(x, rows)| Heads::packed(x, 1, rows, 1));
    attention(q, k, v, case.spec(None), out, known);
    attention_backward(q, k, v, out, known, dout.view(), case.spec(None), dq, dk, dvalue);
    let expected: [&[f64]; 4] = [&[2.0], &[0.0], &[-2000.0, 0.0, 2000.0], &[0.5, 0.0, 0.5]];
    for (found, expected) in [0, 2, 3, 4].map(|index| &found[index]).into_iter().zip(expected) {
        assert_close("large scores", &found.read().await, expected, TOLERANCE);
    }
}

/// Heads side by side, as a projection leaves them; and sequences that lie so far apart that they cannot be
/// bound together.
pub async fn layouts(gpu: &Gpu) {
    beside_each_other(gpu, 24).await;
    let baseline = Gpu::request_baseline().await.expect("a GPU, if only in software");
    beside_each_other(&baseline, 15_000_000).await;
}

/// Three sequences of queries (B, T, N D), 24 numbers each, that begin `far` words from each other.
async fn beside_each_other(gpu: &Gpu, far: usize) {
    let key_lengths = Some(vec![3, 5, 4]);
    let case = Case { key_lengths, dropout: Some((0.3, 9)), ..Case::plain([3, 2, 3, 5, 4, 4]) };
    let operands = case.operands();
    let [_, out, dq, ..] = oracle(&case, &operands.each_ref().map(|x| doubles(x)));
    // (B, N, T, D) to (B, T, N D).
    let beside = |x: &[f64]| -> Vec<f64> {
        let from = |i: usize| x[((i / 24 * 2 + i % 8 / 4) * 3 + i / 8 % 3) * 4 + i % 4];
        (0..72).map(from).collect()
    };
    let place = |x: &[f32]| {
        let x: Vec<f32> = beside(&doubles(x)).into_iter().map(|x| x as f32).collect();
        let (buffer, words) = (gpu.empty(2 * far + 24), gpu.upload(&x));
        (0..3).for_each(|index| gpu.copy(words.view(index * 24, 24), buffer.view(index * far, 24)));
        buffer
    };
    let lengths = gpu.upload(&[3_u32, 5, 4]);
    let spec = case.spec(Some(&lengths));
    let [q, dout] = [0, 3].map(|index| place(&operands[index]));
    let [k, v] = [1, 2].map(|index| gpu.upload(&operands[index]));
    let results = [q.len(), q.len(), 2 * 18, k.len(), v.len()].map(|words| gpu.empty(words));
    let [found, found_dq, known, dk, dvalue] = results.each_ref().map(View::from);
    let heads = |view| {
        let heads = Heads::side_by_side(view, 3, 8, 4);
        Heads { strides: [far, heads.strides[1], heads.strides[2]], ..heads }
    };
    let [k, v] = [&k, &v].map(|x| Heads::packed(x.into(), 2, 5, 4));
    let q = heads((&q).into());
    attention(q, k, v, spec, heads(found), known);
    attention_backward(q, k, v, heads(found), known, (&dout).into(), spec, found_dq, dk, dvalue);
    for (found, expected) in [(found, out), (found_dq, dq)] {
        let parts = [0, 1, 2].map(|index| found.part(index * far, 24));
        let found = gpu.read(&parts).await.expect("the GPU answers");
        assert_close("heads side by side", &found, &beside(&expected), TOLERANCE);
    }
}

pub async fn ops(gpu: &Gpu) {
    let shapes: [&[usize]; 3] = [&[2, 2, 35, 9], &[2, 2, 40, 9], &[2, 2, 40, 5]];
    let masks = [
        AttentionMask::default(),
        AttentionMask { causal_offset: Some(5), ..AttentionMask::default() },
        AttentionMask { key_lengths: Some(vec![40, 3]), dropout: Some((0.2, 7)), causal_offset: None },
    ];
    let mut cases: Vec<OnBoth> = Vec::new();
    for mask in masks {
        cases.push(OnBoth::new("attention", &shapes, move |x| x[0].attention(&x[1], &x[2], &mask)));
    }
    on_both(gpu, cases).await;
    let device = Device::Gpu(gpu.clone());
    let mask = AttentionMask { key_lengths: Some(vec![40, 3]), ..AttentionMask::default() };
    let [q, k] = [35, 40].map(|rows| Tensor::from_vec(numbers(4 * rows * 9, rows as u32), &[2, 2, rows, 9]));
    let weights = q.to(&device).attention_weights(&k.to(&device), &mask);
    assert_eq!(weights.shape(), [2, 2, 35, 40]);
    let expected = q.attention_weights(&k, &mask);
    assert_close("weights", &weights.read().await.unwrap(), &doubles(expected.data()), 1e-5);
}
