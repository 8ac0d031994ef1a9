// A GRU step: gate arithmetic with the biases, one invocation per element of the state, and with RECUR = 1
// also the product with the previous state. lib/recurrent.wgsl divides the work.
// Twin: gru_cell of src/cpu/cells.rs.

@group(0) @binding(0) var<uniform> p: Params;
// (3H, H), read if RECUR is 1.
@group(0) @binding(1) var<storage, read> weight_hh: array<f32>;
@group(0) @binding(2) var<storage, read> bias_ih: array<f32>;
@group(0) @binding(3) var<storage, read> bias_hh: array<f32>;
// (B, 3H): W_ih x in, the activated gates r, z, n out.
@group(0) @binding(4) var<storage, read_write> gates: array<f32>;
// (B, 3H): W_hh h in if RECUR is 0. The last third becomes W_hn h + b_hn, which the backward pass reads.
@group(0) @binding(5) var<storage, read_write> gh: array<f32>;
// (2, B, H): the states before and after the step.
@group(0) @binding(6) var<storage, read_write> h: array<f32>;

const BACKWARD: bool = false;

// Weights from unit k to the three gates of a unit.
fn weights_at(k: u32, unit: u32) -> vec4<f32> {
    let at = p.head.starts[0].x + unit * p.hidden + k;
    let gate = p.hidden * p.hidden;
    return vec4(weight_hh[at], weight_hh[at + gate], weight_hh[at + 2u * gate], 0.0);
}

fn row_at(row: u32, k: u32, part: u32) -> f32 {
    return h[p.head.starts[1].y + row * p.hidden + k];
}

@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    let tile = group_index(p.head.groups_x, group);
    if tile >= p.head.groups {
        return;
    }
    var sums = vec4<f32>();
    if RECUR == 1u {
        sums = recurrent_sum(tile, lane);
    }
    let place = place_of(tile, lane);
    if !place.has_cell {
        return;
    }
    let hidden = p.hidden;
    let wide = place.row * 3u * hidden + place.unit;
    let r_at = p.head.starts[0].w + wide;
    let z_at = r_at + hidden;
    let n_at = z_at + hidden;
    let gh_at = p.head.starts[1].x + wide;
    if RECUR == 0u {
        sums = vec4(gh[gh_at], gh[gh_at + hidden], gh[gh_at + 2u * hidden], 0.0);
    }
    let b_x = p.head.starts[0].y + place.unit;
    let b_h = p.head.starts[0].z + place.unit;
    let gh_n = sums.z + bias_hh[b_h + 2u * hidden];
    let r = sigmoid_((gates[r_at] + bias_ih[b_x]) + (sums.x + bias_hh[b_h]));
    let z = sigmoid_((gates[z_at] + bias_ih[b_x + hidden]) + (sums.y + bias_hh[b_h + hidden]));
    let n = tanh_(gates[n_at] + bias_ih[b_x + 2u * hidden] + r * gh_n);
    gates[r_at] = r;
    gates[z_at] = z;
    gates[n_at] = n;
    gh[gh_at + 2u * hidden] = gh_n;
    let h_at = p.head.starts[1].y + place.row * hidden + place.unit;
    h[h_at + p.batch * hidden] = (1.0 - z) * n + z * h[h_at];
}
