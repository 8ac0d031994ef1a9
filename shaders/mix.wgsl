// y = alpha * x + beta * y in place: sums of gradients, moving averages. Twin: `axpy`, `add_assign` and
// `scale` in src/cpu/elementwise.rs.

struct Params {
    head: Head,
    len: u32,
    alpha: f32,
    beta: f32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(LANES)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    let first = group_index(p.head.groups_x, group) * CHUNK;
    for (var i = first + lane; i < min(first + CHUNK, p.len); i += LANES) {
        let at = p.head.starts[0].y + i;
        y[at] = p.alpha * x[p.head.starts[0].x + i] + p.beta * y[at];
    }
}
