// Elementwise functions of one operand; FUNCTION is the index in the enum `Unary`. Twin: `unary` in
// src/cpu/elementwise.rs.

struct Params {
    head: Head,
    len: u32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;

override FUNCTION: u32 = 0u;

fn function(x: f32) -> f32 {
    switch FUNCTION {
        case 0u: { return exp_(x); }
        case 1u: { return ln_(x); }
        case 2u: { return sqrt(x); }
        case 3u: { return tanh_(x); }
        case 4u: { return sigmoid_(x); }
        // Not max, which may drop NaN.
        case 5u: { return select(x, 0.0, x <= 0.0); }
        case 6u: { return gelu(x); }
        case 7u: { return -x; }
        case 8u: { return x * x; }
        default: { return gelu_erf(x); }
    }
}

@compute @workgroup_size(LANES)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    let first = group_index(p.head.groups_x, group) * CHUNK;
    for (var i = first + lane; i < min(first + CHUNK, p.len); i += LANES) {
        y[p.head.starts[0].y + i] = function(x[p.head.starts[0].x + i]);
    }
}
