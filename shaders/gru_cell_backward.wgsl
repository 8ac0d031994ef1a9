// Gradient of a GRU step: one invocation per element of the state, and with RECUR = 1 also the product that
// brings the gradient back from the next step. lib/recurrent.wgsl divides the work.
// Twin: gru_cell_backward of src/cpu/cells.rs.

@group(0) @binding(0) var<uniform> p: Params;
// (3H, H), read if RECUR is 1.
@group(0) @binding(1) var<storage, read> weight_hh: array<f32>;
// (B, 3H): the activated gates r, z, n.
@group(0) @binding(2) var<storage, read> rzn: array<f32>;
// (B, 3H): the last third is W_hn h + b_hn.
@group(0) @binding(3) var<storage, read> gh: array<f32>;
@group(0) @binding(4) var<storage, read> h_prev: array<f32>;
// (B, H): gradient of the output, if there is one.
@group(0) @binding(5) var<storage, read> dy: array<f32>;
// (B, H): gradient from the next step in (if RECUR is 1, without the product); the direct part of dL/dh_prev
// out.
@group(0) @binding(6) var<storage, read_write> dh: array<f32>;
// (B, 3H)
@group(0) @binding(7) var<storage, read_write> dgx: array<f32>;
// (B, 3H); if RECUR is 1, (2, B, 3H), whose second half holds the next step's gradients.
@group(0) @binding(8) var<storage, read_write> dgh: array<f32>;

const BACKWARD: bool = true;

// Weights from the three gates of unit k back to a unit.
fn weights_at(k: u32, unit: u32) -> vec4<f32> {
    let at = p.head.starts[0].x + k * p.hidden + unit;
    let gate = p.hidden * p.hidden;
    return vec4(weight_hh[at], weight_hh[at + gate], weight_hh[at + 2u * gate], 0.0);
}

fn row_at(row: u32, k: u32, gate: u32) -> f32 {
    if gate == 3u {
        return 0.0;
    }
    return dgh[p.head.starts[1].w + ((p.batch + row) * 3u + gate) * p.hidden + k];
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
    let wide = place.row * 3u * hidden + place.unit;
    let dh_at = p.head.starts[1].y + state;
    dh_all += dh[dh_at];
    if p.has_dy == 1u {
        dh_all += dy[p.head.starts[1].x + state];
    }
    let at = p.head.starts[0].y + wide;
    let r = rzn[at];
    let z = rzn[at + hidden];
    let n = rzn[at + 2u * hidden];
    let gh_n = gh[p.head.starts[0].z + wide + 2u * hidden];
    let dn = dh_all * (1.0 - z) * (1.0 - n * n);
    let dz = dh_all * (h_prev[p.head.starts[0].w + state] - n) * z * (1.0 - z);
    let dr = dn * gh_n * r * (1.0 - r);
    let x_at = p.head.starts[1].z + wide;
    dgx[x_at] = dr;
    dgx[x_at + hidden] = dz;
    dgx[x_at + 2u * hidden] = dn;
    let h_at = p.head.starts[1].w + wide;
    dgh[h_at] = dr;
    dgh[h_at + hidden] = dz;
    dgh[h_at + 2u * hidden] = dn * r;
    dh[dh_at] = dh_all * z;
}
