//! Layer normalisation over the last axis.

use super::lanes::{LANES, horizontal_sum, load};
use super::parallel::{In, Out, for_rows};
use wide::f32x4;

/// `y = (x - mean) * rstd * weight + bias` per row, with `rstd = 1 / sqrt(variance + eps)` and the
/// biased variance.
///
/// `x`, `y` (R, `cols`); `weight`, `bias` (`cols`); `mean`, `rstd` (R) are saved for the backward pass.
pub fn layer_norm(
    x: &[f32],
    weight: &[f32],
    bias: &[f32],
    eps: f32,
    y: &mut [f32],
    mean: &mut [f32],
    rstd: &mut [f32],
    cols: usize,
) {
    let rows = mean.len();
    assert!([x.len(), y.len()] == [rows * cols; 2] && rstd.len() == rows, "layer_norm: rows");
    assert!([weight.len(), bias.len()] == [cols; 2], "layer_norm: cols");
    if cols == 0 {
        return;
    }
    let operands = (In(x, cols), Out(y, cols), Out(mean, 1), Out(rstd, 1));
    for_rows(operands, rows, cols, |(x, y, mean, rstd)| {
        let statistics = mean.0.iter_mut().zip(rstd.0);
        let rows = x.0.chunks_exact(cols).zip(y.0.chunks_exact_mut(cols));
        for ((x, y), (mean, rstd)) in rows.zip(statistics) {
            (*mean, *rstd) = statistics_of(x, eps);
            let parameters = weight.iter().zip(bias);
            for ((x, y), (weight, bias)) in x.iter().zip(y).zip(parameters) {
                *y = (x - *mean) * *rstd * weight + bias;
            }
        }
    });
}

/// Mean and reciprocal standard deviation of one row, in two passes to avoid cancellation.
fn statistics_of(x: &[f32], eps: f32) -> (f32, f32) {
    let count = x.len() as f32;
    let sum = x.chunks(LANES).fold(f32x4::ZERO, |sum, x| sum + load(x));
    let mean = horizontal_sum(sum) / count;
    let (full, tail) = x.as_chunks::<LANES>();
    let squares = full.iter().fold(f32x4::ZERO, |sum, x| {
        let d = f32x4::new(*x) - f32x4::splat(mean);
        sum + d * d
    });
    let squares = tail.iter().fold(horizontal_sum(squares), |sum, x| sum + (x - mean) * (x - mean));
    (mean, 1.0 / (squares / count + eps).sqrt())
}

/// The gradient of [`layer_norm`]; with `n = (x - mean) * rstd` and `g = dy * weight`:
/// `dx = rstd * (g - mean_c(g) - n * mean_c(g * n))` (overwritten), `dweight += sum_r dy * n`,
/// `dbias += sum_r dy`.
///
/// `x`, `dy`, `dx` (R, `cols`); `weight`, `dweight`, `dbias` (`cols`); `mean`, `rstd` (R).
pub fn layer_norm_backward(
    x: &[f32],
    weight: &[f32],
    mean: &[f32],
    rstd: &[f32],
    dy: &[f32],
    dx: &mut [f32],
    dweight: &mut [f32],
    dbias: &mut [f32],
    cols: usize,
) {
    let rows = mean.len();
    assert!([x.len(), dy.len(), dx.len()] == [rows * cols; 3], "layer_norm_backward: rows");
    assert!([weight.len(), dweight.len(), dbias.len()] == [cols; 3], "layer_norm_backward: cols");
    assert_eq!(rstd.len(), rows, "layer_norm_backward: rstd");
    if cols == 0 {
        return;
    }
    for (r, (x, dy)) in x.chunks_exact(cols).zip(dy.chunks_exact(cols)).enumerate() {
        let sums = dweight.iter_mut().zip(dbias.iter_mut());
        for ((x, dy), (dweight, dbias)) in x.iter().zip(dy).zip(sums) {
            *dweight += dy * ((x - mean[r]) * rstd[r]);
            *dbias += dy;
        }
    }
    let operands = (In(x, cols), In(dy, cols), In(mean, 1), In(rstd, 1), Out(dx, cols));
    for_rows(operands, rows, cols, |(x, dy, mean, rstd, dx)| {
        let rows = x.0.chunks_exact(cols).zip(dy.0.chunks_exact(cols)).zip(dx.0.chunks_exact_mut(cols));
        for (((x, dy), dx), (&mean, &rstd)) in rows.zip(mean.0.iter().zip(rstd.0)) {
            row_backward(x, weight, mean, rstd, dy, dx);
        }
    });
}

fn row_backward(x: &[f32], weight: &[f32], mean: f32, rstd: f32, dy: &[f32], dx: &mut [f32]) {
    let (mean4, rstd4) = (f32x4::splat(mean), f32x4::splat(rstd));
    let lanes = x.chunks(LANES).zip(dy.chunks(LANES)).zip(weight.chunks(LANES));
    // Padding lanes have g = 0 and add nothing.
    let (sum_g, sum_gn) = lanes.fold((f32x4::ZERO, f32x4::ZERO), |(sum_g, sum_gn), ((x, dy), weight)| {
        let g = load(dy) * load(weight);
        (sum_g + g, sum_gn + g * ((load(x) - mean4) * rstd4))
    });
    let count = x.len() as f32;
    let (mean_g, mean_gn) = (horizontal_sum(sum_g) / count, horizontal_sum(sum_gn) / count);
    for (((x, dy), weight), dx) in x.iter().zip(dy).zip(weight).zip(dx) {
        let n = (x - mean) * rstd;
        *dx = rstd * (dy * weight - mean_g - n * mean_gn);
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{SIZES, assert_close, doubles, gradient, numbers, weighted};
    use super::*;

    const EPS: f32 = 1e-5;

    fn oracle(x: &[f64], weight: &[f64], bias: &[f64]) -> Vec<f64> {
        let row = |x: &[f64]| -> Vec<f64> {
            let count = x.len() as f64;
            let mean = x.iter().sum::<f64>() / count;
            let variance = x.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / count;
            let rstd = 1.0 / (variance + f64::from(EPS)).sqrt();
            x.iter().zip(weight).zip(bias).map(|((x, w), b)| (x - mean) * rstd * w + b).collect()
        };
        x.chunks(weight.len().max(1)).flat_map(row).collect()
    }

    #[test]
    fn agrees_with_the_oracle_and_its_differences() {
        let rows = 3;
        // A row of one element has no variance, so its gradient would be a difference of equal numbers.
        for cols in SIZES.into_iter().filter(|&cols| cols != 1) {
            let (x, dy) = (numbers(rows * cols, 1), numbers(rows * cols, 2));
            let (weight, bias) = (numbers(cols, 3), numbers(cols, 4));
            let (mut y, mut mean, mut rstd) = (vec![0.0; rows * cols], vec![0.0; rows], vec![0.0; rows]);
            layer_norm(&x, &weight, &bias, EPS, &mut y, &mut mean, &mut rstd, cols);
            let (x64, weight64, bias64) = (doubles(&x), doubles(&weight), doubles(&bias));
            assert_close("y", &y, &oracle(&x64, &weight64, &bias64), 1e-5);

            let mut dx = vec![f32::NAN; rows * cols];
            let (mut dweight, mut dbias) = (vec![1.0; cols], vec![1.0; cols]);
            layer_norm_backward(&x, &weight, &mean, &rstd, &dy, &mut dx, &mut dweight, &mut dbias, cols);
            dweight.iter_mut().chain(&mut dbias).for_each(|sum| *sum -= 1.0);
            let expected = gradient(&x, |x| weighted(&oracle(x, &weight64, &bias64), &dy));
            assert_close("dx", &dx, &expected, 1e-4);
            let expected = gradient(&weight, |weight| weighted(&oracle(&x64, weight, &bias64), &dy));
            assert_close("dweight", &dweight, &expected, 1e-5);
            let expected = gradient(&bias, |bias| weighted(&oracle(&x64, &weight64, bias), &dy));
            assert_close("dbias", &dbias, &expected, 1e-5);
        }
    }

    #[test]
    fn a_constant_row_gives_the_bias() {
        let (mut y, mut mean, mut rstd) = ([f32::NAN; 5], [0.0], [0.0]);
        layer_norm(&[3.0; 5], &[2.0; 5], &[0.5; 5], EPS, &mut y, &mut mean, &mut rstd, 5);
        assert_eq!(y, [0.5; 5]);
    }
}
