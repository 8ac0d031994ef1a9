// Copies some columns of x, one row per position, into a cache; one invocation per element. Twin:
// src/cpu/attend.rs, whose caches these are.
const LANES: u32 = 256u;

struct Params {
    head: Head,
    // Number of elements to write, and of elements per position.
    len: u32,
    channels: u32,
    // Stride between rows of x, and the first column to copy.
    x_stride: u32,
    column: u32,
    // Positions written per text, the first of them, and the capacity of a cache.
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
