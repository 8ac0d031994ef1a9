// Reads B four words at a time: every row starts at a multiple of four.
@group(0) @binding(2) var<storage, read> b: array<vec4<f32>>;

// Four elements of B from `at` on, in stored row `row`.
fn b4(row: u32, at: u32, count: u32) -> vec4<f32> {
    return b[(p.head.starts[0].y + at) / 4u];
}
