// One AdamW update, in place: one invocation per element of the weights and both moments. `grad_scale` clips
// the gradient. Twin: src/cpu/adamw.rs.

struct Params {
    head: Head,
    len: u32,
    grad_scale: f32,
    beta1: f32,
    beta2: f32,
    eps: f32,
    keep: f32,
    step_size: f32,
    root_correction: f32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read_write> w: array<f32>;
@group(0) @binding(2) var<storage, read> g: array<f32>;
@group(0) @binding(3) var<storage, read_write> m: array<f32>;
@group(0) @binding(4) var<storage, read_write> v: array<f32>;

@compute @workgroup_size(LANES)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    let first = group_index(p.head.groups_x, group) * CHUNK;
    let starts = p.head.starts[0];
    for (var i = first + lane; i < min(first + CHUNK, p.len); i += LANES) {
        let gradient = p.grad_scale * g[starts.y + i];
        let mean = p.beta1 * m[starts.z + i] + (1.0 - p.beta1) * gradient;
        let square = p.beta2 * v[starts.w + i] + (1.0 - p.beta2) * (gradient * gradient);
        m[starts.z + i] = mean;
        v[starts.w + i] = square;
        let change = p.step_size * (mean / (sqrt(square) * p.root_correction + p.eps));
        w[starts.x + i] = w[starts.x + i] * p.keep - change;
    }
}
