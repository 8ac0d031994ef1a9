// Gradient of layer normalisation with respect to its input, row by row: with n = (x - mean) * rstd and
// g = dy * weight, rstd * (g - mean g - n * mean (g * n)). One workgroup per long row, one invocation per
// short row. Twin: src/cpu/layer_norm.rs.

struct Params {
    head: Head,
    rows: u32,
    cols: u32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> weight: array<f32>;
@group(0) @binding(3) var<storage, read> means: array<f32>;
@group(0) @binding(4) var<storage, read> rstds: array<f32>;
@group(0) @binding(5) var<storage, read> dy: array<f32>;
@group(0) @binding(6) var<storage, read_write> dx: array<f32>;

@compute @workgroup_size(WIDTH)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    let row = row_of(p.head.groups_x, group, lane);
    if row >= p.rows {
        return;
    }
    let x_row = p.head.starts[0].x + row * p.cols;
    let w = p.head.starts[0].y;
    let dy_row = p.head.starts[1].x + row * p.cols;
    let dx_row = p.head.starts[1].y + row * p.cols;
    let mean = means[p.head.starts[0].z + row];
    let rstd = rstds[p.head.starts[0].w + row];
    var sum_g = 0.0;
    var sum_gn = 0.0;
    for (var col = first_col(lane); col < p.cols; col += step()) {
        let g = dy[dy_row + col] * weight[w + col];
        sum_g += g;
        sum_gn += g * ((x[x_row + col] - mean) * rstd);
    }
    let mean_g = row_sum(sum_g, lane) / f32(p.cols);
    let mean_gn = row_sum(sum_gn, lane) / f32(p.cols);
    for (var col = first_col(lane); col < p.cols; col += step()) {
        let n = (x[x_row + col] - mean) * rstd;
        dx[dx_row + col] = rstd * (dy[dy_row + col] * weight[w + col] - mean_g - n * mean_gn);
    }
}
