// Y = X W^T for few rows of X (R, k) and W (n, k): decoding reads every weight once per token. A workgroup
// has several rows of W, with LANES invocations each, which walk along k together, four elements per step;
// then one invocation per element of Y adds up the lanes. Up to four rows of X share one read of W; more rows
// need more workgroups. A is X, B is W. Precede this file with matmul_operands.wgsl. Twin: src/cpu/matmul.rs.

// Rows of X per workgroup, 1 to 4.
override SHARING: u32 = 1u;
override LANES: u32 = 32u;
// Rows of W per workgroup.
override ROWS: u32 = 8u;

var<workgroup> lanes: array<vec4<f32>, ROWS * LANES>;

@compute @workgroup_size(LANES, ROWS)
fn main(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(local_invocation_id) local: vec3<u32>,
    @builtin(local_invocation_index) lane: u32,
) {
    let index = group_index(p.head.groups_x, group);
    if index >= p.head.groups {
        return;
    }
    let blocks = (p.n + ROWS - 1u) / ROWS;
    let first_row = index % blocks * ROWS;
    let first_x = index / blocks * SHARING;
    // Beyond the last row, recompute it: reading it is safe, and the result is not written.
    let row = min(first_row + local.y, p.n - 1u);
    let x = min(vec4<u32>(first_x) + FOUR, vec4<u32>(p.m - 1u)) * p.stride_a;
    let w = row * p.stride_b;
    var sums = vec4<f32>();
    for (var k = 4u * local.x; k < p.k; k += 4u * LANES) {
        let count = p.k - k;
        let b = b4(row, w + k, count);
        sums.x += dot(b, a4(x.x + k, count));
        if SHARING > 1u {
            sums.y += dot(b, a4(x.y + k, count));
        }
        if SHARING > 2u {
            sums.z += dot(b, a4(x.z + k, count));
        }
        if SHARING > 3u {
            sums.w += dot(b, a4(x.w + k, count));
        }
    }
    lanes[lane] = sums;
    workgroupBarrier();
    let column = first_row + lane % ROWS;
    let m = first_x + lane / ROWS;
    if lane >= ROWS * SHARING || column >= p.n || m >= p.m {
        return;
    }
    var sum = 0.0;
    for (var i = 0u; i < LANES; i++) {
        sum += lanes[lane % ROWS * LANES + i][lane / ROWS];
    }
    write4(m * p.stride_c + column, column, 1u, vec4<f32>(sum));
}
