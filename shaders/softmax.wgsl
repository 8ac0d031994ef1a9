// Softmax of rows of any length: the row's maximum, then the sum of the exponentials, then the row. One
// workgroup per long row, one invocation per short row. Twin: src/cpu/softmax.rs.

struct Params {
    head: Head,
    rows: u32,
    cols: u32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;

// 1: log-softmax.
override LOG: u32 = 0u;

@compute @workgroup_size(WIDTH)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    let row = row_of(p.head.groups_x, group, lane);
    if row >= p.rows {
        return;
    }
    let x_row = p.head.starts[0].x + row * p.cols;
    let y_row = p.head.starts[0].y + row * p.cols;
    var largest = LOWEST;
    for (var col = first_col(lane); col < p.cols; col += step()) {
        largest = max(largest, x[x_row + col]);
    }
    largest = row_max(largest, lane);
    var sum = 0.0;
    for (var col = first_col(lane); col < p.cols; col += step()) {
        sum += exp_(x[x_row + col] - largest);
    }
    sum = row_sum(sum, lane);
    // A row that is entirely -inf (masked) becomes zeros; for log-softmax it stays.
    let masked = largest == LOWEST;
    for (var col = first_col(lane); col < p.cols; col += step()) {
        let shifted = x[x_row + col] - largest;
        if LOG == 1u {
            y[y_row + col] = select(shifted - ln_(sum), x[x_row + col], masked);
        } else {
            y[y_row + col] = select(exp_(shifted) / sum, 0.0, masked);
        }
    }
}
