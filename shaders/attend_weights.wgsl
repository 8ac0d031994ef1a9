// Attention weights of single queries over their caches, for inspection: one workgroup per head of a row; its
// invocations take the positions in turn. The rest of the capacity is 0. Twin: src/cpu/attend.rs.

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
// (rows, x_stride), starting with the query.
@group(0) @binding(1) var<storage, read> x: array<f32>;
// (rows, 2): index of the row's cache, and its number of positions.
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
