// First step of attention's gradient: adds to each query's maximum and 1 / sum the sum of dout * out, which
// the gradient of the softmax needs. One workgroup per long row, one invocation per short row.
// Twin: src/cpu/attention.rs.

struct Params {
    head: Head,
    rows: u32,
    cols: u32,
    // Number of rows per head, and of heads per sequence.
    t: u32,
    heads: u32,
    // Strides of sequence, head and row of out and dout.
    strides: vec4<u32>,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> out: array<f32>;
@group(0) @binding(2) var<storage, read> dout: array<f32>;
// (rows, 2)
@group(0) @binding(3) var<storage, read> known: array<f32>;
// (rows, 3)
@group(0) @binding(4) var<storage, read_write> rows: array<f32>;

@compute @workgroup_size(WIDTH)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    let row = row_of(p.head.groups_x, group, lane);
    if row >= p.rows {
        return;
    }
    let head = row / p.t;
    let at = dot(vec3<u32>(head / p.heads, head % p.heads, row % p.t), p.strides.xyz);
    var sum = 0.0;
    for (var col = first_col(lane); col < p.cols; col += step()) {
        sum += out[p.head.starts[0].x + at + col] * dout[p.head.starts[0].y + at + col];
    }
    sum = row_sum(sum, lane);
    if first_col(lane) == 0u {
        let kept = p.head.starts[0].z + 2u * row;
        let y = p.head.starts[0].w + 3u * row;
        rows[y] = known[kept];
        rows[y + 1u] = known[kept + 1u];
        rows[y + 2u] = sum;
    }
}
