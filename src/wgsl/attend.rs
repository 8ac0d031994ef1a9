//! Attention of a single query, for decoding; twin of [`cpu::attend`](crate::cpu::attend). In caches
//! `(B, capacity, C)` the heads are concatenated, as a projection outputs them. A cache must not be larger
//! than [`Gpu::most_words`](crate::gpu::Gpu::most_words).

use super::{lib, word};
use crate::gpu::{Access, Dispatch, Kernel, View, WORKGROUP};

const ATTEND: Kernel = Kernel {
    name: "attend",
    source: &[lib::HEAD, lib::MATH, lib::REDUCE, include_str!("../../shaders/attend.wgsl")],
    bindings: &[Access::Read, Access::Read, Access::Write, Access::Write, Access::Write],
    params: Params::PARAMS,
};

const ATTEND_WEIGHTS: Kernel = Kernel {
    name: "attend_weights",
    source: &[lib::HEAD, lib::MATH, lib::REDUCE, include_str!("../../shaders/attend_weights.wgsl")],
    bindings: &[Access::Read, Access::Read, Access::Read, Access::Write],
    params: Params::PARAMS,
};

const WRITE_POSITIONS: Kernel = Kernel {
    name: "write_positions",
    source: &[lib::HEAD, include_str!("../../shaders/write_positions.wgsl")],
    bindings: &[Access::Read, Access::Write],
    params: Positions::PARAMS,
};

/// The kernels of this file.
pub const KERNELS: &[Kernel] = &[ATTEND, ATTEND_WEIGHTS, WRITE_POSITIONS];

/// Caches with a larger capacity are read by large workgroups.
const SMALL_CACHE: usize = 128;

params! {
    struct Params {
        rows: u32,
        heads: u32,
        channels: u32,
        d: u32,
        x_stride: u32,
        capacity: u32,
        scale: f32,
    }
}

params! {
    struct Positions {
        len: u32,
        channels: u32,
        x_stride: u32,
        column: u32,
        steps: u32,
        first: u32,
        capacity: u32,
    }
}

/// Shapes of the queries and of the caches they read.
#[derive(Clone, Copy, Debug)]
pub struct Cached {
    /// N: number of heads; must divide C, and `C / N` must be at most 256.
    pub heads: usize,
    /// C: width of all heads together.
    pub channels: usize,
    /// Number of positions that fit into a cache.
    pub capacity: usize,
}

impl Cached {
    fn params(&self, x: View<'_>, rows: usize) -> Params {
        let Self { heads, channels, capacity } = *self;
        let d = channels / heads;
        assert!(d * heads == channels && (1..=WORKGROUP).contains(&d), "attend: {self:?}");
        Params {
            rows: word(rows),
            heads: word(heads),
            channels: word(channels),
            d: word(d),
            x_stride: word(x.len.checked_div(rows).unwrap_or(0)),
            capacity: word(capacity),
            scale: 1.0 / (d as f32).sqrt(),
        }
    }

    /// Number of invocations that read a cache. It depends only on the shapes, so that a row has the same
    /// bits whatever the other rows are.
    fn width(&self) -> usize {
        let small = (self.channels / self.heads).next_power_of_two().max(64);
        if self.capacity <= SMALL_CACHE { small } else { WORKGROUP }
    }
}

/// Scaled dot-product attention of one query for each of R rows over its cached positions, for each head:
/// `weights[n] = softmax(q_n k_n^T / sqrt(D))`, `context_n = weights[n] v_n`; 0 if there are no positions.
///
/// `x` (R, W): the queries, in the first C columns. `places` (R, 2), u32: index of the row's cache and its
/// number of positions. `keys`, `values` (B, capacity, C); `context` (R, C).
pub fn attend(
    x: View<'_>,
    places: View<'_>,
    keys: View<'_>,
    values: View<'_>,
    context: View<'_>,
    shapes: Cached,
) {
    run(x, places, keys, values, context, shapes, false);
}

/// Like [`attend`], but first appends each row's own position to its cache, which no other row may read. `x`
/// (R, 3C) holds query, key and value. `places` counts the positions before this one.
pub fn extend(
    x: View<'_>,
    places: View<'_>,
    keys: View<'_>,
    values: View<'_>,
    context: View<'_>,
    shapes: Cached,
) {
    assert_eq!(x.len, 3 * context.len, "extend: lengths");
    run(x, places, keys, values, context, shapes, true);
}

fn run(
    x: View<'_>,
    places: View<'_>,
    keys: View<'_>,
    values: View<'_>,
    context: View<'_>,
    shapes: Cached,
    append: bool,
) {
    let rows = context.len.checked_div(shapes.channels).unwrap_or(0);
    let params = shapes.params(x, rows);
    check(x, places, keys, rows, shapes);
    assert!(values.len == keys.len && context.len == rows * shapes.channels, "attend: lengths");
    let columns = (params.d as usize).next_power_of_two();
    x.buffer.gpu().dispatch(&Dispatch {
        kernel: &ATTEND,
        constants: &[
            ("WIDTH", shapes.width() as f64),
            ("COLUMNS", columns as f64),
            ("APPEND", f64::from(u8::from(append))),
        ],
        params: bytemuck::bytes_of(&params),
        views: &[x, places, keys, values, context],
        groups: rows * shapes.heads,
    });
}

/// Attention weights as in [`attend`]: `weights` (R, N, capacity), 0 beyond a row's positions.
pub fn attend_weights(x: View<'_>, places: View<'_>, keys: View<'_>, weights: View<'_>, shapes: Cached) {
    let rows = weights.len.checked_div(shapes.heads * shapes.capacity).unwrap_or(0);
    let params = shapes.params(x, rows);
    check(x, places, keys, rows, shapes);
    assert_eq!(weights.len, rows * shapes.heads * shapes.capacity, "attend_weights: weights");
    x.buffer.gpu().dispatch(&Dispatch {
        kernel: &ATTEND_WEIGHTS,
        constants: &[("WIDTH", shapes.width() as f64)],
        params: bytemuck::bytes_of(&params),
        views: &[x, places, keys, weights],
        groups: rows * shapes.heads,
    });
}

#[track_caller]
fn check(x: View<'_>, places: View<'_>, keys: View<'_>, rows: usize, shapes: Cached) {
    let Cached { channels, capacity, .. } = shapes;
    let wide = x.len >= rows * channels && x.len.is_multiple_of(rows.max(1));
    assert!(wide && places.len == 2 * rows, "attend: {rows} rows");
    assert!(keys.len.is_multiple_of((capacity * channels).max(1)), "attend: caches");
}

/// Copies columns `column .. column + C` of `x` (B, `steps`, W) to positions `first .. first + steps` of
/// `cache` (B, capacity, C).
pub fn write_positions(
    x: View<'_>,
    column: usize,
    steps: usize,
    cache: View<'_>,
    first: usize,
    shapes: Cached,
) {
    let Cached { channels, capacity, .. } = shapes;
    let rows = cache.len.checked_div(capacity * channels).unwrap_or(0) * steps;
    let width = x.len.checked_div(rows).unwrap_or(0);
    assert!(x.len == rows * width && first + steps <= capacity, "write_positions: lengths");
    assert!(rows == 0 || column + channels <= width, "write_positions: columns");
    let params = Positions {
        len: word(rows * channels),
        channels: word(channels),
        x_stride: word(width),
        column: word(column),
        steps: word(steps),
        first: word(first),
        capacity: word(capacity),
    };
    x.buffer.gpu().dispatch(&Dispatch {
        kernel: &WRITE_POSITIONS,
        constants: &[],
        params: bytemuck::bytes_of(&params),
        views: &[x, cache],
        groups: (rows * channels).div_ceil(WORKGROUP),
    });
}
