// C = op(A) op(B), tile by tile: one workgroup for 16 x 16 elements of C, one invocation for each. The sums
// run over ascending k, in partial sums of one tile's depth. Twin: src/cpu/matmul.rs.

struct Params {
    head: Head,
    m: u32,
    k: u32,
    n: u32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> a: array<f32>;
@group(0) @binding(2) var<storage, read> b: array<f32>;
@group(0) @binding(3) var<storage, read_write> c: array<f32>;

// 1: A is stored (k, m).
override TRANS_A: u32 = 0u;
// 1: B is stored (n, k).
override TRANS_B: u32 = 0u;
// 1: add to C.
override ACCUMULATE: u32 = 0u;

const TILE: u32 = 16u;

var<workgroup> tile_a: array<array<f32, TILE>, TILE>;
var<workgroup> tile_b: array<array<f32, TILE>, TILE>;

fn element_a(row: u32, col: u32) -> f32 {
    if row >= p.m || col >= p.k {
        return 0.0;
    }
    return a[p.head.starts[0].x + select(row * p.k + col, col * p.m + row, TRANS_A == 1u)];
}

fn element_b(row: u32, col: u32) -> f32 {
    if row >= p.k || col >= p.n {
        return 0.0;
    }
    return b[p.head.starts[0].y + select(row * p.n + col, col * p.k + row, TRANS_B == 1u)];
}

@compute @workgroup_size(TILE, TILE)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_id) local: vec3<u32>) {
    let index = group_index(p.head.groups_x, group);
    if index >= p.head.groups {
        return;
    }
    let tiles = (p.n + TILE - 1u) / TILE;
    let first_row = index / tiles * TILE;
    let first_col = index % tiles * TILE;
    var sum = 0.0;
    for (var first = 0u; first < p.k; first += TILE) {
        tile_a[local.y][local.x] = element_a(first_row + local.y, first + local.x);
        tile_b[local.y][local.x] = element_b(first + local.y, first_col + local.x);
        workgroupBarrier();
        var part = 0.0;
        for (var i = 0u; i < TILE; i++) {
            part += tile_a[local.y][i] * tile_b[i][local.x];
        }
        sum += part;
        workgroupBarrier();
    }
    let row = first_row + local.y;
    let col = first_col + local.x;
    if row < p.m && col < p.n {
        let at = p.head.starts[0].z + row * p.n + col;
        if ACCUMULATE == 1u {
            sum += c[at];
        }
        c[at] = sum;
    }
}
