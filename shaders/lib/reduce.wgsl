// Sums and maxima across the workgroup; every invocation receives the result. The tree has a fixed shape, so
// that equal input gives equal bits.
const WORKGROUP: u32 = 256u;
// Workgroup size, a power of two.
override WIDTH: u32 = WORKGROUP;

var<workgroup> partial: array<f32, WORKGROUP>;

fn workgroup_sum(value: f32, lane: u32) -> f32 {
    partial[lane] = value;
    for (var half = WIDTH / 2u; half > 0u; half /= 2u) {
        workgroupBarrier();
        if lane < half {
            partial[lane] += partial[lane + half];
        }
    }
    let sum = workgroupUniformLoad(&partial[0]);
    return sum;
}

fn workgroup_max(value: f32, lane: u32) -> f32 {
    partial[lane] = value;
    for (var half = WIDTH / 2u; half > 0u; half /= 2u) {
        workgroupBarrier();
        if lane < half {
            partial[lane] = max(partial[lane], partial[lane + half]);
        }
    }
    let largest = workgroupUniformLoad(&partial[0]);
    return largest;
}
