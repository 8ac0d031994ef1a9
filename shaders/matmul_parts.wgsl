// C = the sum of a product's parts, with bias and activation; four columns per invocation. A holds the parts
// (parts, m, n) consecutively. Precede this file with matmul_operands.wgsl. Twin: src/cpu/matmul.rs.

const INVOCATIONS: u32 = 256u;

@compute @workgroup_size(INVOCATIONS)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    let quads = (p.n + 3u) / 4u;
    let index = group_index(p.head.groups_x, group) * INVOCATIONS + lane;
    if index >= p.items * p.m * quads {
        return;
    }
    let item = index / quads / p.m;
    let row = index / quads % p.m;
    let column = index % quads * 4u;
    let count = p.n - column;
    let first = item * p.item_a + row * p.stride_a + column;
    var sum = vec4<f32>();
    for (var part = 0u; part < p.parts; part++) {
        sum += a4(first + part * p.m * p.stride_a, count);
    }
    write4(item * p.item_c + row * p.stride_c + column, column, count, sum);
}
