// B as numbers of 16 bits, two in a word; rows are filled up with zeros to multiples of four numbers.
@group(0) @binding(2) var<storage, read> b: array<u32>;

// B's elements from `at` on, all of stored row `row`.
fn b4(row: u32, at: u32, count: u32) -> vec4<f32> {
    let word = p.head.starts[0].y + at / 2u;
    return vec4<f32>(unpack2x16float(b[word]), unpack2x16float(b[word + 1u]));
}
