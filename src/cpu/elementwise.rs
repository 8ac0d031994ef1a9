//! Elementwise functions, and the in-place updates that gradients need.

use super::lanes::{LANES, load, load_or, max, store};
use super::math::{erf4, exp4, ln4, sigmoid4, tanh4};
use super::parallel::{In, Out, for_rows};
use wide::f32x4;

/// A function of one operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unary {
    /// e^x
    Exp,
    /// ln x
    Log,
    /// Square root
    Sqrt,
    /// Hyperbolic tangent
    Tanh,
    /// 1 / (1 + e^-x)
    Sigmoid,
    /// max(x, 0)
    Relu,
    /// `x/2 * (1 + tanh(sqrt(2/pi) * (x + 0.044715 x^3)))`, GPT-2's approximation of GELU.
    Gelu,
    /// -x
    Neg,
    /// x^2
    Square,
    /// `x Phi(x)` with the exact normal distribution, as in BERT.
    GeluErf,
}

/// A function of two operands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Binary {
    /// a + b
    Add,
    /// a - b
    Sub,
    /// a * b
    Mul,
    /// a / b
    Div,
}

const GELU_SCALE: f32 = 0.797_884_6;
const GELU_CUBE: f32 = 0.044_715;
/// Density of the standard normal distribution at 0: `1 / sqrt(2 pi)`.
const NORMAL_DENSITY: f32 = 0.398_942_3;

#[inline(always)]
fn splat(value: f32) -> f32x4 {
    f32x4::splat(value)
}

#[inline(always)]
fn gelu_tanh(x: f32x4) -> f32x4 {
    tanh4(splat(GELU_SCALE) * (x + splat(GELU_CUBE) * (x * x * x)))
}

#[inline(always)]
fn gelu_derivative(x: f32x4) -> f32x4 {
    let tanh = gelu_tanh(x);
    let inner = splat(GELU_SCALE) * (splat(1.0) + splat(3.0 * GELU_CUBE) * (x * x));
    splat(0.5) * (splat(1.0) + tanh) + splat(0.5) * x * (splat(1.0) - tanh * tanh) * inner
}

/// `Phi(x)`, the cumulative distribution function of the standard normal distribution.
#[inline(always)]
fn normal_below(x: f32x4) -> f32x4 {
    splat(0.5) * (splat(1.0) + erf4(x * splat(std::f32::consts::FRAC_1_SQRT_2)))
}

#[inline(always)]
fn gelu_erf_derivative(x: f32x4) -> f32x4 {
    normal_below(x) + x * (splat(NORMAL_DENSITY) * exp4(splat(-0.5) * (x * x)))
}

/// `y[i] = f(x[i])`; both slices have the same length.
pub fn unary(function: Unary, x: &[f32], y: &mut [f32]) {
    match function {
        Unary::Exp => map(x, y, exp4),
        Unary::Log => map(x, y, ln4),
        Unary::Sqrt => map(x, y, |x| x.sqrt()),
        Unary::Tanh => map(x, y, tanh4),
        Unary::Sigmoid => map(x, y, sigmoid4),
        Unary::Relu => map(x, y, |x| max(splat(0.0), x)),
        Unary::Gelu => map(x, y, |x| splat(0.5) * x * (splat(1.0) + gelu_tanh(x))),
        Unary::Neg => map(x, y, |x| -x),
        Unary::Square => map(x, y, |x| x * x),
        Unary::GeluErf => map(x, y, |x| x * normal_below(x)),
    }
}

/// `dx[i] = f'(x[i]) * dy[i]`, overwriting `dx`; `y` is the result of [`unary`]. All have the same length.
pub fn unary_backward(function: Unary, x: &[f32], y: &[f32], dy: &[f32], dx: &mut [f32]) {
    let one = splat(1.0);
    match function {
        Unary::Exp => map_backward(x, y, dy, dx, |_, y, dy| dy * y),
        Unary::Log => map_backward(x, y, dy, dx, |x, _, dy| dy / x),
        Unary::Sqrt => map_backward(x, y, dy, dx, |_, y, dy| dy / (y + y)),
        Unary::Tanh => map_backward(x, y, dy, dx, |_, y, dy| dy * (one - y * y)),
        Unary::Sigmoid => map_backward(x, y, dy, dx, |_, y, dy| dy * y * (one - y)),
        Unary::Relu => {
            map_backward(x, y, dy, dx, |x, _, dy| x.simd_gt(splat(0.0)).select(dy, splat(0.0)));
        }
        Unary::Gelu => map_backward(x, y, dy, dx, |x, _, dy| dy * gelu_derivative(x)),
        Unary::Neg => map_backward(x, y, dy, dx, |_, _, dy| -dy),
        Unary::Square => map_backward(x, y, dy, dx, |x, _, dy| dy * (x + x)),
        Unary::GeluErf => map_backward(x, y, dy, dx, |x, _, dy| dy * gelu_erf_derivative(x)),
    }
}

#[inline(always)]
fn map(x: &[f32], y: &mut [f32], function: impl Fn(f32x4) -> f32x4 + Sync) {
    assert_eq!(x.len(), y.len(), "unary: lengths");
    let length = x.len();
    for_rows((In(x, 1), Out(y, 1)), length, 1, |(x, y)| {
        for (x, y) in x.0.chunks(LANES).zip(y.0.chunks_mut(LANES)) {
            store(function(load(x)), y);
        }
    });
}

#[inline(always)]
fn map_backward(
    x: &[f32],
    y: &[f32],
    dy: &[f32],
    dx: &mut [f32],
    function: impl Fn(f32x4, f32x4, f32x4) -> f32x4 + Sync,
) {
    assert!([x.len(), y.len(), dy.len()] == [dx.len(); 3], "unary_backward: lengths");
    let length = x.len();
    for_rows((In(x, 1), In(y, 1), In(dy, 1), Out(dx, 1)), length, 1, |(x, y, dy, dx)| {
        let inputs = x.0.chunks(LANES).zip(y.0.chunks(LANES)).zip(dy.0.chunks(LANES));
        for (((x, y), dy), dx) in inputs.zip(dx.0.chunks_mut(LANES)) {
            store(function(load_or(x, 1.0), load_or(y, 1.0), load(dy)), dx);
        }
    });
}

/// `y += alpha * x`; both slices have the same length.
pub fn axpy(alpha: f32, x: &[f32], y: &mut [f32]) {
    assert_eq!(x.len(), y.len(), "axpy: lengths");
    let length = x.len();
    for_rows((In(x, 1), Out(y, 1)), length, 1, |(x, y)| {
        for (x, y) in x.0.iter().zip(y.0) {
            *y += alpha * x;
        }
    });
}

/// `y += x`; both slices have the same length.
pub fn add_assign(x: &[f32], y: &mut [f32]) {
    assert_eq!(x.len(), y.len(), "add_assign: lengths");
    let length = x.len();
    for_rows((In(x, 1), Out(y, 1)), length, 1, |(x, y)| {
        for (x, y) in x.0.iter().zip(y.0) {
            *y += x;
        }
    });
}

/// `y *= alpha`.
pub fn scale(alpha: f32, y: &mut [f32]) {
    let length = y.len();
    for_rows(Out(y, 1), length, 1, |y| {
        for y in y.0 {
            *y *= alpha;
        }
    });
}

#[cfg(test)]
mod tests {
    use super::super::testing::{SIZES, assert_close, doubles, erf, gradient, numbers, sigmoid, weighted};
    use super::*;

    const ALL: [Unary; 10] = [
        Unary::Exp,
        Unary::Log,
        Unary::Sqrt,
        Unary::Tanh,
        Unary::Sigmoid,
        Unary::Relu,
        Unary::Gelu,
        Unary::Neg,
        Unary::Square,
        Unary::GeluErf,
    ];

    fn oracle(function: Unary, x: f64) -> f64 {
        match function {
            Unary::Exp => x.exp(),
            Unary::Log => x.ln(),
            Unary::Sqrt => x.sqrt(),
            Unary::Tanh => x.tanh(),
            Unary::Sigmoid => sigmoid(x),
            Unary::Relu => x.max(0.0),
            Unary::Gelu => {
                let inner = (2.0 / std::f64::consts::PI).sqrt() * (x + 0.044_715 * x.powi(3));
                0.5 * x * (1.0 + inner.tanh())
            }
            Unary::Neg => -x,
            Unary::Square => x * x,
            Unary::GeluErf => 0.5 * x * (1.0 + erf(x * std::f64::consts::FRAC_1_SQRT_2)),
        }
    }

    #[test]
    fn functions_agree_with_the_oracle_and_their_differences() {
        for (function, length) in ALL.into_iter().flat_map(|f| SIZES.map(|length| (f, length))) {
            let mut x = numbers(length, 1);
            if matches!(function, Unary::Log | Unary::Sqrt) {
                x.iter_mut().for_each(|x| *x += 1.1);
            }
            let mut y = vec![f32::NAN; length];
            unary(function, &x, &mut y);
            let forward = |x: &[f64]| x.iter().map(|&x| oracle(function, x)).collect::<Vec<_>>();
            assert_close(&format!("{function:?}"), &y, &forward(&doubles(&x)), 1e-6);

            let (dy, mut dx) = (numbers(length, 2), vec![f32::NAN; length]);
            unary_backward(function, &x, &y, &dy, &mut dx);
            let expected = gradient(&x, |x| weighted(&forward(x), &dy));
            assert_close(&format!("{function:?} backward"), &dx, &expected, 1e-5);
        }
    }

    #[test]
    fn relu_keeps_not_a_number() {
        let mut y = [0.0; 3];
        unary(Unary::Relu, &[f32::NAN, -1.0, 2.0], &mut y);
        assert!(y[0].is_nan() && y[1..] == [0.0, 2.0], "{y:?}");
    }

    #[test]
    fn updates_add_and_multiply() {
        for length in SIZES {
            let (x, start) = (numbers(length, 3), numbers(length, 4));
            let expected = |f: fn(f64, f64) -> f64| -> Vec<f64> {
                x.iter().zip(&start).map(|(&x, &y)| f(f64::from(x), f64::from(y))).collect()
            };
            let mut y = start.clone();
            axpy(2.5, &x, &mut y);
            assert_close("axpy", &y, &expected(|x, y| y + 2.5 * x), 1e-6);
            let mut y = start.clone();
            add_assign(&x, &mut y);
            assert_close("add_assign", &y, &expected(|x, y| x + y), 1e-6);
            let mut y = start.clone();
            scale(-3.0, &mut y);
            assert_close("scale", &y, &expected(|_, y| -3.0 * y), 1e-6);
        }
    }
}
