// Copies between two tensors, each with its own strides over common axes: permutations, slices along an axis,
// and repetition (strides of 0 in x). Twin: src/cpu/permute.rs, and src/ops/layout.rs.

struct Params {
    head: Head,
    sizes: vec4<u32>,
    x: vec4<u32>,
    y: vec4<u32>,
    len: u32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(LANES)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    let first = group_index(p.head.groups_x, group) * CHUNK;
    let starts = p.head.starts[0];
    for (var i = first + lane; i < min(first + CHUNK, p.len); i += LANES) {
        let index = index_of(i, p.sizes);
        y[starts.y + dot(index, p.y)] = x[starts.x + dot(index, p.x)];
    }
}
