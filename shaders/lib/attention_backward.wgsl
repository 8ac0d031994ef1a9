// Shared by the kernels of attention's gradient, which recompute the weights from the scores and the saved
// values of each row of scores.
@group(0) @binding(4) var<storage, read> v: array<f32>;
@group(0) @binding(5) var<storage, read> dout: array<f32>;
// (rows, 3): maximum of the scores, 1 / sum of the exponentials, sum of dout * out.
@group(0) @binding(6) var<storage, read> rows: array<f32>;

fn at(name: u32, row: u32, col: u32) -> f32 {
    switch name {
        case Q: {
            return q_at(row, col);
        }
        case K: {
            return k_at(row, col);
        }
        case V: {
            if row < p.s && col < p.dv {
                return v[p.head.starts[0].w + place.v + row * p.v_strides.z + col];
            }
            return 0.0;
        }
        default: {
            if row < p.t && col < p.dv {
                return dout[p.head.starts[1].x + place.o + row * p.o_strides.z + col];
            }
            return 0.0;
        }
    }
}

// Maximum, factor and sum of a query's row.
fn row_at(head: u32, query: u32) -> vec3<f32> {
    if query < p.t {
        let at = p.head.starts[1].y + 3u * (head * p.t + query);
        return vec3<f32>(rows[at], rows[at + 1u], rows[at + 2u]);
    }
    return vec3<f32>();
}
