// What the products of matrices share: their parameters, and what becomes of a sum before it is written.
// Behind this file come those that read A, read B, and read and write C, four elements at a time:
//   matmul_a_vec4.wgsl, matmul_a_scalar.wgsl
//   matmul_b_vec4.wgsl, matmul_b_scalar.wgsl, matmul_b_f16.wgsl, matmul_b_int8.wgsl
//   matmul_c_vec4.wgsl, matmul_c_scalar.wgsl
// Those called vec4 need rows that begin at multiples of four words.

struct Params {
    head: Head,
    m: u32,
    k: u32,
    n: u32,
    // Products of a batch.
    items: u32,
    // Every product is cut along k into so many parts of `depth` each, which C holds one after the other.
    parts: u32,
    depth: u32,
    // Elements from row to row as stored, and from one product of a batch to the next.
    stride_a: u32,
    item_a: u32,
    stride_b: u32,
    item_b: u32,
    stride_c: u32,
    item_c: u32,
    // 1: the sum is added to C. These two are no constants of compilation: there are kernels enough.
    accumulate: u32,
    // 1: the bias is added to every row.
    biased: u32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(4) var<storage, read> bias: array<f32>;

// 1: relu, 2: gelu.
override ACTIVATION: u32 = 0u;

const FOUR: vec4<u32> = vec4<u32>(0u, 1u, 2u, 3u);

// The bias of `count` columns from `column` on.
fn bias4(column: u32, count: u32) -> vec4<f32> {
    let at = p.head.starts[0].w + column + min(FOUR, vec4<u32>(count - 1u));
    return vec4<f32>(bias[at.x], bias[at.y], bias[at.z], bias[at.w]);
}

fn activated(x: vec4<f32>) -> vec4<f32> {
    if ACTIVATION == 1u {
        return max(x, vec4<f32>());
    }
    if ACTIVATION == 2u {
        return vec4<f32>(gelu(x.x), gelu(x.y), gelu(x.z), gelu(x.w));
    }
    return x;
}
