// Two operands, elementwise. Each has its own strides over the axes of the result; broadcast axes have
// stride 0. OPERATION is the index in the enum `Binary`. Operands of equal shape have a single axis (RANK 1).
// Twin: `Binary` in src/cpu/elementwise.rs, and src/ops/binary.rs.

struct Params {
    head: Head,
    sizes: vec4<u32>,
    a: vec4<u32>,
    b: vec4<u32>,
    y: vec4<u32>,
    len: u32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> a: array<f32>;
@group(0) @binding(2) var<storage, read> b: array<f32>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;

override OPERATION: u32 = 0u;

fn operation(a: f32, b: f32) -> f32 {
    switch OPERATION {
        case 0u: { return a + b; }
        case 1u: { return a - b; }
        case 2u: { return a * b; }
        default: { return a / b; }
    }
}

@compute @workgroup_size(LANES)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    let first = group_index(p.head.groups_x, group) * CHUNK;
    let starts = p.head.starts[0];
    for (var i = first + lane; i < min(first + CHUNK, p.len); i += LANES) {
        let index = index_of(i, p.sizes);
        let x = operation(a[starts.x + dot(index, p.a)], b[starts.y + dot(index, p.b)]);
        y[starts.z + dot(index, p.y)] = x;
    }
}
