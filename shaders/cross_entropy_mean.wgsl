// Mean loss of the counted rows, by one workgroup: each invocation sums every 256th row, then a tree adds up
// their sums. Twin: src/cpu/cross_entropy.rs.

struct Params {
    head: Head,
    rows: u32,
    counted: f32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> losses: array<f32>;
@group(0) @binding(2) var<storage, read_write> mean: array<f32>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(local_invocation_index) lane: u32) {
    var sum = 0.0;
    for (var row = lane; row < p.rows; row += WORKGROUP) {
        sum += losses[p.head.starts[0].x + row];
    }
    sum = workgroup_sum(sum, lane);
    if lane == 0u {
        mean[p.head.starts[0].y] = sum / p.counted;
    }
}
