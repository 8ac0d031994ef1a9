// B in 16-bit floats, two per word; rows are padded with zeros to multiples of four elements.
@group(0) @binding(2) var<storage, read> b: array<u32>;

// Four elements of B from `at` on, in stored row `row`.
fn b4(row: u32, at: u32, count: u32) -> vec4<f32> {
    let word = p.head.starts[0].y + at / 2u;
    return vec4<f32>(unpack2x16float(b[word]), unpack2x16float(b[word + 1u]));
}
