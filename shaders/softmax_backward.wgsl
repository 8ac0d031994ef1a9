// Gradient of softmax, y * (dy - sum y * dy), or log-softmax, dy - exp(y) * sum dy, row by row: the sum, then
// the row. One workgroup per long row, one invocation per short row.
// Twin: src/cpu/softmax.rs.

struct Params {
    head: Head,
    rows: u32,
    cols: u32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> y: array<f32>;
@group(0) @binding(2) var<storage, read> dy: array<f32>;
@group(0) @binding(3) var<storage, read_write> dx: array<f32>;

// 1: y is a log-softmax.
override LOG: u32 = 0u;

@compute @workgroup_size(WIDTH)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    let row = row_of(p.head.groups_x, group, lane);
    if row >= p.rows {
        return;
    }
    let y_row = p.head.starts[0].x + row * p.cols;
    let dy_row = p.head.starts[0].y + row * p.cols;
    let dx_row = p.head.starts[0].z + row * p.cols;
    var sum = 0.0;
    for (var col = first_col(lane); col < p.cols; col += step()) {
        if LOG == 1u {
            sum += dy[dy_row + col];
        } else {
            sum += y[y_row + col] * dy[dy_row + col];
        }
    }
    sum = row_sum(sum, lane);
    for (var col = first_col(lane); col < p.cols; col += step()) {
        let upstream = dy[dy_row + col];
        if LOG == 1u {
            dx[dx_row + col] = upstream - exp_(y[y_row + col]) * sum;
        } else {
            dx[dx_row + col] = y[y_row + col] * (upstream - sum);
        }
    }
}
