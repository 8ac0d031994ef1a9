// The gradient of a GRU step: one invocation an element of the state. Twin: gru_cell_backward of
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
// (B, 3H): the activated gates r, z, n.
@group(0) @binding(1) var<storage, read> rzn: array<f32>;
// (B, 3H): the last third is W_hn h + b_hn.
@group(0) @binding(2) var<storage, read> gh: array<f32>;
@group(0) @binding(3) var<storage, read> h_prev: array<f32>;
// (B, H): the output's gradient, if there is one.
@group(0) @binding(4) var<storage, read> dy: array<f32>;
// (B, H): what came back from the next step in, the direct part of dL/dh_prev out.
@group(0) @binding(5) var<storage, read_write> dh: array<f32>;
// (B, 3H) each.
@group(0) @binding(6) var<storage, read_write> dgx: array<f32>;
@group(0) @binding(7) var<storage, read_write> dgh: array<f32>;

@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    let state = group_index(p.head.groups_x, group) * 256u + lane;
    if state >= p.states {
        return;
    }
    let wide = state / p.hidden * 3u * p.hidden + state % p.hidden;
    let at = p.head.starts[0].x + wide;
    let r = rzn[at];
    let z = rzn[at + p.hidden];
    let n = rzn[at + 2u * p.hidden];
    let gh_n = gh[p.head.starts[0].y + wide + 2u * p.hidden];
    let dh_at = p.head.starts[1].x + state;
    var dh_all = dh[dh_at];
    if p.has_dy == 1u {
        dh_all += dy[p.head.starts[0].w + state];
    }
    let dn = dh_all * (1.0 - z) * (1.0 - n * n);
    let dz = dh_all * (h_prev[p.head.starts[0].z + state] - n) * z * (1.0 - z);
    let dr = dn * gh_n * r * (1.0 - r);
    let x_at = p.head.starts[1].y + wide;
    dgx[x_at] = dr;
    dgx[x_at + p.hidden] = dz;
    dgx[x_at + 2u * p.hidden] = dn;
    let h_at = p.head.starts[1].z + wide;
    dgh[h_at] = dr;
    dgh[h_at + p.hidden] = dz;
    dgh[h_at + 2u * p.hidden] = dn * r;
    dh[dh_at] = dh_all * z;
}
