// Reads B word by word.
@group(0) @binding(2) var<storage, read> b: array<f32>;

// Four elements of B from `at` on, in stored row `row`; zero after the first `count` (at least one).
fn b4(row: u32, at: u32, count: u32) -> vec4<f32> {
    let i = p.head.starts[0].y + at + min(FOUR, vec4<u32>(count - 1u));
    return select(vec4<f32>(), vec4<f32>(b[i.x], b[i.y], b[i.z], b[i.w]), FOUR < vec4<u32>(count));
}
