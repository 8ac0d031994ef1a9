// B in 8-bit integers, four per word, times a scale per row; rows are padded with zeros to multiples of four
// elements.
@group(0) @binding(2) var<storage, read> b: array<u32>;
@group(0) @binding(5) var<storage, read> scales: array<f32>;

// Four elements of B from `at` on, in stored row `row`.
fn b4(row: u32, at: u32, count: u32) -> vec4<f32> {
    let word = b[p.head.starts[0].y + at / 4u];
    let integers = bitcast<vec4<i32>>(vec4<u32>(word) << vec4<u32>(24u, 16u, 8u, 0u)) >> vec4<u32>(24u);
    return scales[p.head.starts[1].x + row] * vec4<f32>(integers);
}
