// Gradients of layer normalisation's weight and bias, second stage: sums (blocks, 2, cols) over the blocks,
// in order, to (cols) twice; one invocation per column.
// Twin: src/cpu/layer_norm.rs.
const LANES: u32 = 64u;

struct Params {
    head: Head,
    blocks: u32,
    cols: u32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> sums: array<f32>;
@group(0) @binding(2) var<storage, read_write> dweight: array<f32>;
@group(0) @binding(3) var<storage, read_write> dbias: array<f32>;

@compute @workgroup_size(LANES)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    let col = group_index(p.head.groups_x, group) * LANES + lane;
    if col >= p.cols {
        return;
    }
    var totals = vec2<f32>();
    for (var block = 0u; block < p.blocks; block++) {
        let at = p.head.starts[0].x + 2u * block * p.cols + col;
        totals += vec2<f32>(sums[at], sums[at + p.cols]);
    }
    dweight[p.head.starts[0].y + col] = totals.x;
    dbias[p.head.starts[0].z + col] = totals.y;
}
