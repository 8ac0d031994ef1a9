// What the cells of LSTM and GRU have in common. A workgroup has a tile of ROWS x 16 elements of the state
// (B, H). The cell itself takes one invocation an element. Where RECUR is 1, the sums over the units of the
// neighbouring step, which a cell begins with, are computed here as well, by all 256: they share each sum
// among 16 / ROWS invocations, and what they multiply goes through the workgroup's memory in slices.
//
// A kernel brings `weights_at`, `row_at` and `WEIGHTS_BY_UNIT`.

struct Params {
    head: Head,
    batch: u32,
    hidden: u32,
    // Of a gradient, 1: the step's output has one of its own.
    has_dy: u32,
}

// Rows of a tile: 1, 2, 4 or 8; 16 without the product.
override ROWS: u32 = 16u;
override RECUR: u32 = 0u;

const UNITS: u32 = 16u;
// Units of the neighbouring step in a slice.
const DEPTH: u32 = 32u;
// One more than are used, so that neighbours in either direction lie in different banks.
const STRIDE: u32 = UNITS + 1u;

// By unit of the neighbouring step and unit of the tile, and by row of the tile and unit of that step.
var<workgroup> weight_slice: array<vec4<f32>, 544>;
var<workgroup> row_slice: array<vec4<f32>, 256>;

// Where an invocation works.
struct Place {
    row: u32,
    unit: u32,
    // Whether it has the element's cell.
    has_cell: bool,
}

fn place_of(tile: u32, lane: u32) -> Place {
    let tiles_across = (p.hidden + UNITS - 1u) / UNITS;
    var place: Place;
    place.row = tile / tiles_across * ROWS + lane / UNITS % ROWS;
    place.unit = tile % tiles_across * UNITS + lane % UNITS;
    place.has_cell = lane < UNITS * ROWS && place.row < p.batch && place.unit < p.hidden;
    return place;
}

// The sum over k of `row_at(row, k) * weights_at(k, unit)`, whole for the invocations that have a cell.
fn recurrent_sum(tile: u32, lane: u32) -> vec4<f32> {
    let tiles_across = (p.hidden + UNITS - 1u) / UNITS;
    let first_row = tile / tiles_across * ROWS;
    let first_unit = tile % tiles_across * UNITS;
    let shares = UNITS / ROWS;
    let depth = DEPTH / shares;
    let begin = lane / (UNITS * ROWS) * depth;
    let row = lane / UNITS % ROWS * DEPTH;
    let unit = lane % UNITS;
    var sum = vec4<f32>();
    for (var first = 0u; first < p.hidden; first += DEPTH) {
        for (var i = lane; i < DEPTH * UNITS; i += 256u) {
            // Neighbouring invocations read neighbouring words.
            let at = select(vec2(i % DEPTH, i / DEPTH), vec2(i / UNITS, i % UNITS), WEIGHTS_BY_UNIT);
            let k = first + at.x;
            let to = first_unit + at.y;
            var weights = vec4<f32>();
            if k < p.hidden && to < p.hidden {
                weights = weights_at(k, to);
            }
            weight_slice[at.x * STRIDE + at.y] = weights;
        }
        for (var i = lane; i < DEPTH * ROWS; i += 256u) {
            let from_row = first_row + i / DEPTH;
            let k = first + i % DEPTH;
            var values = vec4<f32>();
            if from_row < p.batch && k < p.hidden {
                values = row_at(from_row, k);
            }
            row_slice[i] = values;
        }
        workgroupBarrier();
        var part = vec4<f32>();
        for (var k = begin; k < begin + depth; k += 1u) {
            part += row_slice[row + k] * weight_slice[k * STRIDE + unit];
        }
        sum += part;
        workgroupBarrier();
    }
    weight_slice[lane] = sum;
    workgroupBarrier();
    for (var share = 1u; share < shares; share += 1u) {
        sum += weight_slice[(lane + share * UNITS * ROWS) % 256u];
    }
    return sum;
}
