// y = value throughout: the zeros that a part of a tensor or rows of a table are written into. Twin: what the
// callers of src/cpu/gather.rs begin with.

struct Params {
    head: Head,
    len: u32,
    value: f32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(LANES)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    let first = group_index(p.head.groups_x, group) * CHUNK;
    for (var i = first + lane; i < min(first + CHUNK, p.len); i += LANES) {
        y[p.head.starts[0].x + i] = p.value;
    }
}
