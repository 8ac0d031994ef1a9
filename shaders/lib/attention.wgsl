// Shared by the attention kernels. The scores (T, S) of a head are divided into tiles of 32 x 32, each
// processed by 8 x 8 invocations with 4 x 4 elements each. Every matrix product multiplies two tiles in
// workgroup memory. Elements of query, key, ... are located by their tensor's strides.
const TILE: u32 = 32u;
const LANES: u32 = 64u;
// Number of invocations along a side of a tile.
const SIDE: u32 = 8u;
// Line length of a tile in memory, in vectors: one more than needed, to avoid bank conflicts.
const PITCH: u32 = 9u;
// Offsets of the two tiles.
const LEFT: u32 = 0u;
const RIGHT: u32 = 288u;

struct Params {
    head: Head,
    // Strides of sequence, head and row for queries, keys, values and results.
    q_strides: vec4<u32>,
    k_strides: vec4<u32>,
    v_strides: vec4<u32>,
    o_strides: vec4<u32>,
    // Number of queries and of keys, width of a key, width of a value.
    t: u32,
    s: u32,
    d: u32,
    dv: u32,
    // Heads per sequence, number of sequences, index of the first one.
    heads: u32,
    sequences: u32,
    first: u32,
    // Number of tiles per head, one workgroup each.
    tiles: u32,
    scale: f32,
    // Query i sees the keys up to i + offset.
    offset: u32,
    // Dropout: seed of the hash, probability, and factor of the kept weights.
    seed: vec2<u32>,
    drop: f32,
    kept: f32,
    // 1: each sequence has its own number of keys.
    has_lengths: u32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> q: array<f32>;
@group(0) @binding(2) var<storage, read> k: array<f32>;
@group(0) @binding(3) var<storage, read> lengths: array<u32>;

// 1: apply dropout to the weights.
override DROPOUT: u32 = 0u;

// LEFT and RIGHT by columns with four rows per vector, or by rows with four columns per vector.
var<workgroup> tiles: array<vec4<f32>, 576>;

const Q: u32 = 0u;
const K: u32 = 1u;
const V: u32 = 2u;
const DOUT: u32 = 3u;

// Offset of the head's part of each tensor, relative to its view.
struct Place {
    q: u32,
    k: u32,
    v: u32,
    o: u32,
}

var<private> place: Place;

fn find(head: u32) {
    let at = vec2<u32>(head / p.heads, head % p.heads);
    place = Place(
        dot(at, p.q_strides.xy),
        dot(at, p.k_strides.xy),
        dot(at, p.v_strides.xy),
        dot(at, p.o_strides.xy),
    );
}

// Number of keys in the head's sequence.
fn keys_of(head: u32) -> u32 {
    if p.has_lengths == 1u {
        return min(p.s, lengths[p.head.starts[0].z + head / p.heads]);
    }
    return p.s;
}

// Number of keys that a query sees, of `length`.
fn visible(query: u32, length: u32) -> u32 {
    return min(length, query + p.offset + 1u);
}

// Elements of queries and keys; 0 outside.
fn q_at(row: u32, col: u32) -> f32 {
    if row < p.t && col < p.d {
        return q[p.head.starts[0].x + place.q + row * p.q_strides.z + col];
    }
    return 0.0;
}

fn k_at(row: u32, col: u32) -> f32 {
    if row < p.s && col < p.d {
        return k[p.head.starts[0].y + place.k + row * p.k_strides.z + col];
    }
    return 0.0;
}

// Loads a tile of the tensor `name`: vectors of four rows, one line per column.
fn load_across(name: u32, row: u32, col: u32, tile: u32, lane: u32) {
    for (var i = lane; i < TILE * SIDE; i += LANES) {
        let c = i % TILE;
        let g = i / TILE;
        let r = row + 4u * g;
        tiles[tile + c * PITCH + g] = vec4<f32>(
            at(name, r, col + c),
            at(name, r + 1u, col + c),
            at(name, r + 2u, col + c),
            at(name, r + 3u, col + c),
        );
    }
}

// Loads a tile of the tensor `name` into RIGHT: vectors of four columns, one line per row.
fn load_along(name: u32, row: u32, col: u32, lane: u32) {
    for (var i = lane; i < TILE * SIDE; i += LANES) {
        let r = i / SIDE;
        let c = col + 4u * (i % SIDE);
        tiles[RIGHT + r * PITCH + i % SIDE] = vec4<f32>(
            at(name, row + r, c),
            at(name, row + r, c + 1u),
            at(name, row + r, c + 2u),
            at(name, row + r, c + 3u),
        );
    }
}

// Stores this invocation's 4 x 4 elements, given by columns, into LEFT: one line per column.
fn store_left(block: mat4x4<f32>, lane: u32) {
    var columns = block;
    for (var j = 0u; j < 4u; j++) {
        tiles[LEFT + (4u * (lane % SIDE) + j) * PITCH + lane / SIDE] = columns[j];
    }
}

// This invocation's 4 x 4 elements, by columns, of the sum over i < `lines` of LEFT line i times RIGHT line
// i.
fn product(lines: u32, lane: u32) -> mat4x4<f32> {
    var a = vec4<f32>();
    var b = vec4<f32>();
    var c = vec4<f32>();
    var d = vec4<f32>();
    for (var i = 0u; i < lines; i++) {
        let left = tiles[LEFT + i * PITCH + lane / SIDE];
        let right = tiles[RIGHT + i * PITCH + lane % SIDE];
        a += left * right.x;
        b += left * right.y;
        c += left * right.z;
        d += left * right.w;
    }
    return mat4x4<f32>(a, b, c, d);
}

// Dot products of 32 rows of one tensor with 32 rows of another, both `width` wide. Afterwards both tiles may
// be overwritten at once.
fn dots(rows: u32, row: u32, cols: u32, col: u32, width: u32, lane: u32) -> mat4x4<f32> {
    var sum = mat4x4<f32>();
    for (var c = 0u; c < width; c += TILE) {
        load_across(rows, row, c, LEFT, lane);
        load_across(cols, col, c, RIGHT, lane);
        workgroupBarrier();
        sum += product(min(TILE, width - c), lane);
        workgroupBarrier();
    }
    return sum;
}

// Loads a tile of the tensor `name` into RIGHT and multiplies LEFT by it, over `lines` lines. LEFT may have
// been written just before, and may be overwritten at once afterwards.
fn times(name: u32, row: u32, col: u32, lines: u32, lane: u32) -> mat4x4<f32> {
    load_along(name, row, col, lane);
    workgroupBarrier();
    let sum = product(lines, lane);
    workgroupBarrier();
    return sum;
}

// Dropout factor of a weight; 1 without dropout.
fn kept(head: u32, query: u32, key: u32) -> f32 {
    if DROPOUT == 0u {
        return 1.0;
    }
    let index = ((p.first * p.heads + head) * p.t + query) * p.s + key;
    return select(p.kept, 0.0, uniform_at(p.seed, index) < p.drop);
}
