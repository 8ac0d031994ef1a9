use super::harness::{Guarded, SIZES, TOLERANCE, assert_close, doubles, numbers};
use super::on_both::{OnBoth, on_both};
use liedwerk::gpu::Gpu;
use liedwerk::wgsl::layer_norm::{layer_norm, layer_norm_backward};

const EPS: f32 = 1e-5;

/// Mean and 1 / standard deviation of a row.
fn statistics(x: &[f64]) -> (f64, f64) {
    let mean = x.iter().sum::<f64>() / x.len() as f64;
    let variance = x.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / x.len() as f64;
    (mean, 1.0 / (variance + f64::from(EPS)).sqrt())
}

/// What comes out in double precision: y, mean, rstd, and the gradients of x, weight and bias.
fn oracle(x: &[f64], weight: &[f64], bias: &[f64], dy: &[f64]) -> [Vec<f64>; 6] {
    let cols = weight.len();
    let mut found: [Vec<f64>; 6] = Default::default();
    found[4] = vec![0.0; cols];
    found[5] = vec![0.0; cols];
    for (x, dy) in x.chunks_exact(cols).zip(dy.chunks_exact(cols)) {
        let (mean, rstd) = statistics(x);
        let n: Vec<f64> = x.iter().map(|x| (x - mean) * rstd).collect();
        let g: Vec<f64> = dy.iter().zip(weight).map(|(dy, weight)| dy * weight).collect();
        let mean_g = g.iter().sum::<f64>() / cols as f64;
        let mean_gn = g.iter().zip(&n).map(|(g, n)| g * n).sum::<f64>() / cols as f64;
        for col in 0..cols {
            found[0].push(n[col] * weight[col] + bias[col]);
            found[3].push(rstd * (g[col] - mean_g - n[col] * mean_gn));
            found[4][col] += dy[col] * n[col];
            found[5][col] += dy[col];
        }
        found[1].push(mean);
        found[2].push(rstd);
    }
    found
}

async fn check(gpu: &Gpu, rows: usize, cols: usize) {
    let (x, dy) = (numbers(rows * cols, 1), numbers(rows * cols, 2));
    // Off centre, as the sums over the rows are: where signs cancel, an error has nothing to be held against.
    let [x, dy] = [x, dy].map(|x| -> Vec<f32> { x.iter().map(|x| x + 0.25).collect() });
    let (weight, bias) = (numbers(cols, 3), numbers(cols, 4));
    let expected = oracle(&doubles(&x), &doubles(&weight), &doubles(&bias), &doubles(&dy));
    let [x, dy, weight, bias] = [&x, &dy, &weight, &bias].map(|x| Guarded::new(gpu, x));
    let out = |len: usize| Guarded::output(gpu, len);
    let found = [rows * cols, rows, rows, rows * cols, cols, cols].map(out);
    let [y, mean, rstd, dx, dweight, dbias] = found.each_ref().map(Guarded::view);
    let [x, dy, weight, bias] = [&x, &dy, &weight, &bias].map(Guarded::view);
    layer_norm(x, weight, bias, EPS, y, mean, rstd, cols);
    layer_norm_backward(x, weight, mean, rstd, dy, dx, dweight, dbias, cols);
    let names = ["y", "mean", "rstd", "dx", "dweight", "dbias"];
    for ((name, found), expected) in names.into_iter().zip(found).zip(expected) {
        let tolerance = TOLERANCE;
        assert_close(&format!("{name} of {rows} x {cols}"), &found.read().await, &expected, tolerance);
    }
}

/// Every size of rows and columns, short rows and long ones, blocks of rows that are full and just begun.
pub async fn forward_and_backward(gpu: &Gpu) {
    // A row of one element has no variance: its gradient is a difference of equal numbers.
    for size in SIZES.into_iter().filter(|size| *size > 1) {
        check(gpu, 3, size).await;
    }
    for rows in [0, 1, 32, 33] {
        check(gpu, rows, 70).await;
    }
    for (rows, cols) in [(65, 32), (2, 1025), (4099, 5)] {
        check(gpu, rows, cols).await;
    }
}

/// A constant row gives the bias, one far from zero its deviations, and a single column no gradient.
pub async fn hostile(gpu: &Gpu) {
    let x = [[3.0; 4], [1e4, 1e4 + 1.0, 1e4 + 2.0, 1e4 + 3.0]].concat();
    let [x, weight, bias] = [&x[..], &[2.0; 4], &[0.5; 4]].map(|x| Guarded::new(gpu, x));
    let out = [8, 2, 2].map(|len| Guarded::output(gpu, len));
    let [y, mean, rstd] = out.each_ref().map(Guarded::view);
    layer_norm(x.view(), weight.view(), bias.view(), EPS, y, mean, rstd, 4);
    let (y, deviation) = (out[0].read().await, 1.25_f64.sqrt());
    assert_eq!(y[..4], [0.5; 4]);
    let expected = [-1.5, -0.5, 0.5, 1.5].map(|x| 2.0 * x / deviation + 0.5);
    assert_close("far from zero", &y[4..], &expected, 1e-5);
    let ones = Guarded::new(gpu, &[1.0]);
    let out = [1, 1, 1].map(|len| Guarded::output(gpu, len));
    let [one, mean, rstd] = [ones.view(); 3];
    let [dx, dweight, dbias] = out.each_ref().map(Guarded::view);
    layer_norm_backward(one, one, mean, rstd, one, dx, dweight, dbias, 1);
    assert_eq!([out[0].read().await[0], out[1].read().await[0], out[2].read().await[0]], [0.0, 0.0, 1.0]);
}

pub async fn ops(gpu: &Gpu) {
    let cases = [&[3, 2, 7][..], &[5, 300]].map(|shape| {
        let cols = *shape.last().expect("a shape");
        OnBoth::new("layer_norm", &[shape, &[cols], &[cols]], |x| x[0].layer_norm(&x[1], &x[2], EPS))
    });
    on_both(gpu, cases.into()).await;
}
