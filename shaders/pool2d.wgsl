// Average or maximum of each window of x (C, H, W), as y (C, windows). One invocation per window. Twin:
// src/cpu/pool2d.rs.

@group(0) @binding(2) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(LANES)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    let first = group_index(p.head.groups_x, group) * CHUNK;
    for (var i = first + lane; i < min(first + CHUNK, p.len); i += LANES) {
        let column = i % p.columns;
        let row = i / p.columns % p.rows;
        let plane = p.head.starts[0].x + i / p.columns / p.rows * p.height * p.width;
        if MAX == 1u {
            y[p.head.starts[0].y + i] = x[plane + largest_of(plane, row, column)];
        } else {
            y[p.head.starts[0].y + i] = mean_of(plane, row, column);
        }
    }
}
