// The weights of single queries over their caches, for looking at: a workgroup takes one head of one row, an
// invocation every so-manieth position. Positions that a cache has not are 0. Twin: src/cpu/attend.rs.

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
// (rows, heads, capacity)
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
    let index = group_index(p.head.groups_x, group);
    let row = index / p.heads;
    if row >= p.rows {
        return;
    }
    let part = index % p.heads * p.d;
    let out = p.head.starts[0].w + index * p.capacity;
    let length = places[p.head.starts[0].y + 2u * row + 1u];
    let cache = p.head.starts[0].z + places[p.head.starts[0].y + 2u * row] * p.capacity * p.channels + part;
    let query = p.head.starts[0].x + row * p.x_stride + part;
    var largest = LOWEST;
    for (var position = lane; position < length; position += WIDTH) {
        largest = max(largest, score(query, cache + position * p.channels));
    }
    largest = workgroup_max(largest, lane);
    var sum = 0.0;
    for (var position = lane; position < length; position += WIDTH) {
        sum += exp_(score(query, cache + position * p.channels) - largest);
    }
    sum = workgroup_sum(sum, lane);
    for (var position = lane; position < p.capacity; position += WIDTH) {
        var weight = 0.0;
        if position < length {
            weight = exp_(score(query, cache + position * p.channels) - largest) / sum;
        }
        weights[out + position] = weight;
    }
}
