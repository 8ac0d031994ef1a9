// The gradient of an LSTM step: one invocation an element of the state. Twin: lstm_cell_backward of
// src/cpu/cells.rs.

struct Params {
    head: Head,
    // Elements of a state (B, H).
    states: u32,
    hidden: u32,
    // 1: the step's output has a gradient of its own.
    has_dy: u32,
}

@group(0) @binding(0) var<uniform> p: Params;
// (B, 4H), activated.
@group(0) @binding(1) var<storage, read> gates: array<f32>;
// (2, B, H): the cell state before the step, and the one after it.
@group(0) @binding(2) var<storage, read> c: array<f32>;
// (B, H): the output's gradient, if there is one, and what came back from the next step.
@group(0) @binding(3) var<storage, read> dy: array<f32>;
@group(0) @binding(4) var<storage, read> dh: array<f32>;
// (B, H): dL/dc in, dL/dc_prev out.
@group(0) @binding(5) var<storage, read_write> dc: array<f32>;
// (B, 4H)
@group(0) @binding(6) var<storage, read_write> dgates: array<f32>;

@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    let state = group_index(p.head.groups_x, group) * 256u + lane;
    if state >= p.states {
        return;
    }
    let wide = state / p.hidden * 4u * p.hidden + state % p.hidden;
    let at = p.head.starts[0].x + wide;
    let i = gates[at];
    let f = gates[at + p.hidden];
    let g = gates[at + 2u * p.hidden];
    let o = gates[at + 3u * p.hidden];
    let c_at = p.head.starts[0].y + state;
    let tanh_c = tanh_(c[c_at + p.states]);
    var dh_all = dh[p.head.starts[0].w + state];
    if p.has_dy == 1u {
        dh_all += dy[p.head.starts[0].z + state];
    }
    let dc_at = p.head.starts[1].x + state;
    let dc_all = dc[dc_at] + dh_all * o * (1.0 - tanh_c * tanh_c);
    let to = p.head.starts[1].y + wide;
    dgates[to] = dc_all * g * i * (1.0 - i);
    dgates[to + p.hidden] = dc_all * c[c_at] * f * (1.0 - f);
    dgates[to + 2u * p.hidden] = dc_all * i * (1.0 - g * g);
    dgates[to + 3u * p.hidden] = dh_all * tanh_c * o * (1.0 - o);
    dc[dc_at] = dc_all * f;
}
