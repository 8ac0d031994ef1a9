// Scaled scores (T, S) of attention, for inspecting their softmax: a workgroup computes a tile of 32 queries
// by 32 keys of one head. Scores of invisible keys are LOWEST.
// Twin: src/cpu/attention.rs.
@group(0) @binding(4) var<storage, read_write> scores: array<f32>;

fn at(name: u32, row: u32, col: u32) -> f32 {
    if name == Q {
        return q_at(row, col);
    }
    return k_at(row, col);
}

@compute @workgroup_size(LANES)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    let index = group_index(p.head.groups_x, group);
    let head = index / p.tiles;
    if head >= p.sequences * p.heads {
        return;
    }
    find(head);
    let across = (p.s + TILE - 1u) / TILE;
    let first = index % p.tiles / across * TILE;
    let first_key = index % p.tiles % across * TILE;
    let query = first + 4u * (lane / SIDE);
    let key = first_key + 4u * (lane % SIDE);
    let length = keys_of(head);
    var block = dots(Q, first, K, first_key, p.d, lane);
    for (var i = 0u; i < 4u; i++) {
        let row = p.head.starts[0].w + (head * p.t + query + i) * p.s;
        for (var j = 0u; j < 4u; j++) {
            if query + i < p.t && key + j < p.s {
                let sees = key + j < visible(query + i, length);
                scores[row + key + j] = select(LOWEST, p.scale * block[j][i], sees);
            }
        }
    }
}
