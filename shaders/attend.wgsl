// Attention of a single query, for decoding. A workgroup processes one head of one row and walks over the
// row's cache, as many keys at a time as it has invocations. Eight invocations share the dot product with a
// key; for the values, each invocation sums one column over every (WIDTH / COLUMNS)th position. The row's own
// new key and value may be appended to the cache as well. Twin: src/cpu/attend.rs.

struct Params {
    head: Head,
    rows: u32,
    heads: u32,
    // Width of all heads together, and of a single one.
    channels: u32,
    d: u32,
    // Stride between rows of x.
    x_stride: u32,
    // Number of positions that fit into a cache.
    capacity: u32,
    scale: f32,
}

@group(0) @binding(0) var<uniform> p: Params;
// (rows, x_stride): the query, followed by the new key and the new value.
@group(0) @binding(1) var<storage, read> x: array<f32>;
// (rows, 2): index of the row's cache, and its number of positions.
@group(0) @binding(2) var<storage, read> places: array<u32>;
// (caches, capacity, channels)
@group(0) @binding(3) var<storage, read_write> keys: array<f32>;
@group(0) @binding(4) var<storage, read_write> values: array<f32>;
@group(0) @binding(5) var<storage, read_write> context: array<f32>;

// 1: append the new key and value to the cache.
override APPEND: u32 = 0u;
// The smallest power of two not below d; at most WIDTH: invocations that share a position's value.
override COLUMNS: u32 = 64u;
// Number of invocations that share a key.
const SHARE: u32 = 8u;

var<workgroup> query: array<f32, 256>;
var<workgroup> scratch: array<f32, 2048>;
var<workgroup> weights: array<f32, 256>;

// Dot products of the query with WIDTH keys, in SHARE parts. The key that was just appended is taken from x
// instead of being read back.
fn share_dots(x_row: u32, k_cache: u32, first: u32, count: u32, lane: u32) {
    for (var i = lane; i < SHARE * WIDTH; i += WIDTH) {
        let key = first + i / SHARE;
        var dot = 0.0;
        for (var c = i % SHARE; c < p.d && key < count; c += SHARE) {
            if APPEND == 1u && key + 1u == count {
                dot += query[c] * x[x_row + p.channels + c];
            } else {
                dot += query[c] * keys[k_cache + key * p.channels + c];
            }
        }
        scratch[i] = dot;
    }
}

// This invocation's part of the weighted sum of WIDTH values: one column of its positions.
fn share_values(x_row: u32, v_cache: u32, first: u32, count: u32, lane: u32) -> f32 {
    let column = lane % COLUMNS;
    var total = 0.0;
    for (var i = lane / COLUMNS; i < min(WIDTH, count - first) && column < p.d; i += WIDTH / COLUMNS) {
        if APPEND == 1u && first + i + 1u == count {
            total += weights[i] * x[x_row + 2u * p.channels + column];
        } else {
            total += weights[i] * values[v_cache + (first + i) * p.channels + column];
        }
    }
    return total;
}

@compute @workgroup_size(WIDTH)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    let index = group_index(p.head.groups_x, group);
    let row = index / p.heads;
    if row >= p.rows {
        return;
    }
    let part = index % p.heads * p.d;
    let x_row = p.head.starts[0].x + row * p.x_stride + part;
    let length = places[p.head.starts[0].y + 2u * row + 1u];
    let cache = places[p.head.starts[0].y + 2u * row] * p.capacity * p.channels + part;
    let k_cache = p.head.starts[0].z + cache;
    let v_cache = p.head.starts[0].w + cache;
    let count = length + APPEND;
    if lane < p.d {
        query[lane] = x[x_row + lane];
        if APPEND == 1u {
            keys[k_cache + length * p.channels + lane] = x[x_row + p.channels + lane];
            values[v_cache + length * p.channels + lane] = x[x_row + 2u * p.channels + lane];
        }
    }
    workgroupBarrier();
    var largest = LOWEST;
    var sum = 0.0;
    var total = 0.0;
    for (var first = 0u; first < count; first += WIDTH) {
        share_dots(x_row, k_cache, first, count, lane);
        workgroupBarrier();
        var score = 0.0;
        for (var i = 0u; i < SHARE; i++) {
            score += scratch[SHARE * lane + i];
        }
        let seen = first + lane < count;
        score = select(LOWEST, p.scale * score, seen);
        let best = max(largest, workgroup_max(score, lane));
        let shrunk = exp_(largest - best);
        largest = best;
        let weight = select(0.0, exp_(score - best), seen);
        sum = sum * shrunk + weight;
        weights[lane] = weight;
        workgroupBarrier();
        total = total * shrunk + share_values(x_row, v_cache, first, count, lane);
    }
    sum = workgroup_sum(sum, lane);
    scratch[lane] = total;
    workgroupBarrier();
    if lane < p.d {
        total = 0.0;
        for (var i = lane; i < WIDTH; i += COLUMNS) {
            total += scratch[i];
        }
        context[p.head.starts[1].x + row * p.channels + part + lane] = select(0.0, total / sum, count > 0u);
    }
}
