//! Scaled dot-product attention; twin of [`cpu::attention`](crate::cpu::attention). Unlike there, no matrix
//! of weights is stored (FlashAttention, Dao et al. 2022): only the maximum of each query's scores and the
//! sum of their exponentials, from which the backward pass recomputes the weights.
//!
//! The number of sequences is unlimited, since tensors too large for one binding are processed in parts. One
//! sequence with all its heads must fit.

use super::rows::{RowKernel, pieces, row_kernel, rows_of};
use super::{lib, softmax, word};
use crate::gpu::{Access, Dispatch, Gpu, Kernel, View};
use std::ops::Range;

const ATTENTION: Kernel = Kernel {
    name: "attention",
    source: &[lib::HEAD, lib::MATH, lib::HASH, lib::ATTENTION, include_str!("../../shaders/attention.wgsl")],
    bindings: &[Access::Read, Access::Read, Access::Read, Access::Read, Access::Write, Access::Write],
    params: Params::PARAMS,
};

const ROWS: RowKernel = row_kernel!(
    "attention_rows",
    &[Access::Read, Access::Read, Access::Read, Access::Write],
    RowParams::PARAMS
);

const DQ: Kernel = Kernel {
    name: "attention_dq",
    source: &[
        lib::HEAD,
        lib::MATH,
        lib::HASH,
        lib::ATTENTION,
        lib::ATTENTION_BACKWARD,
        include_str!("../../shaders/attention_dq.wgsl"),
    ],
    bindings: &[
        Access::Read,
        Access::Read,
        Access::Read,
        Access::Read,
        Access::Read,
        Access::Read,
        Access::Write,
    ],
    params: Params::PARAMS,
};

const DKV: Kernel = Kernel {
    name: "attention_dkv",
    source: &[
        lib::HEAD,
        lib::MATH,
        lib::HASH,
        lib::ATTENTION,
        lib::ATTENTION_BACKWARD,
        include_str!("../../shaders/attention_dkv.wgsl"),
    ],
    bindings: &[
        Access::Read,
        Access::Read,
        Access::Read,
        Access::Read,
        Access::Read,
        Access::Read,
        Access::Write,
        Access::Write,
    ],
    params: Params::PARAMS,
};

const SCORES: Kernel = Kernel {
    name: "attention_scores",
    source: &[
        lib::HEAD,
        lib::MATH,
        lib::HASH,
        lib::ATTENTION,
        include_str!("../../shaders/attention_scores.wgsl"),
    ],
    bindings: &[Access::Read, Access::Read, Access::Read, Access::Write],
    params: Params::PARAMS,
};

/// The kernels of this file.
pub const KERNELS: &[Kernel] = &[ATTENTION, ROWS.narrow, ROWS.wide, DQ, DKV, SCORES];

/// Number of queries, keys and columns in a tile.
const TILE: usize = 32;
/// Maximum number of tiles that a row of keys or values may span.
const MOST_TILES: usize = 4;

params! {
    struct Params {
        q_strides: [u32; 4],
        k_strides: [u32; 4],
        v_strides: [u32; 4],
        o_strides: [u32; 4],
        t: u32,
        s: u32,
        d: u32,
        dv: u32,
        heads: u32,
        sequences: u32,
        first: u32,
        tiles: u32,
        scale: f32,
        offset: u32,
        seed: [u32; 2],
        drop: f32,
        kept: f32,
        has_lengths: u32,
    }
}

params! {
    struct RowParams {
        rows: u32,
        cols: u32,
        t: u32,
        heads: u32,
        strides: [u32; 4],
    }
}

/// Shapes and mask of an attention.
#[derive(Clone, Copy)]
pub struct Attention<'a> {
    /// B: number of sequences.
    pub sequences: usize,
    /// N: number of heads per sequence.
    pub heads: usize,
    /// T: number of queries.
    pub t: usize,
    /// S: number of keys and values.
    pub s: usize,
    /// D: width of a query and of a key, at most 128.
    pub d: usize,
    /// DV: width of a value, at most 128.
    pub dv: usize,
    /// Factor on the scores, usually `1 / sqrt(d)`.
    pub scale: f32,
    /// Query `i` sees only keys `j <= i + offset`; all keys if absent.
    pub causal_offset: Option<usize>,
    /// (B), u32: only this many of a sequence's first keys are visible; all keys if absent.
    pub key_lengths: Option<View<'a>>,
    /// Probability and seed of dropout on the weights after the softmax; kept weights are divided by `1 - p`.
    /// Weights are selected by [`uniform_at`](crate::rng::uniform_at) of the seed and the weight's index in
    /// (B, N, T, S).
    pub dropout: Option<(f32, u64)>,
}

/// A view of the rows of all heads: element `c` of row `i` of head `n` of sequence `b` is word
/// `b strides[0] + n strides[1] + i strides[2] + c`.
#[derive(Clone, Copy)]
pub struct Heads<'a> {
    /// The underlying view.
    pub view: View<'a>,
    /// Strides between sequences, heads and rows.
    pub strides: [usize; 3],
}

impl<'a> Heads<'a> {
    /// Layout (B, N, `rows`, `width`): contiguous rows, head by head.
    pub fn packed(view: View<'a>, heads: usize, rows: usize, width: usize) -> Self {
        Self { view, strides: [heads * rows * width, rows * width, width] }
    }

    /// Layout (B, `rows`, W), in which each head has the next `width` columns, as a projection outputs them.
    pub fn side_by_side(view: View<'a>, rows: usize, stride: usize, width: usize) -> Self {
        Self { view, strides: [rows * stride, width, stride] }
    }

    /// Another view with the same layout.
    fn like(self, view: View<'a>) -> Self {
        Self { view, ..self }
    }

    fn strides(&self) -> [u32; 4] {
        let [sequence, head, row] = self.strides.map(word);
        [sequence, head, row, 0]
    }

    /// The part of the view that holds these sequences.
    fn of(&self, sequences: &Range<usize>) -> View<'a> {
        let start = self.strides[0] * sequences.start;
        let len = self.strides[0] * sequences.len();
        self.view.part(start, len.min(self.view.len - start))
    }

    /// Panics if an element would lie outside the view.
    #[track_caller]
    fn check(&self, name: &str, spec: &Attention<'_>, rows: usize, width: usize) {
        let counts = [spec.sequences, spec.heads, rows];
        if counts.contains(&0) || width == 0 {
            return;
        }
        let last: usize = self.strides.iter().zip(counts).map(|(stride, count)| stride * (count - 1)).sum();
        assert!(last + width <= self.view.len, "attention: {name} of {} words", self.view.len);
    }
}

impl Attention<'_> {
    fn rows(&self) -> usize {
        self.sequences * self.heads * self.t
    }

    /// Splits the sequences into ranges for which every tensor can be bound.
    fn pieces(&self, gpu: &Gpu, heads: &[Heads<'_>], words: usize) -> Vec<Range<usize>> {
        let largest = heads.iter().map(|heads| heads.strides[0]).max().unwrap_or(0);
        pieces(gpu, self.sequences, largest.max(words), 1)
    }

    /// Parameters for a range of sequences; `tiles` is the number of tiles per head.
    fn params(&self, [q, k, v, o]: [Heads<'_>; 4], sequences: &Range<usize>, tiles: usize) -> Params {
        let (drop, seed) = self.dropout.unwrap_or((0.0, 0));
        Params {
            q_strides: q.strides(),
            k_strides: k.strides(),
            v_strides: v.strides(),
            o_strides: o.strides(),
            t: word(self.t),
            s: word(self.s),
            d: word(self.d),
            dv: word(self.dv),
            heads: word(self.heads),
            sequences: word(sequences.len()),
            first: word(sequences.start),
            tiles: word(tiles),
            scale: self.scale,
            offset: word(self.causal_offset.map_or(self.s, |offset| offset.min(self.s))),
            seed: [seed as u32, (seed >> 32) as u32],
            drop,
            kept: 1.0 / (1.0 - drop),
            has_lengths: u32::from(self.key_lengths.is_some()),
        }
    }

    fn constants(&self) -> [(&'static str, f64); 3] {
        let [keys, values] = [self.d, self.dv].map(|width| width.div_ceil(TILE));
        assert!(keys.max(values) <= MOST_TILES, "attention: heads of {} and {}", self.d, self.dv);
        let dropout = f64::from(u8::from(self.dropout.is_some()));
        [("DROPOUT", dropout), ("KEY_TILES", keys as f64), ("VALUE_TILES", values as f64)]
    }

    /// The key lengths of a range of sequences. If there are none, the queries are bound instead.
    fn lengths<'a>(&'a self, sequences: &Range<usize>, queries: View<'a>) -> View<'a> {
        self.key_lengths.map_or(queries, |lengths| rows_of(lengths, sequences, 1))
    }

    #[track_caller]
    fn check(&self, q: Heads<'_>, k: Heads<'_>, v: Heads<'_>, out: Heads<'_>, known: View<'_>) {
        q.check("q", self, self.t, self.d);
        k.check("k", self, self.s, self.d);
        v.check("v", self, self.s, self.dv);
        out.check("out", self, self.t, self.dv);
        assert_eq!(known.len, 2 * self.rows(), "attention: rows");
        assert!(self.key_lengths.is_none_or(|lengths| lengths.len == self.sequences), "attention: lengths");
    }
}

/// For every head, `out = (keep * softmax(scale * q k^T)) v` over the visible keys.
///
/// `q` (B, N, T, D), `k` (B, N, S, D), `v` (B, N, S, DV), `out` (B, N, T, DV). A query that sees no key has
/// zero `out`. `known` (B, N, T, 2) receives the maximum of each query's scores and 1 / the sum of their
/// exponentials, for the backward pass.
pub fn attention(
    q: Heads<'_>,
    k: Heads<'_>,
    v: Heads<'_>,
    spec: Attention<'_>,
    out: Heads<'_>,
    known: View<'_>,
) {
    spec.check(q, k, v, out, known);
    let gpu = q.view.buffer.gpu();
    let [dropout, _, values] = spec.constants();
    let tiles = spec.t.div_ceil(TILE);
    for part in spec.pieces(gpu, &[q, k, v, out], 0) {
        let [q_part, k_part, v_part, out_part] = [q, k, v, out].map(|heads| heads.of(&part));
        let known = rows_of(known, &part, 2 * spec.heads * spec.t);
        gpu.dispatch(&Dispatch {
            kernel: &ATTENTION,
            constants: &[dropout, values],
            params: bytemuck::bytes_of(&spec.params([q, k, v, out], &part, tiles)),
            views: &[q_part, k_part, spec.lengths(&part, q_part), v_part, out_part, known],
            groups: part.len() * spec.heads * tiles,
        });
    }
}

/// The gradient of [`attention`], overwriting `dq`, `dk` and `dvalue`, which have the layouts of `q`, `k` and
/// `v`: `dvalue = (keep * probs)^T dout`, `dscores = scale * softmax'(keep * dout v^T)`, `dq = dscores k`,
/// `dk = dscores^T q`.
///
/// `out` and `known` come from the forward pass; `dout` has the layout of `out`.
pub fn attention_backward(
    q: Heads<'_>,
    k: Heads<'_>,
    v: Heads<'_>,
    out: Heads<'_>,
    known: View<'_>,
    dout: View<'_>,
    spec: Attention<'_>,
    dq: View<'_>,
    dk: View<'_>,
    dvalue: View<'_>,
) {
    spec.check(q, k, v, out, known);
    spec.check(q.like(dq), k.like(dk), v.like(dvalue), out.like(dout), known);
    let gpu = q.view.buffer.gpu();
    let [dropout, keys, values] = spec.constants();
    let [q_tiles, k_tiles] = [spec.t, spec.s].map(|rows| rows.div_ceil(TILE));
    let rows_of_one = spec.heads * spec.t;
    for part in spec.pieces(gpu, &[q, k, v, out], 3 * rows_of_one) {
        let [qs, ks, vs, outs] = [q, k, v, out].map(|heads| heads.of(&part));
        let douts = out.like(dout).of(&part);
        let rows = gpu.empty(3 * part.len() * rows_of_one);
        let known = rows_of(known, &part, 2 * rows_of_one);
        backward_rows(outs, douts, known, (&rows).into(), out.strides(), spec);
        let lengths = spec.lengths(&part, qs);
        let inputs = [qs, ks, lengths, vs, douts, (&rows).into()];
        gpu.dispatch(&Dispatch {
            kernel: &DQ,
            constants: &[dropout, keys],
            params: bytemuck::bytes_of(&spec.params([q, k, v, out], &part, q_tiles)),
            views: &[&inputs[..], &[q.like(dq).of(&part)]].concat(),
            groups: part.len() * spec.heads * q_tiles,
        });
        gpu.dispatch(&Dispatch {
            kernel: &DKV,
            constants: &[dropout, keys, values],
            params: bytemuck::bytes_of(&spec.params([q, k, v, out], &part, k_tiles)),
            views: &[&inputs[..], &[k.like(dk).of(&part), v.like(dvalue).of(&part)]].concat(),
            groups: part.len() * spec.heads * k_tiles,
        });
    }
}

/// Computes `rows` (…, 3), the values per query that the gradient needs: `known` (…, 2) and `sum_c out dout`.
fn backward_rows(
    out: View<'_>,
    dout: View<'_>,
    known: View<'_>,
    rows: View<'_>,
    strides: [u32; 4],
    spec: Attention<'_>,
) {
    let (count, heads) = (rows.len / 3, word(spec.heads));
    let params = RowParams { rows: word(count), cols: word(spec.dv), t: word(spec.t), heads, strides };
    ROWS.run([count, spec.dv], &[], bytemuck::bytes_of(&params), &[out, dout, known, rows]);
}

/// `probs = softmax(scale * q k^T)` over the visible keys, before dropout, for inspection: `q` (B, N, T, D),
/// `k` (B, N, S, D), `probs` (B, N, T, S). [`attention`] does not use it.
pub fn attention_weights(q: Heads<'_>, k: Heads<'_>, spec: Attention<'_>, probs: View<'_>) {
    q.check("q", &spec, spec.t, spec.d);
    k.check("k", &spec, spec.s, spec.d);
    assert_eq!(probs.len, spec.rows() * spec.s, "attention_weights: lengths");
    let gpu = q.view.buffer.gpu();
    let tiles = spec.t.div_ceil(TILE) * spec.s.div_ceil(TILE);
    let scores = gpu.empty(probs.len);
    let words = spec.heads * spec.t * spec.s;
    for part in spec.pieces(gpu, &[q, k], words) {
        let (q_part, k_part) = (q.of(&part), k.of(&part));
        gpu.dispatch(&Dispatch {
            kernel: &SCORES,
            constants: &[],
            params: bytemuck::bytes_of(&spec.params([q, k, q, q], &part, tiles)),
            views: &[q_part, k_part, spec.lengths(&part, q_part), rows_of((&scores).into(), &part, words)],
            groups: part.len() * spec.heads * tiles,
        });
    }
    softmax::softmax((&scores).into(), probs, spec.s);
}
