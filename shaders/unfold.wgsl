// Unfolds windows into the rows of a matrix: y (C, kernel, N, windows) from x (N, C, H, W), 0 beyond the
// edges. One invocation per element of y. Twin: src/cpu/windows.rs.

@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;

fn element(i: u32) -> f32 {
    let column = i % p.columns;
    let row = i / p.columns % p.rows;
    var rest = i / p.columns / p.rows;
    let image = rest % p.images;
    rest /= p.images;
    let kx = rest % p.kernel_width;
    let ky = rest / p.kernel_width % p.kernel_height;
    let channel = rest / p.kernel_width / p.kernel_height;
    // Before the edge these wrap around to large numbers.
    let top = row * p.stride + ky - p.padding;
    let left = column * p.stride + kx - p.padding;
    if top >= p.height || left >= p.width {
        return 0.0;
    }
    return x[p.head.starts[0].x + ((image * p.channels + channel) * p.height + top) * p.width + left];
}

@compute @workgroup_size(LANES)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    let first = group_index(p.head.groups_x, group) * CHUNK;
    for (var i = first + lane; i < min(first + CHUNK, p.len); i += LANES) {
        y[p.head.starts[0].y + i] = element(i);
    }
}
