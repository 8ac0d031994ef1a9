// Gradient of the mean cross-entropy, row by row: upstream / count * (probability - target probability),
// zeros where the target is ignored. The probabilities are recomputed from the logits and the row's maximum
// and sum. One workgroup per long row, one invocation per short row. Twin: src/cpu/cross_entropy.rs.

struct Params {
    head: Head,
    rows: u32,
    cols: u32,
    // The class to ignore, if any.
    ignores: u32,
    ignored: u32,
    smoothing: f32,
    // Number of rows in the mean.
    counted: f32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> logits: array<f32>;
@group(0) @binding(2) var<storage, read> targets: array<u32>;
@group(0) @binding(3) var<storage, read> sums: array<f32>;
@group(0) @binding(4) var<storage, read> upstream: array<f32>;
@group(0) @binding(5) var<storage, read_write> dx: array<f32>;

@compute @workgroup_size(WIDTH)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    let row = row_of(p.head.groups_x, group, lane);
    if row >= p.rows {
        return;
    }
    let x_row = p.head.starts[0].x + row * p.cols;
    let dx_row = p.head.starts[1].x + row * p.cols;
    let label = targets[p.head.starts[0].y + row];
    if p.ignores == 1u && label == p.ignored {
        for (var col = first_col(lane); col < p.cols; col += step()) {
            dx[dx_row + col] = 0.0;
        }
        return;
    }
    let largest = sums[p.head.starts[0].z + 2u * row];
    let factor = 1.0 / sums[p.head.starts[0].z + 2u * row + 1u];
    let scale = upstream[p.head.starts[0].w] / p.counted;
    let everywhere = p.smoothing / f32(p.cols);
    for (var col = first_col(lane); col < p.cols; col += step()) {
        let probability = exp_(logits[x_row + col] - largest) * factor;
        let expected = everywhere + select(0.0, 1.0 - p.smoothing, col == label);
        dx[dx_row + col] = scale * (probability - expected);
    }
}
