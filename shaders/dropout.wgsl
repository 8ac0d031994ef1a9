// Dropout: multiplies each element by 0 or `kept`, chosen by a hash of the seed and the element's index in
// the whole tensor. `first` is the index of this dispatch's first element. Twin: src/ops/dropout.rs.

struct Params {
    head: Head,
    len: u32,
    first: u32,
    seed: vec2<u32>,
    drop: f32,
    kept: f32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(LANES)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    let first = group_index(p.head.groups_x, group) * CHUNK;
    for (var i = first + lane; i < min(first + CHUNK, p.len); i += LANES) {
        let factor = select(p.kept, 0.0, uniform_at(p.seed, p.first + i) < p.drop);
        y[p.head.starts[0].y + i] = factor * x[p.head.starts[0].x + i];
    }
}
