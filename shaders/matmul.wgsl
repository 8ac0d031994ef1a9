// C = op(A) op(B), in tiles: a workgroup computes 8 ROWS x 8 COLUMNS elements of C, each invocation 8 x 8 of
// them in registers. The workgroup walks along k in steps of DEPTH. All invocations load a tile of A and one
// of B into workgroup memory, in blocks of 4 x 4 that are transposed on the way if necessary; then each
// invocation multiplies its 8 rows of A's tile with its 8 columns of B's.
//
// Small outputs with long sums are split along k into parts, which matmul_parts.wgsl adds up. Precede this
// file with matmul_operands.wgsl, one each of matmul_a_*, _b_*, _c_*, and matmul_blocks.wgsl. Twin:
// src/cpu/matmul.rs.

// Number of invocations down and across.
override ROWS: u32 = 8u;
override COLUMNS: u32 = 8u;
override DEPTH: u32 = 16u;

// Four elements each: [k][row] and [k][column].
var<workgroup> tile_a: array<vec4<f32>, DEPTH * 2u * ROWS>;
var<workgroup> tile_b: array<vec4<f32>, DEPTH * 2u * COLUMNS>;

// Loads rows `row ..` and columns `k .. k + DEPTH` of op(A), up to `end`.
fn fill_a(first: u32, row: u32, k: u32, end: u32, lane: u32) {
    for (var i = lane; i < DEPTH / 2u * ROWS; i += ROWS * COLUMNS) {
        // Adjacent invocations read adjacent memory.
        let quad = select(i / (DEPTH / 4u), i % (2u * ROWS), TRANS_A == 1u);
        let step = select(i % (DEPTH / 4u), i / (2u * ROWS), TRANS_A == 1u);
        let block = block_a(first, row + 4u * quad, k + 4u * step, end);
        let at = 4u * step * 2u * ROWS + quad;
        tile_a[at] = block[0];
        tile_a[at + 2u * ROWS] = block[1];
        tile_a[at + 4u * ROWS] = block[2];
        tile_a[at + 6u * ROWS] = block[3];
    }
}

// Loads columns `column ..` and rows `k .. k + DEPTH` of op(B), up to `end`.
fn fill_b(first: u32, column: u32, k: u32, end: u32, lane: u32) {
    for (var i = lane; i < DEPTH / 2u * COLUMNS; i += ROWS * COLUMNS) {
        let quad = select(i % (2u * COLUMNS), i / (DEPTH / 4u), TRANS_B == 1u);
        let step = select(i / (2u * COLUMNS), i % (DEPTH / 4u), TRANS_B == 1u);
        let block = block_b(first, column + 4u * quad, k + 4u * step, end);
        let at = 4u * step * 2u * COLUMNS + quad;
        tile_b[at] = block[0];
        tile_b[at + 2u * COLUMNS] = block[1];
        tile_b[at + 4u * COLUMNS] = block[2];
        tile_b[at + 6u * COLUMNS] = block[3];
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
    var sums: Sums;
    for (var k = part * p.depth; k < end; k += DEPTH) {
        fill_a(item * p.item_a, row, k, end, lane);
        fill_b(item * p.item_b, column, k, end, lane);
        workgroupBarrier();
        let steps = min(DEPTH, end - k);
        for (var i = 0u; i < steps; i++) {
            let a = i * 2u * ROWS + local.y;
            let b = i * 2u * COLUMNS + local.x;
            add_product(&sums, tile_a[a], tile_a[a + ROWS], tile_b[b], tile_b[b + COLUMNS]);
        }
        workgroupBarrier();
    }
    let first = item * p.item_c + part * p.m * p.stride_c;
    let m = row + 4u * local.y;
    let n = column + 4u * local.x;
    write_sums(&sums, first, m, m + 4u * ROWS, n, n + 4u * COLUMNS);
}
