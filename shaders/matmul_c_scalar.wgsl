// Writes C word by word.
@group(0) @binding(3) var<storage, read_write> c: array<f32>;

// Sets the first `count` (at least one) of C's four elements from `at` on, in columns `column ..`, to the
// sums with bias and activation.
fn write4(at: u32, column: u32, count: u32, sums: vec4<f32>) {
    let i = p.head.starts[0].z + at + min(FOUR, vec4<u32>(count - 1u));
    var y = sums;
    if p.accumulate == 1u {
        y += vec4<f32>(c[i.x], c[i.y], c[i.z], c[i.w]);
    }
    if p.biased == 1u {
        y += bias4(column, count);
    }
    y = activated(y);
    c[i.x] = y.x;
    if count > 1u {
        c[i.y] = y.y;
    }
    if count > 2u {
        c[i.z] = y.z;
    }
    if count > 3u {
        c[i.w] = y.w;
    }
}
