// Sums over the middle of x (outer, size, inner). The rows of a block are cut into `parts` of `part` rows; a
// workgroup sums one part of a tile of WIDTH columns: 256 / WIDTH rows at a time, each invocation its column,
// then the rows in a tree of fixed shape. What comes out is (outer, parts, inner), to be summed again until
// there is one part. Twin: src/cpu/reduce.rs.

struct Params {
    head: Head,
    size: u32,
    inner: u32,
    part: u32,
    parts: u32,
    tiles: u32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;

const LANES: u32 = 256u;
override WIDTH: u32 = 1u;
// 1: the sum of squares.
override SQUARED: u32 = 0u;

var<workgroup> sums: array<f32, LANES>;

@compute @workgroup_size(LANES)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    let number = group_index(p.head.groups_x, group);
    if number >= p.head.groups {
        return;
    }
    let col = (number % p.tiles) * WIDTH + lane % WIDTH;
    let part = (number / p.tiles) % p.parts;
    let block = number / p.tiles / p.parts;
    let first = part * p.part;
    let end = min(first + p.part, p.size);
    var sum = 0.0;
    if col < p.inner {
        for (var row = first + lane / WIDTH; row < end; row += LANES / WIDTH) {
            let value = x[p.head.starts[0].x + (block * p.size + row) * p.inner + col];
            sum += select(value, value * value, SQUARED == 1u);
        }
    }
    sums[lane] = sum;
    for (var half = LANES / 2u; half >= WIDTH; half /= 2u) {
        workgroupBarrier();
        if lane < half {
            sums[lane] += sums[lane + half];
        }
    }
    if lane < WIDTH && col < p.inner {
        y[p.head.starts[0].y + (block * p.parts + part) * p.inner + col] = sums[lane];
    }
}
