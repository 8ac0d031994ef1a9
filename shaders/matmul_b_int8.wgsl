// B as integers of 8 bits, four in a word, times a scale for each row; rows are filled up with zeros to
// multiples of four numbers.
@group(0) @binding(2) var<storage, read> b: array<u32>;
@group(0) @binding(5) var<storage, read> scales: array<f32>;

// B's elements from `at` on, all of stored row `row`.
fn b4(row: u32, at: u32, count: u32) -> vec4<f32> {
    let word = b[p.head.starts[0].y + at / 4u];
    let integers = bitcast<vec4<i32>>(vec4<u32>(word) << vec4<u32>(24u, 16u, 8u, 0u)) >> vec4<u32>(24u);
    return scales[p.head.starts[1].x + row] * vec4<f32>(integers);
}
