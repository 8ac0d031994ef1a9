// Some columns of rows, one row for each position, go to their places in a cache; an invocation takes an
// element. Twin: src/cpu/attend.rs, whose caches these are.
const LANES: u32 = 256u;

struct Params {
    head: Head,
    // Elements to write, and of a position.
    len: u32,
    channels: u32,
    // From one row of x to the next, and the first column that counts.
    x_stride: u32,
    column: u32,
    // Positions of each text that are written, the first of them, and how many a cache has room for.
    steps: u32,
    first: u32,
    capacity: u32,
}

@group(0) @binding(0) var<uniform> p: Params;
// (texts, steps, x_stride)
@group(0) @binding(1) var<storage, read> x: array<f32>;
// (texts, capacity, channels)
@group(0) @binding(2) var<storage, read_write> cache: array<f32>;

@compute @workgroup_size(LANES)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    let i = group_index(p.head.groups_x, group) * LANES + lane;
    if i >= p.len {
        return;
    }
    let row = i / p.channels;
    let channel = i % p.channels;
    let position = row / p.steps * p.capacity + p.first + row % p.steps;
    let value = x[p.head.starts[0].x + row * p.x_stride + p.column + channel];
    cache[p.head.starts[0].y + position * p.channels + channel] = value;
}
