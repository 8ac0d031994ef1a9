// The transpose of unfold.wgsl: each element of x (N, C, H, W) is the sum over all places in y (C, kernel, N,
// windows) that unfolding copies it to, in ascending order of the kernel's elements. One invocation per
// element of x. Twin: src/cpu/windows.rs.

@group(0) @binding(1) var<storage, read> y: array<f32>;
@group(0) @binding(2) var<storage, read_write> x: array<f32>;

fn element(i: u32) -> f32 {
    let left = i % p.width + p.padding;
    let top = i / p.width % p.height + p.padding;
    let channel = i / p.width / p.height % p.channels;
    let image = i / p.width / p.height / p.channels;
    var sum = 0.0;
    for (var ky = 0u; ky < min(p.kernel_height, top + 1u); ky++) {
        let row = (top - ky) / p.stride;
        if (top - ky) % p.stride != 0u || row >= p.rows {
            continue;
        }
        for (var kx = 0u; kx < min(p.kernel_width, left + 1u); kx++) {
            let column = (left - kx) / p.stride;
            if (left - kx) % p.stride == 0u && column < p.columns {
                let offset = (channel * p.kernel_height + ky) * p.kernel_width + kx;
                sum += y[p.head.starts[0].x + ((offset * p.images + image) * p.rows + row) * p.columns + column];
            }
        }
    }
    return sum;
}

@compute @workgroup_size(LANES)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    let first = group_index(p.head.groups_x, group) * CHUNK;
    for (var i = first + lane; i < min(first + CHUNK, p.len); i += LANES) {
        x[p.head.starts[0].y + i] = element(i);
    }
}
