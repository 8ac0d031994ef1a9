// exp, tanh, sigmoid, ln and erf with the polynomials of src/cpu/math.rs, since WGSL guarantees too little
// accuracy for its own. Names end in `_` so as not to shadow the built-in functions.

const LN2_HIGH: f32 = 0.693359375;
const LN2_LOW: f32 = -2.12194440e-4;
const LOG2_E: f32 = 1.44269504;
// Range in which e^x is neither subnormal nor infinite.
const EXP_LOWEST: f32 = -87.33654;
const EXP_HIGHEST: f32 = 88.72283;
// Replaces -infinity, which WGSL implementations need not support: below every number that a kernel compares.
const LOWEST: f32 = -3.4028234663852886e38;

// (n, e^r - 1) with x = n ln 2 + r.
fn reduced_exp(x: f32) -> vec2<f32> {
    let n = round(x * LOG2_E);
    let r = x - n * LN2_HIGH - n * LN2_LOW;
    var q = 1.9875691e-4;
    q = q * r + 1.3981999e-3;
    q = q * r + 8.333452e-3;
    q = q * r + 4.1665796e-2;
    q = q * r + 1.6666665e-1;
    q = q * r + 0.5;
    return vec2<f32>(n, q * (r * r) + r);
}

fn exp_(x: f32) -> f32 {
    let parts = reduced_exp(clamp(x, EXP_LOWEST, EXP_HIGHEST));
    // 2^n as two factors, since n may be 128.
    let low = i32(parts.x) / 2;
    let high = i32(parts.x) - low;
    let scale = bitcast<f32>((low + 127) << 23u) * bitcast<f32>((high + 127) << 23u);
    return select((parts.y + 1.0) * scale, 0.0, x < EXP_LOWEST);
}

fn sigmoid_(x: f32) -> f32 {
    return 1.0 / (1.0 + exp_(-clamp(x, EXP_LOWEST, -EXP_LOWEST)));
}

fn tanh_(x: f32) -> f32 {
    let inside = clamp(x, -10.0, 10.0);
    let parts = reduced_exp(inside + inside);
    let power = bitcast<f32>((i32(parts.x) + 127) << 23u);
    let t = power * parts.y + (power - 1.0);
    return t / (t + 2.0);
}

fn ln_(x: f32) -> f32 {
    let bits = bitcast<i32>(x);
    let exponent = (bits - 0x3f3504f3) >> 23u;
    let r = bitcast<f32>(bits - (exponent << 23u)) - 1.0;
    let e = f32(exponent);
    let z = r * r;
    var q = 7.0376836e-2;
    q = q * r - 1.151461e-1;
    q = q * r + 1.1676999e-1;
    q = q * r - 1.2420141e-1;
    q = q * r + 1.4249323e-1;
    q = q * r - 1.6668058e-1;
    q = q * r + 2.0000715e-1;
    q = q * r - 2.4999994e-1;
    q = q * r + 3.333333e-1;
    return r + (q * r * z + e * LN2_LOW - 0.5 * z) + e * LN2_HIGH;
}

fn erf_(x: f32) -> f32 {
    let inside = clamp(x, -4.0, 4.0);
    let z = inside * inside;
    var above = -2.7261423e-10;
    above = above * z + 2.7706814e-8;
    above = above * z - 2.101024e-6;
    above = above * z - 5.6925065e-5;
    above = above * z - 7.3499063e-4;
    above = above * z - 2.9545998e-3;
    above = above * z - 1.6096033e-2;
    var below = -1.4566072e-5;
    below = below * z - 2.1337405e-4;
    below = below * z - 1.682827e-3;
    below = below * z - 7.3733292e-3;
    below = below * z - 1.4264739e-2;
    return select(inside * above / below, clamp(x, -1.0, 1.0), abs(x) >= 3.92);
}
