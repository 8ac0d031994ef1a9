@group(0) @binding(2) var<storage, read> b: array<f32>;

// B's elements from `at` on, all of stored row `row`; zero from the `count`th on (at least one).
fn b4(row: u32, at: u32, count: u32) -> vec4<f32> {
    let i = p.head.starts[0].y + at + min(FOUR, vec4<u32>(count - 1u));
    return select(vec4<f32>(), vec4<f32>(b[i.x], b[i.y], b[i.z], b[i.w]), FOUR < vec4<u32>(count));
}
