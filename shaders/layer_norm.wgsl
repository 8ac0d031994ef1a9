// Layer normalisation of rows: the mean, then the variance around it (two passes, to avoid cancellation),
// then the row. Mean and 1 / standard deviation are saved for the gradient. One workgroup per long row, one
// invocation per short row. Twin: src/cpu/layer_norm.rs.

struct Params {
    head: Head,
    rows: u32,
    cols: u32,
    eps: f32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> weight: array<f32>;
@group(0) @binding(3) var<storage, read> bias: array<f32>;
@group(0) @binding(4) var<storage, read_write> y: array<f32>;
@group(0) @binding(5) var<storage, read_write> means: array<f32>;
@group(0) @binding(6) var<storage, read_write> rstds: array<f32>;

@compute @workgroup_size(WIDTH)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    let row = row_of(p.head.groups_x, group, lane);
    if row >= p.rows {
        return;
    }
    let x_row = p.head.starts[0].x + row * p.cols;
    let y_row = p.head.starts[0].w + row * p.cols;
    var sum = 0.0;
    for (var col = first_col(lane); col < p.cols; col += step()) {
        sum += x[x_row + col];
    }
    let mean = row_sum(sum, lane) / f32(p.cols);
    var squares = 0.0;
    for (var col = first_col(lane); col < p.cols; col += step()) {
        let off = x[x_row + col] - mean;
        squares += off * off;
    }
    let rstd = inverseSqrt(row_sum(squares, lane) / f32(p.cols) + p.eps);
    for (var col = first_col(lane); col < p.cols; col += step()) {
        let normalised = (x[x_row + col] - mean) * rstd;
        y[y_row + col] = normalised * weight[p.head.starts[0].y + col] + bias[p.head.starts[0].z + col];
    }
    if first_col(lane) == 0u {
        means[p.head.starts[1].x + row] = mean;
        rstds[p.head.starts[1].y + row] = rstd;
    }
}
