// Gradient of attention with respect to keys and values: a workgroup takes 32 keys of one head and walks over
// the queries that see them, 32 at a time, recomputing the weights. Twin: src/cpu/attention.rs.
@group(0) @binding(7) var<storage, read_write> dk: array<f32>;
@group(0) @binding(8) var<storage, read_write> dvalue: array<f32>;

// Number of tiles that a row of keys and a row of values span, at most 4.
override KEY_TILES: u32 = 1u;
override VALUE_TILES: u32 = 1u;

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
    let key = first + 4u * (lane / SIDE);
    let x = 4u * (lane % SIDE);
    var dk_sums: array<mat4x4<f32>, 4>;
    var dv_sums: array<mat4x4<f32>, 4>;
    // No query sees padding, and earlier queries do not see these keys.
    let start = select(p.t, (max(first, p.offset) - p.offset) / TILE * TILE, first < length);
    for (var query = start; query < p.t; query += TILE) {
        var weights = dots(K, first, Q, query, p.d, lane);
        var dscores = dots(V, first, DOUT, query, p.dv, lane);
        for (var j = 0u; j < 4u; j++) {
            let row = row_at(head, query + x + j);
            let sees = visible(query + x + j, length);
            for (var i = 0u; i < 4u; i++) {
                let weight = exp_(p.scale * weights[j][i] - row.x) * row.y;
                let factor = kept(head, query + x + j, key + i);
                let dscore = p.scale * weight * (factor * dscores[j][i] - row.z);
                weights[j][i] = select(0.0, factor * weight, key + i < sees);
                dscores[j][i] = select(0.0, dscore, key + i < sees);
            }
        }
        let lines = min(TILE, p.t - query);
        store_left(weights, lane);
        for (var tile = 0u; tile < VALUE_TILES; tile++) {
            dv_sums[tile] += times(DOUT, query, tile * TILE, lines, lane);
        }
        store_left(dscores, lane);
        for (var tile = 0u; tile < KEY_TILES; tile++) {
            dk_sums[tile] += times(Q, query, tile * TILE, lines, lane);
        }
    }
    for (var i = 0u; i < min(4u, p.s - min(key, p.s)); i++) {
        let dk_row = p.head.starts[1].z + place.k + (key + i) * p.k_strides.z;
        let dv_row = p.head.starts[1].w + place.v + (key + i) * p.v_strides.z;
        for (var tile = 0u; tile < 4u; tile++) {
            for (var j = 0u; j < 4u; j++) {
                let col = tile * TILE + x + j;
                if col < p.d {
                    dk[dk_row + col] = dk_sums[tile][j][i];
                }
                if col < p.dv {
                    dvalue[dv_row + col] = dv_sums[tile][j][i];
                }
            }
        }
    }
}
