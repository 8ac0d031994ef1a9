//! `exp`, `tanh`, `sigmoid`, `ln` and `erf` from basic arithmetic only.
//!
//! The standard library calls the platform's mathematics library, whose last bits differ between machines.
//! These polynomials (Cephes, single precision) have the same bits everywhere and a relative error below
//! 3e-7. Scalars use the same vector code, so that a scalar and a lane agree as well.

use super::lanes::{max, min};
use wide::{f32x4, i32x4};

/// ln 2 as the sum of two numbers; the first has so few bits that `n * LN2_HIGH` is exact.
#[expect(clippy::excessive_precision, reason = "355/512 in full shows that its lower bits are zero")]
const LN2_HIGH: f32 = 0.693_359_375;
const LN2_LOW: f32 = -2.121_944_4e-4;
/// 1.5 * 2^23: adding it rounds to an integer, which is then in the low bits.
const ROUNDER: f32 = 12_582_912.0;
#[inline(always)]
fn splat(value: f32) -> f32x4 {
    f32x4::splat(value)
}

#[inline(always)]
fn polynomial<const N: usize>(x: f32x4, coefficients: [f32; N]) -> f32x4 {
    let mut sum = splat(coefficients[0]);
    for &coefficient in &coefficients[1..] {
        sum = sum * x + splat(coefficient);
    }
    sum
}

/// Range in which e^x is neither subnormal nor infinite.
const LOWEST: f32 = -87.336_54;
const HIGHEST: f32 = 88.722_83;

/// Reduces the argument of e^x: `(n << 23, e^r - 1)` with `x = n ln 2 + r`, integer `n` and
/// `|r| <= ln 2 / 2`.
#[inline(always)]
fn reduced_exp(x: f32x4) -> (i32x4, f32x4) {
    let rounded = x * splat(std::f32::consts::LOG2_E) + splat(ROUNDER);
    let n = rounded - splat(ROUNDER);
    let r = x - n * splat(LN2_HIGH) - n * splat(LN2_LOW);
    let p =
        polynomial(r, [1.987_569_1e-4, 1.398_199_9e-3, 8.333_452e-3, 4.166_579_6e-2, 1.666_666_5e-1, 5e-1]);
    // The low bits of `rounded` are n; shift them into the exponent.
    (bytemuck::cast::<f32x4, i32x4>(rounded) << 23, p * (r * r) + r)
}

/// e^x for `x` from `LOWEST` to `HIGHEST`.
#[inline(always)]
fn exp_within(x: f32x4) -> f32x4 {
    let (exponent, fraction) = reduced_exp(x);
    bytemuck::cast(bytemuck::cast::<f32x4, i32x4>(fraction + splat(1.0)) + exponent)
}

/// e^x. Overflows to infinity, flushes subnormal results to zero, propagates NaN.
#[inline(always)]
pub fn exp4(x: f32x4) -> f32x4 {
    let e = exp_within(max(splat(LOWEST), min(splat(HIGHEST), x)));
    let overflow = x.simd_gt(splat(HIGHEST)) & splat(f32::INFINITY);
    // Both comparisons are false for NaN, so e, which is NaN, passes through.
    (e & !x.simd_lt(splat(LOWEST))) + overflow
}

/// 1 / (1 + e^-x), never below the smallest normal number; propagates NaN.
#[inline(always)]
pub fn sigmoid4(x: f32x4) -> f32x4 {
    let x = max(splat(LOWEST), min(splat(-LOWEST), x));
    splat(1.0) / (splat(1.0) + exp_within(-x))
}

/// The hyperbolic tangent, `t / (t + 2)` with `t = e^2x - 1`; propagates NaN.
#[inline(always)]
pub fn tanh4(x: f32x4) -> f32x4 {
    // Outside this range the result rounds to 1.
    let x = max(splat(-10.0), min(splat(10.0), x));
    let (exponent, fraction) = reduced_exp(x + x);
    let power: f32x4 = bytemuck::cast(exponent + i32x4::splat(1.0_f32.to_bits() as i32));
    // e^2x - 1 without cancellation near zero, where power = 1.
    let t = power * fraction + (power - splat(1.0));
    t / (t + splat(2.0))
}

/// The natural logarithm: -inf at zero, NaN for negative numbers.
#[inline(always)]
pub fn ln4(x: f32x4) -> f32x4 {
    let subnormal = x.simd_lt(splat(f32::MIN_POSITIVE));
    let scaled = subnormal.select(x * splat(8_388_608.0), x);
    let bits: i32x4 = bytemuck::cast(scaled);
    // Choose the exponent so that the mantissa lies in [sqrt(1/2), sqrt(2)).
    let root_half = i32x4::splat(std::f32::consts::FRAC_1_SQRT_2.to_bits() as i32);
    let exponent = (bits - root_half) >> 23;
    let mantissa: f32x4 = bytemuck::cast(bits - (exponent << 23));
    let e = f32x4::from_i32x4(exponent) - subnormal.select(splat(23.0), splat(0.0));
    let r = mantissa - splat(1.0);
    let z = r * r;
    let p = polynomial(
        r,
        [
            7.037_683_6e-2,
            -1.151_461e-1,
            1.167_699_9e-1,
            -1.242_014_1e-1,
            1.424_932_3e-1,
            -1.666_805_8e-1,
            2.000_071_5e-1,
            -2.499_999_4e-1,
            3.333_333e-1,
        ],
    );
    let log = r + (p * r * z + e * splat(LN2_LOW) - splat(0.5) * z) + e * splat(LN2_HIGH);
    let log = x.simd_ge(splat(f32::INFINITY)).select(x, log);
    let log = x.simd_gt(splat(0.0)).select(log, splat(f32::NAN));
    (x.abs().simd_lt(splat(f32::from_bits(1)))).select(splat(f32::NEG_INFINITY), log)
}

/// The error function, a ratio of polynomials (Eigen's, single precision) with an error below 5e-7;
/// propagates NaN.
#[inline(always)]
pub fn erf4(x: f32x4) -> f32x4 {
    let inside = max(splat(-4.0), min(splat(4.0), x));
    let z = inside * inside;
    let above = polynomial(
        z,
        [
            -2.726_142_3e-10,
            2.770_681_4e-8,
            -2.101_024e-6,
            -5.692_506_5e-5,
            -7.349_906_3e-4,
            -2.954_6e-3,
            -1.609_603_3e-2,
        ],
    );
    let below =
        polynomial(z, [-1.456_607_2e-5, -2.133_740_5e-4, -1.682_827e-3, -7.373_329_2e-3, -1.426_473_9e-2]);
    // Beyond this the result rounds to 1, and must be exactly 1: GELU multiplies the remainder by any number.
    let far = x.abs().simd_ge(splat(3.92));
    far.select(max(splat(-1.0), min(splat(1.0), x)), inside * above / below)
}

/// e^x, with the same bits as [`exp4`].
pub fn exp(x: f32) -> f32 {
    exp4(splat(x)).to_array()[0]
}

/// The hyperbolic tangent, with the same bits as [`tanh4`].
pub fn tanh(x: f32) -> f32 {
    tanh4(splat(x)).to_array()[0]
}

/// 1 / (1 + e^-x), with the same bits as [`sigmoid4`].
pub fn sigmoid(x: f32) -> f32 {
    sigmoid4(splat(x)).to_array()[0]
}

/// The natural logarithm, with the same bits as [`ln4`].
pub fn ln(x: f32) -> f32 {
    ln4(splat(x)).to_array()[0]
}

/// The error function, with the same bits as [`erf4`].
#[cfg(test)]
fn erf(x: f32) -> f32 {
    erf4(splat(x)).to_array()[0]
}

#[cfg(test)]
mod tests {
    use super::super::testing;
    use super::*;

    /// The largest relative error over `from..to`. For results below `f32::MIN_POSITIVE`, the absolute error
    /// relative to the spacing of subnormal numbers.
    fn worst(from: f32, to: f32, actual: fn(f32) -> f32, expected: fn(f64) -> f64) -> f64 {
        let steps = 200_000;
        let error = |index: i32| {
            let x = from + (to - from) * (index as f32 / steps as f32);
            let (actual, expected) = (f64::from(actual(x)), expected(f64::from(x)));
            let scale = expected.abs().max(f64::from(f32::MIN_POSITIVE));
            (actual - expected).abs() / scale
        };
        (0..=steps).map(error).fold(0.0, f64::max)
    }

    #[test]
    fn errors_stay_below_3e_minus_7() {
        let sigmoid64 = |x: f64| 1.0 / (1.0 + (-x).exp());
        let cases = [
            ("exp", worst(-87.3, 88.7, exp, f64::exp)),
            ("exp near zero", worst(-1.0, 1.0, exp, f64::exp)),
            ("sigmoid", worst(-87.0, 30.0, sigmoid, sigmoid64)),
            ("tanh", worst(-12.0, 12.0, tanh, f64::tanh)),
            ("tanh near zero", worst(-0.7, 0.7, tanh, f64::tanh)),
            ("tanh at zero", worst(-1e-4, 1e-4, tanh, f64::tanh)),
            ("ln", worst(1e-6, 100.0, ln, f64::ln)),
            ("ln of large numbers", worst(1.0, 3e38, ln, f64::ln)),
        ];
        for (name, error) in cases {
            assert!(error < 3e-7, "{name}: relative error {error:e}");
        }
        let error = worst(-6.0, 6.0, erf, testing::erf);
        assert!(error < 5e-7, "erf: relative error {error:e}");
    }

    #[test]
    fn limits_are_exact() {
        assert_eq!((exp(0.0), exp(-0.0), exp(1e4), exp(-1e4)), (1.0, 1.0, f32::INFINITY, 0.0));
        assert_eq!((exp(f32::INFINITY), exp(f32::NEG_INFINITY)), (f32::INFINITY, 0.0));
        assert_eq!((sigmoid(0.0), sigmoid(1e4), sigmoid(-1e4) < 2e-38), (0.5, 1.0, true));
        assert_eq!((tanh(1e4), tanh(-1e4), tanh(f32::NEG_INFINITY)), (1.0, -1.0, -1.0));
        assert_eq!((tanh(0.0), tanh(-0.0)), (0.0, 0.0));
        assert_eq!((erf(0.0), erf(3.95), erf(-1e4), erf(f32::INFINITY)), (0.0, 1.0, -1.0, 1.0));
        assert_eq!((ln(1.0), ln(0.0), ln(f32::INFINITY)), (0.0, f32::NEG_INFINITY, f32::INFINITY));
        assert!((ln(f32::from_bits(1)) - f32::from_bits(1).ln()).abs() < 1e-4);
        let undefined =
            [exp(f32::NAN), sigmoid(f32::NAN), tanh(f32::NAN), ln(f32::NAN), ln(-1.0), erf(f32::NAN)];
        assert!(undefined.iter().all(|x| x.is_nan()), "{undefined:?}");
    }

    #[test]
    fn lanes_do_not_depend_on_their_neighbours() {
        let x = [-3.7, 0.01, 55.0, f32::NEG_INFINITY];
        let lanes = f32x4::new(x);
        for (lane, &x) in x.iter().enumerate() {
            assert_eq!(exp4(lanes).to_array()[lane].to_bits(), exp(x).to_bits());
            assert_eq!(tanh4(lanes).to_array()[lane].to_bits(), tanh(x).to_bits());
            assert_eq!(sigmoid4(lanes).to_array()[lane].to_bits(), sigmoid(x).to_bits());
        }
    }
}
