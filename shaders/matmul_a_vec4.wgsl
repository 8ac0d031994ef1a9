// Reads A four words at a time: every row starts at a multiple of four.
@group(0) @binding(1) var<storage, read> a: array<vec4<f32>>;

// Four elements of A from `at` on.
fn a4(at: u32, count: u32) -> vec4<f32> {
    return a[(p.head.starts[0].x + at) / 4u];
}
