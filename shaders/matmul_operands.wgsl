// Shared by the matrix product kernels: their parameters, and bias and activation of a sum. This file is
// followed by one that reads A, one that reads B, and one that reads and writes C, four elements at a time:
//   matmul_a_vec4.wgsl, matmul_a_scalar.wgsl
//   matmul_b_vec4.wgsl, matmul_b_scalar.wgsl, matmul_b_f16.wgsl, matmul_b_int8.wgsl
//   matmul_c_vec4.wgsl, matmul_c_scalar.wgsl
// The vec4 variants require rows that start at multiples of four words.

struct Params {
    head: Head,
    m: u32,
    k: u32,
    n: u32,
    // Number of products in the batch.
    items: u32,
    // Every product is split along k into this many parts of `depth` each, stored consecutively in C.
    parts: u32,
    depth: u32,
    // Strides in elements: from row to row as stored, and from product to product in the batch.
    stride_a: u32,
    item_a: u32,
    stride_b: u32,
    item_b: u32,
    stride_c: u32,
    item_c: u32,
    // 1: add the sum to C. These two are not override constants, to limit the number of pipelines.
    accumulate: u32,
    // 1: add the bias to every row.
    biased: u32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(4) var<storage, read> bias: array<f32>;

// 1: relu, 2: gelu.
override ACTIVATION: u32 = 0u;

const FOUR: vec4<u32> = vec4<u32>(0u, 1u, 2u, 3u);

// The bias of the `count` columns from `column` on.
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
