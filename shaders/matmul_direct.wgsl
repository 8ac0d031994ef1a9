// C = op(A) op(B) for software adapters, where workgroup memory and barriers cost more than they save. An
// invocation computes 8 x 8 elements of C in registers and reads A and B on its own, in blocks of 4 x 4.
// Parts and preceding files are those of matmul.wgsl. Twin: src/cpu/matmul.rs.

// Number of invocations down and across.
override ROWS: u32 = 4u;
override COLUMNS: u32 = 4u;

@compute @workgroup_size(COLUMNS, ROWS)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_id) local: vec3<u32>) {
    let index = group_index(p.head.groups_x, group);
    if index >= p.head.groups {
        return;
    }
    let across = (p.n + 8u * COLUMNS - 1u) / (8u * COLUMNS);
    let tiles = (p.m + 8u * ROWS - 1u) / (8u * ROWS) * across;
    let part = index / tiles % p.parts;
    let item = index / tiles / p.parts;
    let m = 8u * (index % tiles / across * ROWS + local.y);
    let n = 8u * (index % across * COLUMNS + local.x);
    let end = min(p.k, (part + 1u) * p.depth);
    let first_a = item * p.item_a;
    let first_b = item * p.item_b;
    var sums: Sums;
    for (var k = part * p.depth; k < end; k += 4u) {
        let a0 = block_a(first_a, m, k, end);
        let a1 = block_a(first_a, m + 4u, k, end);
        let b0 = block_b(first_b, n, k, end);
        let b1 = block_b(first_b, n + 4u, k, end);
        add_product(&sums, a0[0], a1[0], b0[0], b1[0]);
        add_product(&sums, a0[1], a1[1], b0[1], b1[1]);
        add_product(&sums, a0[2], a1[2], b0[2], b1[2]);
        add_product(&sums, a0[3], a1[3], b0[3], b1[3]);
    }
    write_sums(&sums, item * p.item_c + part * p.m * p.stride_c, m, m + 4u, n, n + 4u);
}
