//! Helpers for the kernel tests: input numbers, oracles in double precision, comparisons.

/// Lengths around the lane count, tile sizes and block sizes.
pub(super) const SIZES: [usize; 7] = [0, 1, 3, 5, 17, 64, 65];

/// Pseudo-random numbers in [-1, 1).
pub(super) fn numbers(count: usize, seed: u32) -> Vec<f32> {
    let mut state = seed.wrapping_mul(2_654_435_761).wrapping_add(1);
    (0..count).map(|_| super::pseudo_random(&mut state)).collect()
}

pub(super) fn doubles(x: &[f32]) -> Vec<f64> {
    x.iter().map(|&x| f64::from(x)).collect()
}

/// A scalar loss over several outputs: the sum of their products with `weights`.
pub(super) fn weighted(x: &[f64], weights: &[f32]) -> f64 {
    x.iter().zip(weights).map(|(x, &w)| x * f64::from(w)).sum()
}

/// Asserts that each element differs by at most `tolerance * (1 + |expected|)`.
#[track_caller]
pub(super) fn assert_close(what: &str, actual: &[f32], expected: &[f64], tolerance: f64) {
    assert_eq!(actual.len(), expected.len(), "{what}: length");
    for (index, (&actual, &expected)) in actual.iter().zip(expected).enumerate() {
        let difference = (f64::from(actual) - expected).abs() / (1.0 + expected.abs());
        assert!(difference <= tolerance, "{what}: at {index} {actual} instead of {expected}");
    }
}

/// The gradient of `loss` at `x` by central differences in double precision.
pub(super) fn gradient(x: &[f32], loss: impl Fn(&[f64]) -> f64) -> Vec<f64> {
    const STEP: f64 = 1e-5;
    let mut point = doubles(x);
    (0..x.len())
        .map(|index| {
            let centre = point[index];
            point[index] = centre + STEP;
            let above = loss(&point);
            point[index] = centre - STEP;
            let below = loss(&point);
            point[index] = centre;
            (above - below) / (2.0 * STEP)
        })
        .collect()
}

/// Softmax of one row in double precision.
pub(super) fn softmax_row(x: &[f64]) -> Vec<f64> {
    let max = x.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let exp: Vec<f64> = x.iter().map(|x| (x - max).exp()).collect();
    let sum: f64 = exp.iter().sum();
    exp.iter().map(|e| e / sum).collect()
}

pub(super) fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

/// The error function, by a series whose terms all have the same sign.
pub(super) fn erf(x: f64) -> f64 {
    let (mut term, mut sum) = (x, 0.0);
    for n in 0..200 {
        sum += term;
        term *= 2.0 * x * x / f64::from(2 * n + 3);
    }
    sum * (-x * x).exp() * std::f64::consts::FRAC_2_SQRT_PI
}

pub(super) fn bits(x: &[f32]) -> Vec<u32> {
    x.iter().map(|x| x.to_bits()).collect()
}
