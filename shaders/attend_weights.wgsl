// The weights of single queries over their caches, averaged over the heads, for looking at: a workgroup takes
// a row, and one head after the other; an invocation takes every so-manieth position. Positions that a cache
// has not are 0. Twin: src/cpu/attend.rs.

struct Params {
    head: Head,
    rows: u32,
    heads: u32,
    // Width of all heads together, and of one.
    channels: u32,
    d: u32,
    // From one row of x to the next.
    x_stride: u32,
    // Positions that a cache has room for.
    capacity: u32,
    scale: f32,
}

@group(0) @binding(0) var<uniform> p: Params;
// (rows, x_stride), beginning with the query.
@group(0) @binding(1) var<storage, read> x: array<f32>;
// (rows, 2): the number of the row's cache, and how many positions that has.
@group(0) @binding(2) var<storage, read> places: array<u32>;
// (caches, capacity, channels)
@group(0) @binding(3) var<storage, read> keys: array<f32>;
// (rows, capacity)
@group(0) @binding(4) var<storage, read_write> weights: array<f32>;

fn score(query: u32, key: u32) -> f32 {
    var dot = 0.0;
    for (var c = 0u; c < p.d; c++) {
        dot += x[query + c] * keys[key + c];
    }
    return p.scale * dot;
}

@compute @workgroup_size(WIDTH)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    let row = group_index(p.head.groups_x, group);
    if row >= p.rows {
        return;
    }
    let out_row = p.head.starts[0].w + row * p.capacity;
    for (var position = lane; position < p.capacity; position += WIDTH) {
        weights[out_row + position] = 0.0;
    }
    let length = places[p.head.starts[0].y + 2u * row + 1u];
    let cache = p.head.starts[0].z + places[p.head.starts[0].y + 2u * row] * p.capacity * p.channels;
    for (var part = 0u; part < p.channels; part += p.d) {
        let query = p.head.starts[0].x + row * p.x_stride + part;
        var largest = LOWEST;
        for (var position = lane; position < length; position += WIDTH) {
            largest = max(largest, score(query, cache + position * p.channels + part));
        }
        largest = workgroup_max(largest, lane);
        var sum = 0.0;
        for (var position = lane; position < length; position += WIDTH) {
            sum += exp_(score(query, cache + position * p.channels + part) - largest);
        }
        sum = workgroup_sum(sum, lane) * f32(p.heads);
        for (var position = lane; position < length; position += WIDTH) {
            let weight = exp_(score(query, cache + position * p.channels + part) - largest);
            weights[out_row + position] += weight / sum;
        }
    }
}
