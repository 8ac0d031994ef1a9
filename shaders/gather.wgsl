// Row lookup: out[r] = table[ids[r]], for ids in the bound part of the table, `rows` rows starting with row
// `first`. One invocation per element. Twin: src/cpu/gather.rs.

struct Params {
    head: Head,
    len: u32,
    cols: u32,
    first: u32,
    rows: u32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> table: array<f32>;
@group(0) @binding(2) var<storage, read> ids: array<u32>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(LANES)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    let first = group_index(p.head.groups_x, group) * CHUNK;
    let starts = p.head.starts[0];
    for (var i = first + lane; i < min(first + CHUNK, p.len); i += LANES) {
        // For ids below `first` this wraps around to a large number.
        let row = ids[starts.y + i / p.cols] - p.first;
        if row < p.rows {
            y[starts.z + i] = table[starts.x + row * p.cols + i % p.cols];
        }
    }
}
