// Reads A word by word.
@group(0) @binding(1) var<storage, read> a: array<f32>;

// Four elements of A from `at` on; zero after the first `count` (at least one).
fn a4(at: u32, count: u32) -> vec4<f32> {
    let i = p.head.starts[0].x + at + min(FOUR, vec4<u32>(count - 1u));
    return select(vec4<f32>(), vec4<f32>(a[i.x], a[i.y], a[i.z], a[i.w]), FOUR < vec4<u32>(count));
}
