@group(0) @binding(2) var<storage, read> b: array<vec4<f32>>;

// B's elements from `at` on, all of stored row `row`.
fn b4(row: u32, at: u32, count: u32) -> vec4<f32> {
    return b[(p.head.starts[0].y + at) / 4u];
}
