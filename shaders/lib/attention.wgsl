// What the kernels of attention share. The scores (T, S) of a head are cut into tiles of 32 x 32, worked on
// by 64 invocations, 8 x 8, with 4 x 4 elements each; every product of matrices is one of two tiles in the
// workgroup's memory. An element of query, key, ... stands where the strides of its tensor say.
const TILE: u32 = 32u;
const LANES: u32 = 64u;
// Invocations along a side of a tile.
const SIDE: u32 = 8u;
// From a line of a tile in memory to the next, in vectors: one more than there are, against bank conflicts.
const PITCH: u32 = 9u;
// Where the two tiles begin.
const LEFT: u32 = 0u;
const RIGHT: u32 = 288u;

struct Params {
    head: Head,
    // Strides of sequence, head and row: queries, keys, values, results.
    q_strides: vec4<u32>,
    k_strides: vec4<u32>,
    v_strides: vec4<u32>,
    o_strides: vec4<u32>,
    // Queries, keys, width of a key, width of a value.
    t: u32,
    s: u32,
    d: u32,
    dv: u32,
    // Heads of a sequence, sequences, the number of the first of them.
    heads: u32,
    sequences: u32,
    first: u32,
    // Tiles that a head is cut into, each for a workgroup.
    tiles: u32,
    scale: f32,
    // Query i sees the keys up to i + offset.
    offset: u32,
    // The hash that says which weights are dropped, how likely one is, and the factor of the others.
    seed: vec2<u32>,
    drop: f32,
    kept: f32,
    // 1: every sequence has its own number of keys.
    has_lengths: u32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> q: array<f32>;
@group(0) @binding(2) var<storage, read> k: array<f32>;
@group(0) @binding(3) var<storage, read> lengths: array<u32>;

// 1: weights are dropped.
override DROPOUT: u32 = 0u;

// Columns of LEFT and RIGHT, four rows in a vector; or rows, four columns in a vector.
var<workgroup> tiles: array<vec4<f32>, 576>;

const Q: u32 = 0u;
const K: u32 = 1u;
const V: u32 = 2u;
const DOUT: u32 = 3u;

// Where the head's part of each tensor begins, counted from the view's beginning.
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

// How many keys the head's sequence has.
fn keys_of(head: u32) -> u32 {
    if p.has_lengths == 1u {
        return min(p.s, lengths[p.head.starts[0].z + head / p.heads]);
    }
    return p.s;
}

// How many of its `length` keys a query sees.
fn visible(query: u32, length: u32) -> u32 {
    return min(length, query + p.offset + 1u);
}

// Elements of queries and keys, 0 outside.
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

// A tile of the tensor `name`: vectors of four rows, a line for each column.
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

// A tile of the tensor `name` as RIGHT: vectors of four columns, a line for each row.
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

// The invocation's 4 x 4 elements of a tile, by columns, become LEFT: a line for each column.
fn store_left(block: mat4x4<f32>, lane: u32) {
    var columns = block;
    for (var j = 0u; j < 4u; j++) {
        tiles[LEFT + (4u * (lane % SIDE) + j) * PITCH + lane / SIDE] = columns[j];
    }
}

// The invocation's 4 x 4 elements, by columns, of the sum of LEFT line i times RIGHT line i, i below `lines`.
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

// The products of 32 rows of one tensor with 32 of another, both `width` wide. The workgroup may use both
// tiles again at once.
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

// RIGHT becomes a tile of the tensor `name`: LEFT times that, over so many lines. LEFT may have been written
// just before, and may be written again at once.
fn times(name: u32, row: u32, col: u32, lines: u32, lane: u32) -> mat4x4<f32> {
    load_along(name, row, col, lane);
    workgroupBarrier();
    let sum = product(lines, lane);
    workgroupBarrier();
    return sum;
}

// The factor of a weight: 1 without dropout.
fn kept(head: u32, query: u32, key: u32) -> f32 {
    if DROPOUT == 0u {
        return 1.0;
    }
    let index = ((p.first * p.heads + head) * p.t + query) * p.s + key;
    return select(p.kept, 0.0, uniform_at(p.seed, index) < p.drop);
}
