// Gradients of unary.wgsl, from the argument x, the value y and the gradient of y; FUNCTION as there. Twin:
// `unary_backward` in src/cpu/elementwise.rs.

struct Params {
    head: Head,
    len: u32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> xs: array<f32>;
@group(0) @binding(2) var<storage, read> ys: array<f32>;
@group(0) @binding(3) var<storage, read> dys: array<f32>;
@group(0) @binding(4) var<storage, read_write> dxs: array<f32>;

override FUNCTION: u32 = 0u;

fn gradient(x: f32, y: f32, dy: f32) -> f32 {
    switch FUNCTION {
        case 0u: { return dy * y; }
        case 1u: { return dy / x; }
        case 2u: { return dy / (y + y); }
        case 3u: { return dy * (1.0 - y * y); }
        case 4u: { return dy * y * (1.0 - y); }
        case 5u: { return select(0.0, dy, x > 0.0); }
        case 6u: { return dy * gelu_derivative(x); }
        case 7u: { return -dy; }
        case 8u: { return dy * (x + x); }
        default: { return dy * gelu_erf_derivative(x); }
    }
}

@compute @workgroup_size(LANES)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    let first = group_index(p.head.groups_x, group) * CHUNK;
    let starts = p.head.starts[0];
    for (var i = first + lane; i < min(first + CHUNK, p.len); i += LANES) {
        dxs[starts.w + i] = gradient(xs[starts.x + i], ys[starts.y + i], dys[starts.z + i]);
    }
}
