// Gradients of layer normalisation's weight and bias, first stage: one workgroup per 64 columns of a block of
// rows, one invocation per column, which sums dy * n and dy over the block. The result is (blocks, 2, cols).
// Twin: src/cpu/layer_norm.rs.
const LANES: u32 = 64u;

struct Params {
    head: Head,
    rows: u32,
    cols: u32,
    // Rows per block; the last block may have fewer.
    block: u32,
    // Workgroups per block.
    tiles: u32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> means: array<f32>;
@group(0) @binding(3) var<storage, read> rstds: array<f32>;
@group(0) @binding(4) var<storage, read> dy: array<f32>;
@group(0) @binding(5) var<storage, read_write> sums: array<f32>;

@compute @workgroup_size(LANES)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    let index = group_index(p.head.groups_x, group);
    let block = index / p.tiles;
    let col = (index % p.tiles) * LANES + lane;
    if block * p.block >= p.rows || col >= p.cols {
        return;
    }
    var dweight = 0.0;
    var dbias = 0.0;
    for (var row = block * p.block; row < min((block + 1u) * p.block, p.rows); row++) {
        let upstream = dy[p.head.starts[0].w + row * p.cols + col];
        let off = x[p.head.starts[0].x + row * p.cols + col] - means[p.head.starts[0].y + row];
        dweight += upstream * (off * rstds[p.head.starts[0].z + row]);
        dbias += upstream;
    }
    let at = p.head.starts[1].x + 2u * block * p.cols + col;
    sums[at] = dweight;
    sums[at + p.cols] = dbias;
}
