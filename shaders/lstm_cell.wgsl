// An LSTM step: gate arithmetic with the biases, one invocation per element of the state, and with RECUR = 1
// also the product with the previous state. lib/recurrent.wgsl divides the work.
// Twin: lstm_cell of src/cpu/cells.rs.

@group(0) @binding(0) var<uniform> p: Params;
// (4H, H), read if RECUR is 1.
@group(0) @binding(1) var<storage, read> weight_hh: array<f32>;
@group(0) @binding(2) var<storage, read> bias_ih: array<f32>;
@group(0) @binding(3) var<storage, read> bias_hh: array<f32>;
// (B, 4H): sums of products in, activated gates out.
@group(0) @binding(4) var<storage, read_write> gates: array<f32>;
// (2, B, H): the states before and after the step.
@group(0) @binding(5) var<storage, read_write> c: array<f32>;
@group(0) @binding(6) var<storage, read_write> h: array<f32>;

const BACKWARD: bool = false;

// Weights from unit k to the four gates of a unit.
fn weights_at(k: u32, unit: u32) -> vec4<f32> {
    let at = p.head.starts[0].x + unit * p.hidden + k;
    let gate = p.hidden * p.hidden;
    return vec4(weight_hh[at], weight_hh[at + gate], weight_hh[at + 2u * gate], weight_hh[at + 3u * gate]);
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
    let at = p.head.starts[0].w + place.row * 4u * hidden + place.unit;
    let b_x = p.head.starts[0].y + place.unit;
    let b_h = p.head.starts[0].z + place.unit;
    sums += vec4(gates[at], gates[at + hidden], gates[at + 2u * hidden], gates[at + 3u * hidden]);
    let i = sigmoid_(sums.x + (bias_ih[b_x] + bias_hh[b_h]));
    let f = sigmoid_(sums.y + (bias_ih[b_x + hidden] + bias_hh[b_h + hidden]));
    let g = tanh_(sums.z + (bias_ih[b_x + 2u * hidden] + bias_hh[b_h + 2u * hidden]));
    let o = sigmoid_(sums.w + (bias_ih[b_x + 3u * hidden] + bias_hh[b_h + 3u * hidden]));
    let state = place.row * hidden + place.unit;
    let states = p.batch * hidden;
    let cell = f * c[p.head.starts[1].x + state] + i * g;
    gates[at] = i;
    gates[at + hidden] = f;
    gates[at + 2u * hidden] = g;
    gates[at + 3u * hidden] = o;
    c[p.head.starts[1].x + states + state] = cell;
    h[p.head.starts[1].y + states + state] = o * tanh_(cell);
}
