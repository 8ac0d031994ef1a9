// Sets all of y to `value`, as zeros for kernels that write only part of a tensor or some rows of a table.
// Twin: the initial zeros of the callers of src/cpu/gather.rs.

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
