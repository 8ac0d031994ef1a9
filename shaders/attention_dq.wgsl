// Gradient of attention with respect to the queries: a workgroup takes 32 queries of one head and walks over
// the keys, 32 at a time, recomputing the weights. Twin: src/cpu/attention.rs.
@group(0) @binding(7) var<storage, read_write> dq: array<f32>;

// Number of tiles that a row of queries spans, at most 4.
override KEY_TILES: u32 = 1u;

@compute @workgroup_size(LANES)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    let index = group_index(p.head.groups_x, group);
    let head = index / p.tiles;
    if head >= p.sequences * p.heads {
        return;
    }
    find(head);
    let first = (index % p.tiles) * TILE;
    let length = keys_of(head);
    let end = visible(min(first + TILE, p.t) - 1u, length);
    let query = first + 4u * (lane / SIDE);
    let x = 4u * (lane % SIDE);
    var sums: array<mat4x4<f32>, 4>;
    for (var key = 0u; key < end; key += TILE) {
        var scores = dots(Q, first, K, key, p.d, lane);
        var dweights = dots(DOUT, first, V, key, p.dv, lane);
        for (var i = 0u; i < 4u; i++) {
            let row = row_at(head, query + i);
            let sees = visible(query + i, length);
            for (var j = 0u; j < 4u; j++) {
                let weight = exp_(p.scale * scores[j][i] - row.x) * row.y;
                let dweight = kept(head, query + i, key + x + j) * dweights[j][i];
                let dscore = p.scale * weight * (dweight - row.z);
                scores[j][i] = select(0.0, dscore, key + x + j < sees);
            }
        }
        store_left(scores, lane);
        for (var tile = 0u; tile < KEY_TILES; tile++) {
            sums[tile] += times(K, key, tile * TILE, min(TILE, end - key), lane);
        }
    }
    for (var i = 0u; i < min(4u, p.t - min(query, p.t)); i++) {
        let dq_row = p.head.starts[1].z + place.q + (query + i) * p.q_strides.z;
        for (var tile = 0u; tile < KEY_TILES; tile++) {
            for (var j = 0u; j < 4u; j++) {
                let col = tile * TILE + x + j;
                if col < p.d {
                    dq[dq_row + col] = sums[tile][j][i];
                }
            }
        }
    }
}
