// One step of a GRU layer for a few rows, in a single dispatch. lib/recurrent_step.wgsl divides the work: two
// quarters of a workgroup compute the gates r and z, the other two the two sums of n, which the gate r
// combines. Twin: a step of forward in src/cpu/gru.rs.

// (R, H): h after the step.
@group(0) @binding(7) var<storage, read_write> next: array<f32>;

fn gate_bias(gate: u32, unit: u32) -> f32 {
    let at = gate * p.hidden + unit;
    return bias_ih[p.head.starts[0].w + at] + bias_hh[p.head.starts[1].x + at];
}

@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    let tile = group_index(p.head.groups_x, group);
    if tile >= p.head.groups {
        return;
    }
    let unit = tile % p.hidden;
    let first = tile / p.hidden * ROWS;
    let quarter = lane / LANES;
    let weight_row = min(quarter, 2u) * p.hidden + unit;
    var share = vec4<f32>();
    if quarter < 3u {
        share += input_share(weight_row, first, lane);
    }
    if quarter != 2u {
        share += state_share(weight_row, first, lane);
    }
    add_up(share, lane);
    let row = first + lane;
    if lane >= ROWS || row >= p.rows {
        return;
    }
    let n_at = 2u * p.hidden + unit;
    let r = sigmoid_(sums[0][lane] + gate_bias(0u, unit));
    let z = sigmoid_(sums[LANES][lane] + gate_bias(1u, unit));
    let x_n = sums[2u * LANES][lane] + bias_ih[p.head.starts[0].w + n_at];
    let n = tanh_(x_n + r * (sums[3u * LANES][lane] + bias_hh[p.head.starts[1].x + n_at]));
    let state = row * p.hidden + unit;
    next[p.head.starts[1].z + state] = (1.0 - z) * n + z * h[p.head.starts[1].y + state];
}
