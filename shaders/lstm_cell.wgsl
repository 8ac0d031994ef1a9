// Everything of an LSTM step that is not a matrix product, the biases included: one invocation an element
// of the state. Twin: lstm_cell of src/cpu/cells.rs.

struct Params {
    head: Head,
    // Elements of a state (B, H).
    states: u32,
    hidden: u32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> bias_ih: array<f32>;
@group(0) @binding(2) var<storage, read> bias_hh: array<f32>;
// (B, 4H): sums of products in, activated gates out.
@group(0) @binding(3) var<storage, read_write> gates: array<f32>;
// (2, B, H): the cell state before the step, and the one after it.
@group(0) @binding(4) var<storage, read_write> c: array<f32>;
@group(0) @binding(5) var<storage, read_write> h: array<f32>;

// The biases of gate 0, 1, 2, 3 (i, f, g, o) of unit `unit`.
fn bias(gate: u32, unit: u32) -> f32 {
    let at = gate * p.hidden + unit;
    return bias_ih[p.head.starts[0].x + at] + bias_hh[p.head.starts[0].y + at];
}

@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    let state = group_index(p.head.groups_x, group) * 256u + lane;
    if state >= p.states {
        return;
    }
    let unit = state % p.hidden;
    let at = p.head.starts[0].z + state / p.hidden * 4u * p.hidden + unit;
    let c_at = p.head.starts[0].w + state;
    let i = sigmoid_(gates[at] + bias(0u, unit));
    let f = sigmoid_(gates[at + p.hidden] + bias(1u, unit));
    let g = tanh_(gates[at + 2u * p.hidden] + bias(2u, unit));
    let o = sigmoid_(gates[at + 3u * p.hidden] + bias(3u, unit));
    let cell = f * c[c_at] + i * g;
    gates[at] = i;
    gates[at + p.hidden] = f;
    gates[at + 2u * p.hidden] = g;
    gates[at + 3u * p.hidden] = o;
    c[c_at + p.states] = cell;
    h[p.head.starts[1].x + state] = o * tanh_(cell);
}
