// Gradient of an LSTM step: one invocation per element of the state, and with RECUR = 1 also the product that
// brings the gradient back from the next step. lib/recurrent.wgsl divides the work.
// Twin: lstm_cell_backward of src/cpu/cells.rs.

@group(0) @binding(0) var<uniform> p: Params;
// (4H, H), read if RECUR is 1.
@group(0) @binding(1) var<storage, read> weight_hh: array<f32>;
// (B, 4H), activated.
@group(0) @binding(2) var<storage, read> gates: array<f32>;
// (2, B, H): the cell states before and after the step.
@group(0) @binding(3) var<storage, read> c: array<f32>;
// (B, H): gradient of the output, if there is one.
@group(0) @binding(4) var<storage, read> dy: array<f32>;
// (B, H): gradient from the next step, read if RECUR is 0.
@group(0) @binding(5) var<storage, read> dh: array<f32>;
// (B, H): dL/dc in, dL/dc_prev out.
@group(0) @binding(6) var<storage, read_write> dc: array<f32>;
// (B, 4H); if RECUR is 1, (2, B, 4H), whose second half holds the next step's gradients.
@group(0) @binding(7) var<storage, read_write> dgates: array<f32>;

const BACKWARD: bool = true;

// Weights from the four gates of unit k back to a unit.
fn weights_at(k: u32, unit: u32) -> vec4<f32> {
    let at = p.head.starts[0].x + k * p.hidden + unit;
    let gate = p.hidden * p.hidden;
    return vec4(weight_hh[at], weight_hh[at + gate], weight_hh[at + 2u * gate], weight_hh[at + 3u * gate]);
}

fn row_at(row: u32, k: u32, gate: u32) -> f32 {
    return dgates[p.head.starts[1].z + ((p.batch + row) * 4u + gate) * p.hidden + k];
}

@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    let tile = group_index(p.head.groups_x, group);
    if tile >= p.head.groups {
        return;
    }
    var dh_all = 0.0;
    if RECUR == 1u {
        dh_all = recurrent_sum(tile, lane).x;
    }
    let place = place_of(tile, lane);
    if !place.has_cell {
        return;
    }
    let hidden = p.hidden;
    let state = place.row * hidden + place.unit;
    let wide = place.row * 4u * hidden + place.unit;
    if RECUR == 0u {
        dh_all = dh[p.head.starts[1].x + state];
    }
    if p.has_dy == 1u {
        dh_all += dy[p.head.starts[0].w + state];
    }
    let at = p.head.starts[0].y + wide;
    let i = gates[at];
    let f = gates[at + hidden];
    let g = gates[at + 2u * hidden];
    let o = gates[at + 3u * hidden];
    let c_at = p.head.starts[0].z + state;
    let tanh_c = tanh_(c[c_at + p.batch * hidden]);
    let dc_at = p.head.starts[1].y + state;
    let dc_all = dc[dc_at] + dh_all * o * (1.0 - tanh_c * tanh_c);
    let to = p.head.starts[1].z + wide;
    dgates[to] = dc_all * g * i * (1.0 - i);
    dgates[to + hidden] = dc_all * c[c_at] * f * (1.0 - f);
    dgates[to + 2u * hidden] = dc_all * i * (1.0 - g * g);
    dgates[to + 3u * hidden] = dh_all * tanh_c * o * (1.0 - o);
    dc[dc_at] = dc_all * f;
}
