// Blocks of 4 x 4 elements of A and B, in any storage layout, and the product of such blocks. Twin:
// src/cpu/matmul.rs.

// 1: A is stored as (k, m).
override TRANS_A: u32 = 0u;
// 1: B is stored as (n, k).
override TRANS_B: u32 = 0u;
// Four elements of stored row `row` from `column` on; zeros outside of (rows, columns). There another element
// is read and discarded, since a branch would cost more.
fn read_a(first: u32, row: u32, column: u32, rows: u32, columns: u32) -> vec4<f32> {
    let inside = min(column, columns - 1u);
    let values = a4(first + min(row, rows - 1u) * p.stride_a + inside, columns - inside);
    return select(vec4<f32>(), values, row < rows && column < columns);
}

fn read_b(first: u32, row: u32, column: u32, rows: u32, columns: u32) -> vec4<f32> {
    let inside = min(column, columns - 1u);
    let stored = min(row, rows - 1u);
    let values = b4(stored, first + stored * p.stride_b + inside, columns - inside);
    return select(vec4<f32>(), values, row < rows && column < columns);
}

// Columns `k ..` of op(A), up to column `end`, for the four rows from `m` on.
fn block_a(first: u32, m: u32, k: u32, end: u32) -> mat4x4<f32> {
    if TRANS_A == 1u {
        return mat4x4<f32>(
            read_a(first, k, m, end, p.m),
            read_a(first, k + 1u, m, end, p.m),
            read_a(first, k + 2u, m, end, p.m),
            read_a(first, k + 3u, m, end, p.m),
        );
    }
    return transpose(mat4x4<f32>(
        read_a(first, m, k, p.m, end),
        read_a(first, m + 1u, k, p.m, end),
        read_a(first, m + 2u, k, p.m, end),
        read_a(first, m + 3u, k, p.m, end),
    ));
}

// Rows `k ..` of op(B), up to row `end`, for the four columns from `n` on.
fn block_b(first: u32, n: u32, k: u32, end: u32) -> mat4x4<f32> {
    if TRANS_B == 1u {
        return transpose(mat4x4<f32>(
            read_b(first, n, k, p.n, end),
            read_b(first, n + 1u, k, p.n, end),
            read_b(first, n + 2u, k, p.n, end),
            read_b(first, n + 3u, k, p.n, end),
        ));
    }
    return mat4x4<f32>(
        read_b(first, k, n, end, p.n),
        read_b(first, k + 1u, n, end, p.n),
        read_b(first, k + 2u, n, end, p.n),
        read_b(first, k + 3u, n, end, p.n),
    );
}

// 8 x 8 elements of C: row i has columns 0 to 3 in element 2i and columns 4 to 7 in element 2i + 1.
alias Sums = array<vec4<f32>, 16>;

// Adds the product of a column of A (eight rows) and a row of B (eight columns). Written out so that the sums
// stay in registers: software adapters do not unroll loops.
fn add_product(s: ptr<function, Sums>, a0: vec4<f32>, a1: vec4<f32>, b0: vec4<f32>, b1: vec4<f32>) {
    (*s)[0] += a0.x * b0;
    (*s)[1] += a0.x * b1;
    (*s)[2] += a0.y * b0;
    (*s)[3] += a0.y * b1;
    (*s)[4] += a0.z * b0;
    (*s)[5] += a0.z * b1;
    (*s)[6] += a0.w * b0;
    (*s)[7] += a0.w * b1;
    (*s)[8] += a1.x * b0;
    (*s)[9] += a1.x * b1;
    (*s)[10] += a1.y * b0;
    (*s)[11] += a1.y * b1;
    (*s)[12] += a1.z * b0;
    (*s)[13] += a1.z * b1;
    (*s)[14] += a1.w * b0;
    (*s)[15] += a1.w * b1;
}

// Writes 8 x 8 elements of C: the upper four rows from row m0 on, the lower four from m1 on; the left four
// columns from n0 on, the right four from n1 on.
fn write_sums(s: ptr<function, Sums>, first: u32, m0: u32, m1: u32, n0: u32, n1: u32) {
    // The block's row i is row i of C or a later one, so p.m bounds i. A non-constant bound prevents
    // unrolling.
    for (var i = 0u; i < min(8u, p.m); i++) {
        // A non-constant index would move the sums from registers to memory.
        var left = (*s)[0];
        var right = (*s)[1];
        if i == 1u {
            left = (*s)[2];
            right = (*s)[3];
        }
        if i == 2u {
            left = (*s)[4];
            right = (*s)[5];
        }
        if i == 3u {
            left = (*s)[6];
            right = (*s)[7];
        }
        if i == 4u {
            left = (*s)[8];
            right = (*s)[9];
        }
        if i == 5u {
            left = (*s)[10];
            right = (*s)[11];
        }
        if i == 6u {
            left = (*s)[12];
            right = (*s)[13];
        }
        if i == 7u {
            left = (*s)[14];
            right = (*s)[15];
        }
        let m = select(m0, m1, i >= 4u) + i % 4u;
        let row = first + m * p.stride_c;
        if m < p.m && n0 < p.n {
            write4(row + n0, n0, p.n - n0, left);
        }
        if m < p.m && n1 < p.n {
            write4(row + n1, n1, p.n - n1, right);
        }
    }
}
