// Gradient of pool2d.wgsl: each element of dx (C, H, W) gathers from the windows (C, windows) that contain
// it, for the maximum only where it is the maximum. One invocation per element. Twin: src/cpu/pool2d.rs.

@group(0) @binding(2) var<storage, read> dy: array<f32>;
@group(0) @binding(3) var<storage, read_write> dx: array<f32>;

fn element(i: u32) -> f32 {
    let place = i % (p.height * p.width);
    let plane = i / (p.height * p.width);
    let left = place % p.width + p.padding;
    let top = place / p.width + p.padding;
    let first_row = (max(top + 1u, p.kernel_height) - p.kernel_height + p.stride - 1u) / p.stride;
    let first_column = (max(left + 1u, p.kernel_width) - p.kernel_width + p.stride - 1u) / p.stride;
    let from_x = p.head.starts[0].x + plane * p.height * p.width;
    var sum = 0.0;
    for (var row = first_row; row < min(p.rows, top / p.stride + 1u); row++) {
        for (var column = first_column; column < min(p.columns, left / p.stride + 1u); column++) {
            let upstream = dy[p.head.starts[0].y + (plane * p.rows + row) * p.columns + column];
            if MAX == 1u {
                if largest_of(from_x, row, column) == place {
                    sum += upstream;
                }
            } else {
                sum += upstream / f32(p.kernel_height * p.kernel_width);
            }
        }
    }
    return sum;
}

@compute @workgroup_size(LANES)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    let first = group_index(p.head.groups_x, group) * CHUNK;
    for (var i = first + lane; i < min(first + CHUNK, p.len); i += LANES) {
        dx[p.head.starts[0].z + i] = element(i);
    }
}
