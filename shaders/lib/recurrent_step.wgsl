// One step of a recurrent layer for a few rows, up to the sums that enter the gates; decoding runs this once
// per layer and token. A workgroup has one hidden unit and up to four rows. Each quarter of it computes the
// sum of one of four gates, with 64 invocations over the inputs and units. Every weight is read once for the
// four rows.

struct Params {
    head: Head,
    rows: u32,
    inputs: u32,
    hidden: u32,
}

@group(0) @binding(0) var<uniform> p: Params;
// (R, I)
@group(0) @binding(1) var<storage, read> x: array<f32>;
// (gates H, I)
@group(0) @binding(2) var<storage, read> weight_ih: array<f32>;
// (gates H, H)
@group(0) @binding(3) var<storage, read> weight_hh: array<f32>;
// (gates H) each.
@group(0) @binding(4) var<storage, read> bias_ih: array<f32>;
@group(0) @binding(5) var<storage, read> bias_hh: array<f32>;
// (R, H)
@group(0) @binding(6) var<storage, read> h: array<f32>;

const LANES: u32 = 64u;
const ROWS: u32 = 4u;

// By invocation; one component per row.
var<workgroup> sums: array<vec4<f32>, 256>;

fn weight_ih_at(index: u32) -> f32 {
    return weight_ih[p.head.starts[0].y + index];
}

fn weight_hh_at(index: u32) -> f32 {
    return weight_hh[p.head.starts[0].z + index];
}

// The workgroup's rows. Past the last row, that row is repeated.
fn rows_from(first: u32) -> vec4<u32> {
    return min(vec4(first) + vec4(0u, 1u, 2u, 3u), vec4(p.rows - 1u));
}

// This invocation's share of W_ih x and of W_hh h for row `row` of the weights.
fn input_share(row: u32, first: u32, lane: u32) -> vec4<f32> {
    let at = p.head.starts[0].x + rows_from(first) * p.inputs;
    var sum = vec4<f32>();
    for (var k = lane % LANES; k < p.inputs; k += LANES) {
        sum += weight_ih_at(row * p.inputs + k) * vec4(x[at.x + k], x[at.y + k], x[at.z + k], x[at.w + k]);
    }
    return sum;
}

fn state_share(row: u32, first: u32, lane: u32) -> vec4<f32> {
    let at = p.head.starts[1].y + rows_from(first) * p.hidden;
    var sum = vec4<f32>();
    for (var k = lane % LANES; k < p.hidden; k += LANES) {
        sum += weight_hh_at(row * p.hidden + k) * vec4(h[at.x + k], h[at.y + k], h[at.z + k], h[at.w + k]);
    }
    return sum;
}

// Adds up the shares of each quarter; afterwards sums[64 q] is the total of quarter q.
fn add_up(share: vec4<f32>, lane: u32) {
    sums[lane] = share;
    for (var half = LANES / 2u; half > 0u; half /= 2u) {
        workgroupBarrier();
        if lane % LANES < half {
            sums[lane] += sums[lane + half];
        }
    }
    workgroupBarrier();
}
