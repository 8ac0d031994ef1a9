// Cross-entropy of rows of logits with one class each, with label smoothing: the row's maximum, then the sums
// of the exponentials and of the shifted logits, then the loss. Maximum and sum are saved; the gradient
// recomputes the probabilities from them. One workgroup per long row, one invocation per short row.
// Twin: src/cpu/cross_entropy.rs.

struct Params {
    head: Head,
    rows: u32,
    cols: u32,
    // The class to ignore, if any.
    ignores: u32,
    ignored: u32,
    smoothing: f32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> logits: array<f32>;
@group(0) @binding(2) var<storage, read> targets: array<u32>;
@group(0) @binding(3) var<storage, read_write> losses: array<f32>;
// (rows, 2): maximum, sum of exp(logit - maximum).
@group(0) @binding(4) var<storage, read_write> sums: array<f32>;

@compute @workgroup_size(WIDTH)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    let row = row_of(p.head.groups_x, group, lane);
    if row >= p.rows {
        return;
    }
    let x_row = p.head.starts[0].x + row * p.cols;
    var largest = LOWEST;
    for (var col = first_col(lane); col < p.cols; col += step()) {
        largest = max(largest, logits[x_row + col]);
    }
    largest = row_max(largest, lane);
    var sum = 0.0;
    var shifted = 0.0;
    for (var col = first_col(lane); col < p.cols; col += step()) {
        let x = logits[x_row + col] - largest;
        sum += exp_(x);
        shifted += x;
    }
    sum = row_sum(sum, lane);
    shifted = row_sum(shifted, lane);
    if first_col(lane) != 0u {
        return;
    }
    let at = p.head.starts[0].w + 2u * row;
    sums[at] = largest;
    sums[at + 1u] = sum;
    let label = targets[p.head.starts[0].y + row];
    var loss = 0.0;
    if p.ignores == 0u || label != p.ignored {
        let log_sum = ln_(sum);
        loss = log_sum - (logits[x_row + label] - largest);
        if p.smoothing != 0.0 {
            let everywhere = log_sum - shifted / f32(p.cols);
            loss = (1.0 - p.smoothing) * loss + p.smoothing * everywhere;
        }
    }
    losses[p.head.starts[0].z + row] = loss;
}
