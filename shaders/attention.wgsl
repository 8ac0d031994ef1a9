// Scaled dot-product attention without a matrix of weights (FlashAttention, Dao et al. 2022): a workgroup
// takes 32 queries of one head and walks over the keys, 32 at a time, keeping a running maximum and sum.
// Whenever the maximum grows, the sums so far are rescaled. Each query's maximum and 1 / sum are saved for
// the gradient. Twin: src/cpu/attention.rs.
@group(0) @binding(4) var<storage, read> v: array<f32>;
@group(0) @binding(5) var<storage, read_write> out: array<f32>;
// (rows, 2): maximum of the scores, 1 / sum of the exponentials; 0 for a query that sees no key.
@group(0) @binding(6) var<storage, read_write> rows: array<f32>;

// Number of tiles that a row of values spans, at most 4.
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

// Maximum and sum over the eight invocations of a row, for each of its four queries.
fn largest_of_row(own: vec4<f32>, lane: u32) -> vec4<f32> {
    shared_rows[lane] = own;
    workgroupBarrier();
    var largest = own;
    for (var i = 0u; i < SIDE; i++) {
        largest = max(largest, shared_rows[lane / SIDE * SIDE + i]);
    }
    return largest;
}

fn sum_of_row(own: vec4<f32>, lane: u32) -> vec4<f32> {
    shared_rows[lane] = own;
    workgroupBarrier();
    var sum = vec4<f32>();
    for (var i = 0u; i < SIDE; i++) {
        sum += shared_rows[lane / SIDE * SIDE + i];
    }
    return sum;
}

// Scaled scores of this invocation's four queries and keys; LOWEST where a key is not visible.
fn scores_of(first: u32, query: u32, key: u32, length: u32, lane: u32) -> mat4x4<f32> {
    var scores = dots(Q, first, K, key, p.d, lane);
    for (var i = 0u; i < 4u; i++) {
        let sees = visible(query + i, length);
        for (var j = 0u; j < 4u; j++) {
            let seen = key + 4u * (lane % SIDE) + j < sees;
            scores[j][i] = select(LOWEST, p.scale * scores[j][i], seen);
        }
    }
    return scores;
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
    // The first of this invocation's four queries, and of its four keys or columns.
    let query = first + 4u * (lane / SIDE);
    let x = 4u * (lane % SIDE);
    var largest = vec4<f32>(LOWEST);
    var sum = vec4<f32>();
    var sums: array<mat4x4<f32>, 4>;
    for (var key = 0u; key < end; key += TILE) {
        var weights = scores_of(first, query, key, length, lane);
        let own = max(max(weights[0], weights[1]), max(weights[2], weights[3]));
        let best = largest_of_row(max(largest, own), lane);
        let shrunk = exp4(largest - best);
        largest = best;
        sum *= shrunk;
        for (var j = 0u; j < 4u; j++) {
            let seen = weights[j] > vec4<f32>(LOWEST);
            weights[j] = select(vec4<f32>(), exp4(weights[j] - best), seen);
            sum += weights[j];
            for (var i = 0u; i < 4u; i++) {
                weights[j][i] *= kept(head, query + i, key + x + j);
            }
        }
        store_left(weights, lane);
        for (var tile = 0u; tile < VALUE_TILES; tile++) {
            let part = times(V, key, tile * TILE, min(TILE, end - key), lane);
            for (var j = 0u; j < 4u; j++) {
                sums[tile][j] = sums[tile][j] * shrunk + part[j];
            }
        }
    }
    sum = sum_of_row(sum, lane);
    let factor = select(vec4<f32>(), 1.0 / sum, sum > vec4<f32>());
    for (var i = 0u; i < min(4u, p.t - min(query, p.t)); i++) {
        let out_row = p.head.starts[1].x + place.o + (query + i) * p.o_strides.z;
        for (var c = 0u; c < 4u * VALUE_TILES; c++) {
            let col = c / 4u * TILE + x + c % 4u;
            if col < p.dv {
                out[out_row + col] = sums[c / 4u][c % 4u][i] * factor[i];
            }
        }
        if x == 0u {
            let kept_row = p.head.starts[1].y + 2u * (head * p.t + query + i);
            rows[kept_row] = largest[i];
            rows[kept_row + 1u] = factor[i];
        }
    }
}

fn exp4(x: vec4<f32>) -> vec4<f32> {
    return vec4<f32>(exp_(x.x), exp_(x.y), exp_(x.z), exp_(x.w));
}
