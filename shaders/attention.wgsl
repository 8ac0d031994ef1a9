// Scaled dot-product attention without the matrix of weights (FlashAttention, Dao et al. 2022): a workgroup
// takes 32 queries of one head and walks over the keys, 32 at a time, with the maximum and the sum so far;
// what it has summed up is scaled whenever the maximum grows. Kept for the gradient: each query's maximum and
// 1 / sum. Twin: src/cpu/attention.rs.
@group(0) @binding(4) var<storage, read> v: array<f32>;
@group(0) @binding(5) var<storage, read_write> out: array<f32>;
// (rows, 2): maximum of the scores, 1 / sum of the exponentials; 0 of a query that sees no key.
@group(0) @binding(6) var<storage, read_write> rows: array<f32>;

// Tiles that a row of values is cut into; at most 4.
override VALUE_TILES: u32 = 1u;

var<workgroup> shared_rows: array<vec4<f32>, LANES>;

fn at(name: u32, row: u32, col: u32) -> f32 {
    switch name {
        case Q: {
            return q_at(row, col);
        }
        case K: {
            return k_at(row, col);
        }
        default: {
            if row < p.s && col < p.dv {
                return v[p.head.starts[0].w + place.v + row * p.v_strides.z + col];
            }
            return 0.0;
        }
    }
}

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
    // The invocation's four queries, in a vector each time, and the first of its four keys or columns.
    let query = first + 4u * (lane / SIDE);
    let x = 4u * (lane % SIDE);
    var sees = vec4<u32>();
    for (var i = 0u; i < 4u; i++) {
        sees[i] = visible(query + i, length);
    }
    var largest = vec4<f32>(LOWEST);
    var sum = vec4<f32>();
    var sums: array<mat4x4<f32>, 4>;
    for (var key = 0u; key < end; key += TILE) {
        var scores = dots(Q, first, K, key, p.d, lane);
        var best = largest;
        for (var j = 0u; j < 4u; j++) {
            let seen = vec4<u32>(key + x + j) < sees;
            scores[j] = select(vec4<f32>(LOWEST), p.scale * scores[j], seen);
            best = max(best, scores[j]);
        }
        shared_rows[lane] = best;
        workgroupBarrier();
        for (var i = 0u; i < SIDE; i++) {
            best = max(best, shared_rows[lane / SIDE * SIDE + i]);
        }
        let shrunk = exp4(largest - best);
        largest = best;
        sum *= shrunk;
        for (var j = 0u; j < 4u; j++) {
            scores[j] = select(vec4<f32>(), exp4(scores[j] - best), scores[j] > vec4<f32>(LOWEST));
            sum += scores[j];
            for (var i = 0u; i < 4u; i++) {
                scores[j][i] *= kept(head, query + i, key + x + j);
            }
        }
        store_left(scores, lane);
        for (var tile = 0u; tile < VALUE_TILES; tile++) {
            let part = times(V, key, tile * TILE, min(TILE, end - key), lane);
            for (var j = 0u; j < 4u; j++) {
                sums[tile][j] = sums[tile][j] * shrunk + part[j];
            }
        }
    }
    shared_rows[lane] = sum;
    workgroupBarrier();
    sum = vec4<f32>();
    for (var i = 0u; i < SIDE; i++) {
        sum += shared_rows[lane / SIDE * SIDE + i];
    }
    let factor = select(vec4<f32>(), 1.0 / sum, sum > vec4<f32>());
    for (var i = 0u; i < min(4u, p.t - min(query, p.t)); i++) {
        let row = query + i;
        let out_row = p.head.starts[1].x + place.o + row * p.o_strides.z;
        for (var tile = 0u; tile < VALUE_TILES; tile++) {
            for (var j = 0u; j < 4u; j++) {
                let col = tile * TILE + x + j;
                if col < p.dv {
                    out[out_row + col] = sums[tile][j][i] * factor[i];
                }
            }
        }
        if x == 0u {
            let kept_row = p.head.starts[1].y + 2u * (head * p.t + row);
            rows[kept_row] = largest[i];
            rows[kept_row + 1u] = factor[i];
        }
    }
}

fn exp4(x: vec4<f32>) -> vec4<f32> {
    return vec4<f32>(exp_(x.x), exp_(x.y), exp_(x.z), exp_(x.w));
}
