//! Scaled dot-product attention; twin of [`cpu::attention`](crate::cpu::attention). Unlike there no matrix of
//! weights is kept (FlashAttention, Dao et al. 2022): of each query only the maximum of its scores and
//! the sum of their exponentials, from which the gradient computes the weights again.
//!
//! Any number of sequences: what is too large for one binding goes in parts. One sequence with all its heads
//! must fit.

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

/// Queries, keys and columns of a tile.
const TILE: usize = 32;
/// Tiles that a row of keys or values may be cut into.
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

/// The shapes and the mask of an attention.
#[derive(Clone, Copy)]
pub struct Attention<'a> {
    /// B: number of sequences.
    pub sequences: usize,
    /// N: number of heads of each.
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
    /// Query `i` sees the keys `j <= i + offset`; all of them when absent.
    pub causal_offset: Option<usize>,
    /// (B), u32: only the first so many keys of a sequence are visible; all of them when absent.
    pub key_lengths: Option<View<'a>>,
    /// Weights after the softmax are dropped with this probability, and the others divided by what is left:
    /// which, is [`uniform_at`](crate::rng::uniform_at) of this seed and the weight's index in (B, N, T, S).
    pub dropout: Option<(f32, u64)>,
}

/// Rows of heads: element `c` of row `i` of head `n` of sequence `b` is word
/// `b strides[0] + n strides[1] + i strides[2] + c` of the view.
#[derive(Clone, Copy)]
pub struct Heads<'a> {
    /// The words.
    pub view: View<'a>,
    /// From one sequence, head and row to the next.
    pub strides: [usize; 3],
}

impl<'a> Heads<'a> {
    /// (B, N, `rows`, `width`), packed: a head's rows one after the other.
    pub fn packed(view: View<'a>, heads: usize, rows: usize, width: usize) -> Self {
        Self { view, strides: [heads * rows * width, rows * width, width] }
    }

    /// (B, `rows`, W), from which each head takes its next `width` columns, as a projection leaves them.
    pub fn side_by_side(view: View<'a>, rows: usize, stride: usize, width: usize) -> Self {
        Self { view, strides: [rows * stride, width, stride] }
    }

    /// The same layout elsewhere.
    fn like(self, view: View<'a>) -> Self {
        Self { view, ..self }
    }

    fn strides(&self) -> [u32; 4] {
        let [sequence, head, row] = self.strides.map(word);
        [sequence, head, row, 0]
    }

    /// The view without the sequences that are left out.
    fn of(&self, sequences: &Range<usize>) -> View<'a> {
        let start = self.strides[0] * sequences.start;
        let len = self.strides[0] * sequences.len();
        self.view.part(start, len.min(self.view.len - start))
    }

    /// Fails if an element would lie outside the view.
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

    /// Sequences in pieces, so that every tensor of each can be bound.
    fn pieces(&self, gpu: &Gpu, heads: &[Heads<'_>], words: usize) -> Vec<Range<usize>> {
        let largest = heads.iter().map(|heads| heads.strides[0]).max().unwrap_or(0);
        pieces(gpu, self.sequences, largest.max(words), 1)
    }

    /// The parameters for some of the sequences; `tiles` is how many a head is cut into.
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

    /// The lengths of some of the sequences. Something has to be bound where there are none: the queries.
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

/// `out = (keep * softmax(scale * q k^T)) v` over the visible keys, for every head.
///
/// `q` (B, N, T, D), `k` (B, N, S, D), `v` (B, N, S, DV), `out` (B, N, T, DV). A query that sees no key
/// has zero `out`. `known` (B, N, T, 2), the maximum of each query's scores and 1 / the sum of their
/// exponentials, is kept for the backward pass.
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

/// The gradient of [`attention`], overwriting `dq`, `dk` and `dvalue`, which are laid out as `q`, `k` and `v`:
/// `dvalue = (keep * probs)^T dout`, `dscores = scale * softmax'(keep * dout v^T)`, `dq = dscores k`,
/// `dk = dscores^T q`.
///
/// `out` and `known` are the forward pass's, `dout` is laid out as `out`.
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

/// What the gradient has to know of each query: `rows` (…, 3) is `known` (…, 2) and `sum_c out dout`.
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

/// `probs = softmax(scale * q k^T)` over the visible keys, before any dropout, for looking at: `q` (B, N, T, D),
/// `k` (B, N, S, D), `probs` (B, N, T, S). [`attention`] needs none of it.
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
