// Unpacks rows of weights to f32: all of them, or those with given ids (embedding). Four columns per
// invocation. Precede this file with matmul_operands.wgsl, one of matmul_b_*, and matmul_c_scalar.wgsl.
// Twin: src/cpu/int8.rs, src/cpu/gather.rs.

@group(0) @binding(1) var<storage, read> ids: array<u32>;

// 1: row r of the result is row ids[r] of the weights.
override GATHER: u32 = 0u;

const INVOCATIONS: u32 = 256u;

@compute @workgroup_size(INVOCATIONS)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    let quads = (p.n + 3u) / 4u;
    let index = group_index(p.head.groups_x, group) * INVOCATIONS + lane;
    let row = index / quads;
    if row >= p.m {
        return;
    }
    let column = index % quads * 4u;
    var source_row = row;
    if GATHER == 1u {
        source_row = ids[p.head.starts[0].x + row];
    }
    let count = p.n - column;
    write4(row * p.stride_c + column, column, count, b4(source_row, source_row * p.stride_b + column, count));
}
