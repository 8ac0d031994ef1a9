// Gradient of gather.wgsl: each row of the table receives the sum of the gradients of the places it was
// copied to, in a fixed order. A workgroup has one row and a tile of WIDTH columns; it adds 256 / WIDTH
// places at a time, then these in a tree of fixed shape. Rows that were never looked up are not written.
// `lists` holds, from word `first` on, the rows looked up; from word `bounds` on, where each one's places
// start; and from word `places` on, the places. Twin: src/cpu/gather.rs.

struct Params {
    head: Head,
    cols: u32,
    tiles: u32,
    // Word offsets in `lists`.
    first: u32,
    bounds: u32,
    places: u32,
    // First row of the bound part of the table.
    table_first: u32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> dy: array<f32>;
@group(0) @binding(2) var<storage, read> lists: array<u32>;
@group(0) @binding(3) var<storage, read_write> dtable: array<f32>;

const LANES: u32 = 256u;
override WIDTH: u32 = 32u;

var<workgroup> sums: array<f32, LANES>;

@compute @workgroup_size(LANES)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    let number = group_index(p.head.groups_x, group);
    if number >= p.head.groups {
        return;
    }
    let starts = p.head.starts[0];
    let col = (number % p.tiles) * WIDTH + lane % WIDTH;
    let entry = p.first + number / p.tiles;
    let begin = lists[starts.y + p.bounds + entry];
    let end = lists[starts.y + p.bounds + entry + 1u];
    var sum = 0.0;
    if col < p.cols {
        for (var place = begin + lane / WIDTH; place < end; place += LANES / WIDTH) {
            sum += dy[starts.x + lists[starts.y + p.places + place] * p.cols + col];
        }
    }
    sums[lane] = sum;
    for (var half = LANES / 2u; half >= WIDTH; half /= 2u) {
        workgroupBarrier();
        if lane < half {
            sums[lane] += sums[lane + half];
        }
    }
    if lane < WIDTH && col < p.cols {
        let row = lists[starts.y + entry] - p.table_first;
        dtable[starts.z + row * p.cols + col] = sums[lane];
    }
}
