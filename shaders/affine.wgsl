// y = factor * x + term, elementwise: multiplication by a number (term 0) or addition of one (factor 1), each
// rounded once. Twin: `scale` in src/cpu/elementwise.rs.

struct Params {
    head: Head,
    len: u32,
    factor: f32,
    term: f32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(LANES)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    let first = group_index(p.head.groups_x, group) * CHUNK;
    for (var i = first + lane; i < min(first + CHUNK, p.len); i += LANES) {
        y[p.head.starts[0].y + i] = p.factor * x[p.head.starts[0].x + i] + p.term;
    }
}
