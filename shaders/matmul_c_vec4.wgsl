// Writes C four words at a time: every row starts and ends at a multiple of four.
@group(0) @binding(3) var<storage, read_write> c: array<vec4<f32>>;

// Sets four elements of C from `at` on, in columns `column ..`, to the sums with bias and activation.
fn write4(at: u32, column: u32, count: u32, sums: vec4<f32>) {
    let i = (p.head.starts[0].z + at) / 4u;
    var y = sums;
    if p.accumulate == 1u {
        y += c[i];
    }
    if p.biased == 1u {
        y += bias4(column, count);
    }
    c[i] = activated(y);
}
