// Shared by the cells of LSTM and GRU. A workgroup has a tile of ROWS x 16 elements of the state (B, H). The
// cell itself is computed with one invocation per element. With RECUR = 1 the recurrent sums, over the units
// of the neighbouring step, are computed here as well: an invocation sums for one unit and four rows, so that
// each weight is used four times, and shares each sum with 64 / ROWS - 1 others. The factors pass through
// workgroup memory in slices of DEPTH units.
//
// A kernel must define `weights_at`, `row_at` and `BACKWARD`.

struct Params {
    head: Head,
    batch: u32,
    hidden: u32,
    // Gradients only, 1: the step's output has a gradient of its own.
    has_dy: u32,
}

// Rows per tile: 4, 8 or 16.
override ROWS: u32 = 16u;
override RECUR: u32 = 0u;

const UNITS: u32 = 16u;
const DEPTH: u32 = 32u;
// Forward, adjacent invocations fill a slice along the units of the neighbouring step; one unused column more
// keeps them in different banks.
const STRIDE: u32 = select(17u, 16u, BACKWARD);
// Numbers per row and unit of the neighbouring step: backward, a gradient for each gate.
const PARTS: u32 = select(1u, 4u, BACKWARD);

// Weights of four gates by unit of the neighbouring step and unit of the tile; and four rows by unit of the
// neighbouring step and part.
var<workgroup> weight_slice: array<vec4<f32>, DEPTH * STRIDE>;
var<workgroup> row_slice: array<vec4<f32>, DEPTH * PARTS * 4u>;

// The element that an invocation works on.
struct Place {
    row: u32,
    unit: u32,
    // Whether the invocation computes this element's cell.
    has_cell: bool,
}

fn place_of(tile: u32, lane: u32) -> Place {
    let tiles_across = (p.hidden + UNITS - 1u) / UNITS;
    var place: Place;
    place.row = tile / tiles_across * ROWS + lane / UNITS;
    place.unit = tile % tiles_across * UNITS + lane % UNITS;
    place.has_cell = lane < UNITS * ROWS && place.row < p.batch && place.unit < p.hidden;
    return place;
}

fn row_or_zero(row: u32, k: u32, part: u32) -> f32 {
    if row < p.batch && k < p.hidden {
        return row_at(row, k, part);
    }
    return 0.0;
}

// Loads the slice that starts with unit `first` of the neighbouring step.
fn load_slice(first: u32, first_row: u32, first_unit: u32, lane: u32) {
    for (var i = lane; i < DEPTH * UNITS; i += 256u) {
        // Adjacent invocations read adjacent words.
        let at = select(vec2(i % DEPTH, i / DEPTH), vec2(i / UNITS, i % UNITS), BACKWARD);
        let k = first + at.x;
        let unit = first_unit + at.y;
        var weights = vec4<f32>();
        if k < p.hidden && unit < p.hidden {
            weights = weights_at(k, unit);
        }
        weight_slice[at.x * STRIDE + at.y] = weights;
    }
    let quads = ROWS / 4u;
    for (var i = lane; i < DEPTH * PARTS * quads; i += 256u) {
        let k = i % DEPTH;
        let part = i / DEPTH % PARTS;
        let quad = i / (DEPTH * PARTS);
        let row = first_row + 4u * quad;
        row_slice[(k * PARTS + part) * quads + quad] = vec4(
            row_or_zero(row, first + k, part),
            row_or_zero(row + 1u, first + k, part),
            row_or_zero(row + 2u, first + k, part),
            row_or_zero(row + 3u, first + k, part),
        );
    }
}

// Adds up the shares, of four rows each, and returns the sum for this invocation's element.
fn add_up(share: vec4<f32>, lane: u32) -> f32 {
    workgroupBarrier();
    weight_slice[lane] = share;
    workgroupBarrier();
    let row = lane / UNITS % ROWS;
    var sum = 0.0;
    for (var at = row / 4u * UNITS + lane % UNITS; at < 256u; at += UNITS * ROWS / 4u) {
        sum += weight_slice[at][row % 4u];
    }
    return sum;
}

// The sums over k of `row_at(row, k) * weights_at(k, unit)` for this invocation's element, by gate; backward
// their total, in x.
fn recurrent_sum(tile: u32, lane: u32) -> vec4<f32> {
    let tiles_across = (p.hidden + UNITS - 1u) / UNITS;
    let quads = ROWS / 4u;
    let depth = DEPTH * ROWS / 64u;
    let begin = lane / (UNITS * quads) * depth;
    let quad = lane / UNITS % quads;
    let unit = lane % UNITS;
    // Forward one per gate, backward only the first; each for four rows.
    var sum_0 = vec4<f32>();
    var sum_1 = vec4<f32>();
    var sum_2 = vec4<f32>();
    var sum_3 = vec4<f32>();
    for (var first = 0u; first < p.hidden; first += DEPTH) {
        workgroupBarrier();
        load_slice(first, tile / tiles_across * ROWS, tile % tiles_across * UNITS, lane);
        workgroupBarrier();
        for (var k = begin; k < begin + depth; k += 1u) {
            let w = weight_slice[k * STRIDE + unit];
            let at = k * PARTS * quads + quad;
            if BACKWARD {
                let low = row_slice[at] * w.x + row_slice[at + quads] * w.y;
                sum_0 += low + (row_slice[at + 2u * quads] * w.z + row_slice[at + 3u * quads] * w.w);
            } else {
                let rows = row_slice[at];
                sum_0 += rows * w.x;
                sum_1 += rows * w.y;
                sum_2 += rows * w.z;
                sum_3 += rows * w.w;
            }
        }
    }
    if BACKWARD {
        return vec4(add_up(sum_0, lane), 0.0, 0.0, 0.0);
    }
    return vec4(add_up(sum_0, lane), add_up(sum_1, lane), add_up(sum_2, lane), add_up(sum_3, lane));
}
