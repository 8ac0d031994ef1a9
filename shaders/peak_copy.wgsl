// Measures memory bandwidth: y = x, four words at a time, adjacent invocations at adjacent words. Both views
// start at a multiple of four words. Twin: src/bench/ops.rs, which times it.

struct Params {
    head: Head,
    quads: u32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> x: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read_write> y: array<vec4<f32>>;

@compute @workgroup_size(LANES)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    let first = group_index(p.head.groups_x, group) * CHUNK;
    let source = p.head.starts[0].x / 4u;
    let to = p.head.starts[0].y / 4u;
    for (var i = first + lane; i < min(first + CHUNK, p.quads); i += LANES) {
        y[to + i] = x[source + i];
    }
}
