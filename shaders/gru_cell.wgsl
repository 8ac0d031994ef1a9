// Everything of a GRU step that is not a matrix product, the biases included: one invocation an element of
// the state. Twin: gru_cell of src/cpu/cells.rs.

struct Params {
    head: Head,
    // Elements of a state (B, H).
    states: u32,
    hidden: u32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> bias_ih: array<f32>;
@group(0) @binding(2) var<storage, read> bias_hh: array<f32>;
// (B, 3H): W_ih x in, the activated gates r, z, n out.
@group(0) @binding(3) var<storage, read_write> gates: array<f32>;
// (B, 3H): W_hh h in; the last third, which the backward pass reads, gets its bias.
@group(0) @binding(4) var<storage, read_write> gh: array<f32>;
// (2, B, H): the state before the step, and the one after it.
@group(0) @binding(5) var<storage, read_write> h: array<f32>;

@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    let state = group_index(p.head.groups_x, group) * 256u + lane;
    if state >= p.states {
        return;
    }
    let unit = state % p.hidden;
    let wide = state / p.hidden * 3u * p.hidden + unit;
    let r_at = p.head.starts[0].z + wide;
    let z_at = r_at + p.hidden;
    let n_at = z_at + p.hidden;
    let gh_at = p.head.starts[0].w + wide;
    let gh_n_at = gh_at + 2u * p.hidden;
    let b_x = p.head.starts[0].x + unit;
    let b_h = p.head.starts[0].y + unit;
    let gh_n = gh[gh_n_at] + bias_hh[b_h + 2u * p.hidden];
    let r = sigmoid_((gates[r_at] + bias_ih[b_x]) + (gh[gh_at] + bias_hh[b_h]));
    let z = sigmoid_(
        (gates[z_at] + bias_ih[b_x + p.hidden]) + (gh[gh_at + p.hidden] + bias_hh[b_h + p.hidden]),
    );
    let n = tanh_(gates[n_at] + bias_ih[b_x + 2u * p.hidden] + r * gh_n);
    gates[r_at] = r;
    gates[z_at] = z;
    gates[n_at] = n;
    gh[gh_n_at] = gh_n;
    let h_at = p.head.starts[1].x + state;
    h[h_at + p.states] = (1.0 - z) * n + z * h[h_at];
}
