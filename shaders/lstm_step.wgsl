// One step of an LSTM layer for a few rows, in a single dispatch. lib/recurrent_step.wgsl divides the work;
// each quarter of a workgroup computes a gate. Twin: a step of forward in src/cpu/lstm.rs.

// (R, H)
@group(0) @binding(7) var<storage, read> c: array<f32>;
// (2, R, H): h and c after the step.
@group(0) @binding(8) var<storage, read_write> next: array<f32>;

@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    let tile = group_index(p.head.groups_x, group);
    if tile >= p.head.groups {
        return;
    }
    let unit = tile % p.hidden;
    let first = tile / p.hidden * ROWS;
    let weight_row = lane / LANES * p.hidden + unit;
    add_up(input_share(weight_row, first, lane) + state_share(weight_row, first, lane), lane);
    let row = first + lane;
    if lane >= ROWS || row >= p.rows {
        return;
    }
    var gates: vec4<f32>;
    for (var gate = 0u; gate < 4u; gate += 1u) {
        let at = gate * p.hidden + unit;
        let bias = bias_ih[p.head.starts[0].w + at] + bias_hh[p.head.starts[1].x + at];
        gates[gate] = sums[gate * LANES][lane] + bias;
    }
    let state = row * p.hidden + unit;
    let cell = sigmoid_(gates.y) * c[p.head.starts[1].z + state] + sigmoid_(gates.x) * tanh_(gates.z);
    let to = p.head.starts[1].w + state;
    next[to] = sigmoid_(gates.w) * tanh_(cell);
    next[to + p.rows * p.hidden] = cell;
}
