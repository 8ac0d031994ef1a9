// C = op(A) op(B), tile by tile: a workgroup computes 8 ROWS x 8 COLUMNS elements of C, each of its
// invocations 8 x 8 of them in registers. It walks along k in steps of DEPTH: all invocations bring a tile of
// A and one of B into workgroup memory, in blocks of 4 x 4 that are transposed on the way where need be, and
// then every invocation multiplies its 8 columns of A's tile with its 8 rows of B's. Software adapters pay
// for barriers and for indices into private arrays, hence the deep steps and the sixteen names.
//
// Small outputs with long sums are cut along k into parts, which matmul_parts.wgsl adds up. In front of this
// file: matmul_operands.wgsl. Twin: src/cpu/matmul.rs.

// 1: A is stored (k, m).
override TRANS_A: u32 = 0u;
// 1: B is stored (n, k).
override TRANS_B: u32 = 0u;
// Invocations down and across.
override ROWS: u32 = 8u;
override COLUMNS: u32 = 8u;
override DEPTH: u32 = 16u;

// Four elements each: [k][row] and [k][column].
var<workgroup> tile_a: array<vec4<f32>, DEPTH * 2u * ROWS>;
var<workgroup> tile_b: array<vec4<f32>, DEPTH * 2u * COLUMNS>;

// Four elements of stored row `row` from `column` on; zeros outside of (rows, columns).
fn read_a(first: u32, row: u32, column: u32, rows: u32, columns: u32) -> vec4<f32> {
    if row >= rows || column >= columns {
        return vec4<f32>();
    }
    return a4(first + row * p.stride_a + column, columns - column);
}

fn read_b(first: u32, row: u32, column: u32, rows: u32, columns: u32) -> vec4<f32> {
    if row >= rows || column >= columns {
        return vec4<f32>();
    }
    return b4(row, first + row * p.stride_b + column, columns - column);
}

// Rows `row ..` and columns `k .. k + DEPTH` of op(A), up to `end`.
fn fill_a(first: u32, row: u32, k: u32, end: u32, lane: u32) {
    for (var i = lane; i < DEPTH / 2u * ROWS; i += ROWS * COLUMNS) {
        // Neighbours read neighbouring memory.
        let quad = select(i / (DEPTH / 4u), i % (2u * ROWS), TRANS_A == 1u);
        let step = select(i % (DEPTH / 4u), i / (2u * ROWS), TRANS_A == 1u);
        let m0 = row + 4u * quad;
        let k0 = k + 4u * step;
        var block: mat4x4<f32>;
        if TRANS_A == 1u {
            block = mat4x4<f32>(
                read_a(first, k0, m0, end, p.m),
                read_a(first, k0 + 1u, m0, end, p.m),
                read_a(first, k0 + 2u, m0, end, p.m),
                read_a(first, k0 + 3u, m0, end, p.m),
            );
        } else {
            block = transpose(mat4x4<f32>(
                read_a(first, m0, k0, p.m, end),
                read_a(first, m0 + 1u, k0, p.m, end),
                read_a(first, m0 + 2u, k0, p.m, end),
                read_a(first, m0 + 3u, k0, p.m, end),
            ));
        }
        let at = 4u * step * 2u * ROWS + quad;
        tile_a[at] = block[0];
        tile_a[at + 2u * ROWS] = block[1];
        tile_a[at + 4u * ROWS] = block[2];
        tile_a[at + 6u * ROWS] = block[3];
    }
}

// Columns `column ..` and rows `k .. k + DEPTH` of op(B), up to `end`.
fn fill_b(first: u32, column: u32, k: u32, end: u32, lane: u32) {
    for (var i = lane; i < DEPTH / 2u * COLUMNS; i += ROWS * COLUMNS) {
        let quad = select(i % (2u * COLUMNS), i / (DEPTH / 4u), TRANS_B == 1u);
        let step = select(i / (2u * COLUMNS), i % (DEPTH / 4u), TRANS_B == 1u);
        let n0 = column + 4u * quad;
        let k0 = k + 4u * step;
        var block: mat4x4<f32>;
        if TRANS_B == 1u {
            block = transpose(mat4x4<f32>(
                read_b(first, n0, k0, p.n, end),
                read_b(first, n0 + 1u, k0, p.n, end),
                read_b(first, n0 + 2u, k0, p.n, end),
                read_b(first, n0 + 3u, k0, p.n, end),
            ));
        } else {
            block = mat4x4<f32>(
                read_b(first, k0, n0, end, p.n),
                read_b(first, k0 + 1u, n0, end, p.n),
                read_b(first, k0 + 2u, n0, end, p.n),
                read_b(first, k0 + 3u, n0, end, p.n),
            );
        }
        let at = 4u * step * 2u * COLUMNS + quad;
        tile_b[at] = block[0];
        tile_b[at + 2u * COLUMNS] = block[1];
        tile_b[at + 4u * COLUMNS] = block[2];
        tile_b[at + 6u * COLUMNS] = block[3];
    }
}

// Eight elements of a row of C: those from `column` on and those from `column + 4 COLUMNS` on.
fn write(first: u32, row: u32, column: u32, left: vec4<f32>, right: vec4<f32>) {
    if row >= p.m {
        return;
    }
    let at = first + row * p.stride_c;
    if column < p.n {
        write4(at + column, column, p.n - column, left);
    }
    let further = column + 4u * COLUMNS;
    if further < p.n {
        write4(at + further, further, p.n - further, right);
    }
}

@compute @workgroup_size(COLUMNS, ROWS)
fn main(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(local_invocation_id) local: vec3<u32>,
    @builtin(local_invocation_index) lane: u32,
) {
    let index = group_index(p.head.groups_x, group);
    if index >= p.head.groups {
        return;
    }
    let across = (p.n + 8u * COLUMNS - 1u) / (8u * COLUMNS);
    let tiles = (p.m + 8u * ROWS - 1u) / (8u * ROWS) * across;
    let part = index / tiles % p.parts;
    let item = index / tiles / p.parts;
    let row = index % tiles / across * 8u * ROWS;
    let column = index % across * 8u * COLUMNS;
    let end = min(p.k, (part + 1u) * p.depth);
    let first_a = item * p.item_a;
    let first_b = item * p.item_b;

    var s00 = vec4<f32>(); var s01 = vec4<f32>();
    var s10 = vec4<f32>(); var s11 = vec4<f32>();
    var s20 = vec4<f32>(); var s21 = vec4<f32>();
    var s30 = vec4<f32>(); var s31 = vec4<f32>();
    var s40 = vec4<f32>(); var s41 = vec4<f32>();
    var s50 = vec4<f32>(); var s51 = vec4<f32>();
    var s60 = vec4<f32>(); var s61 = vec4<f32>();
    var s70 = vec4<f32>(); var s71 = vec4<f32>();
    for (var k = part * p.depth; k < end; k += DEPTH) {
        fill_a(first_a, row, k, end, lane);
        fill_b(first_b, column, k, end, lane);
        workgroupBarrier();
        for (var i = 0u; i < DEPTH; i++) {
            let a0 = tile_a[i * 2u * ROWS + local.y];
            let a1 = tile_a[i * 2u * ROWS + ROWS + local.y];
            let b0 = tile_b[i * 2u * COLUMNS + local.x];
            let b1 = tile_b[i * 2u * COLUMNS + COLUMNS + local.x];
            s00 += a0.x * b0; s01 += a0.x * b1;
            s10 += a0.y * b0; s11 += a0.y * b1;
            s20 += a0.z * b0; s21 += a0.z * b1;
            s30 += a0.w * b0; s31 += a0.w * b1;
            s40 += a1.x * b0; s41 += a1.x * b1;
            s50 += a1.y * b0; s51 += a1.y * b1;
            s60 += a1.z * b0; s61 += a1.z * b1;
            s70 += a1.w * b0; s71 += a1.w * b1;
        }
        workgroupBarrier();
    }

    let first = item * p.item_c + part * p.m * p.stride_c;
    let m0 = row + 4u * local.y;
    let n0 = column + 4u * local.x;
    write(first, m0, n0, s00, s01);
    write(first, m0 + 1u, n0, s10, s11);
    write(first, m0 + 2u, n0, s20, s21);
    write(first, m0 + 3u, n0, s30, s31);
    let m1 = m0 + 4u * ROWS;
    write(first, m1, n0, s40, s41);
    write(first, m1 + 1u, n0, s50, s51);
    write(first, m1 + 2u, n0, s60, s61);
    write(first, m1 + 3u, n0, s70, s71);
}
