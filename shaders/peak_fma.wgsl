// Measures the peak rate of multiply-adds: every invocation multiplies and adds 32 numbers in registers,
// `rounds` times, and accesses memory only at the end. Eight chains of four fill the pipelines; the numbers
// stay finite. Twin: src/bench/ops.rs, which times it.

struct Params {
    head: Head,
    rounds: u32,
    factor: f32,
    term: f32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    let index = group_index(p.head.groups_x, group);
    if index >= p.head.groups {
        return;
    }
    var a = vec4<f32>(f32(lane));
    var b = a + 1.0;
    var c = a + 2.0;
    var d = a + 3.0;
    var e = a + 4.0;
    var f = a + 5.0;
    var g = a + 6.0;
    var h = a + 7.0;
    for (var round = 0u; round < p.rounds; round++) {
        a = a * p.factor + p.term;
        b = b * p.factor + p.term;
        c = c * p.factor + p.term;
        d = d * p.factor + p.term;
        e = e * p.factor + p.term;
        f = f * p.factor + p.term;
        g = g * p.factor + p.term;
        h = h * p.factor + p.term;
    }
    let sum = a + b + c + d + e + f + g + h;
    y[p.head.starts[0].x + index * 256u + lane] = sum.x + sum.y + sum.z + sum.w;
}
