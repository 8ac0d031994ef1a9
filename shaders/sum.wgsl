// Sums over the middle axis of x (outer, size, inner). The rows of a block are divided into `parts` of `part`
// rows. A workgroup takes a tile of WIDTH columns, and as many parts as it can process with HEIGHT rows each
// at a time: each invocation sums its column over every HEIGHTth row, then a tree of fixed shape adds the
// rows. The result, (outer, parts, inner), is summed again until one part is left. Twin: src/cpu/reduce.rs.

struct Params {
    head: Head,
    size: u32,
    inner: u32,
    part: u32,
    parts: u32,
    tiles: u32,
    // Number of parts in all blocks.
    all_parts: u32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;

const LANES: u32 = 256u;
override WIDTH: u32 = 1u;
override HEIGHT: u32 = 256u;
// Number of invocations that share a part.
override TEAM: u32 = WIDTH * HEIGHT;
// 1: sum of squares.
override SQUARED: u32 = 0u;

var<workgroup> sums: array<f32, LANES>;

@compute @workgroup_size(LANES)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    let number = group_index(p.head.groups_x, group);
    if number >= p.head.groups {
        return;
    }
    let col = (number % p.tiles) * WIDTH + lane % WIDTH;
    let part = number / p.tiles * (LANES / TEAM) + lane / TEAM;
    let inside = col < p.inner && part < p.all_parts;
    var sum = 0.0;
    if inside {
        let first = part % p.parts * p.part;
        let end = min(first + p.part, p.size);
        let block = p.head.starts[0].x + part / p.parts * p.size * p.inner + col;
        for (var row = first + lane % TEAM / WIDTH; row < end; row += HEIGHT) {
            let value = x[block + row * p.inner];
            sum += select(value, value * value, SQUARED == 1u);
        }
    }
    sums[lane] = sum;
    for (var half = TEAM / 2u; half >= WIDTH; half /= 2u) {
        workgroupBarrier();
        if lane % TEAM < half {
            sums[lane] += sums[lane + half];
        }
    }
    if inside && lane % TEAM < WIDTH {
        y[p.head.starts[0].y + part * p.inner + col] = sums[lane];
    }
}
