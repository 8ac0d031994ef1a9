use super::harness::{Guarded, SIZES, TOLERANCE, assert_close, doubles, numbers};
use super::on_both::{OnBoth, on_both};
use liedwerk::gpu::Gpu;
use liedwerk::wgsl::softmax::{log_softmax, log_softmax_backward, softmax, softmax_backward};

/// Softmax of one row in double precision, zeros if all is masked.
pub fn row(x: &[f64]) -> Vec<f64> {
    let max = x.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let exp: Vec<f64> =
        x.iter().map(|x| if max == f64::NEG_INFINITY { 0.0 } else { (x - max).exp() }).collect();
    let sum: f64 = exp.iter().sum();
    exp.iter().map(|e| if sum == 0.0 { 0.0 } else { e / sum }).collect()
}

/// Rows and columns: every size of either, where the kernels change (32, 1024), a row of many rounds, and more
/// workgroups than fit into one dimension.
fn shapes() -> impl Iterator<Item = (usize, usize)> {
    let sizes = SIZES.into_iter().flat_map(|size| [(size, 65), (3, size)]);
    sizes.chain([(65, 32), (64, 33), (3, 1024), (2, 1025), (2, 20_001), (65_537, 33)])
}

pub async fn forward(gpu: &Gpu) {
    for (rows, cols) in shapes() {
        let x: Vec<f32> = numbers(rows * cols, 1).iter().map(|x| 9.0 * x).collect();
        let expected: Vec<f64> = doubles(&x).chunks(cols.max(1)).flat_map(row).collect();
        let logs: Vec<f64> = expected.iter().map(|p| p.ln()).collect();
        let (input, y, log) =
            (Guarded::new(gpu, &x), Guarded::output(gpu, x.len()), Guarded::output(gpu, x.len()));
        softmax(input.view(), y.view(), cols);
        assert_close(&format!("softmax {rows} x {cols}"), &y.read().await, &expected, TOLERANCE);
        if rows > 60_000 {
            continue;
        }
        log_softmax(input.view(), log.view(), cols);
        assert_close(&format!("log_softmax {rows} x {cols}"), &log.read().await, &logs, TOLERANCE);
    }
}

pub async fn backward(gpu: &Gpu) {
    for (rows, cols) in shapes().filter(|(rows, _)| *rows < 60_000) {
        let (x, dy) = (doubles(&numbers(rows * cols, 1)), numbers(rows * cols, 2));
        let y: Vec<f32> = x.chunks(cols.max(1)).flat_map(row).map(|p| p as f32).collect();
        let logs: Vec<f32> = y.iter().map(|p| p.ln()).collect();
        let (y64, dy64, logs64) = (doubles(&y), doubles(&dy), doubles(&logs));
        let of_rows = |gradient: fn(&[f64], &[f64]) -> Vec<f64>, y: &[f64]| -> Vec<f64> {
            let rows = y.chunks(cols.max(1)).zip(dy64.chunks(cols.max(1)));
            rows.flat_map(|(y, dy)| gradient(y, dy)).collect()
        };
        let plain = of_rows(
            |y, dy| {
                let dot: f64 = y.iter().zip(dy).map(|(y, dy)| y * dy).sum();
                y.iter().zip(dy).map(|(y, dy)| y * (dy - dot)).collect()
            },
            &y64,
        );
        let of_log = of_rows(
            |y, dy| {
                let total: f64 = dy.iter().sum();
                y.iter().zip(dy).map(|(y, dy)| dy - y.exp() * total).collect()
            },
            &logs64,
        );
        let [y, logs, dy] = [&y, &logs, &dy].map(|x| Guarded::new(gpu, x));
        let [dx, dx_log] = [(); 2].map(|()| Guarded::output(gpu, rows * cols));
        softmax_backward(y.view(), dy.view(), dx.view(), cols);
        log_softmax_backward(logs.view(), dy.view(), dx_log.view(), cols);
        // The gradient of a single column is a difference of equal numbers.
        let tolerance = if cols == 1 { 1.0 } else { TOLERANCE };
        assert_close(&format!("softmax' {rows} x {cols}"), &dx.read().await, &plain, tolerance);
        assert_close(&format!("log_softmax' {rows} x {cols}"), &dx_log.read().await, &of_log, tolerance);
    }
}

/// Large numbers neither overflow nor vanish; a row that is masked throughout gives zeros, or stays. Short
/// rows and long ones.
pub async fn hostile(gpu: &Gpu) {
    let inf = f32::NEG_INFINITY;
    for cols in [3, 50] {
        let wide = |row: [f32; 3]| [&row[..], &vec![inf; cols - 3]].concat();
        let x = [[1e4, -1e4, 1e4], [inf; 3], [inf, 0.0, 0.0], [-1e4, inf, -2e4]].map(wide).concat();
        let (input, y, log) =
            (Guarded::new(gpu, &x), Guarded::output(gpu, x.len()), Guarded::output(gpu, x.len()));
        softmax(input.view(), y.view(), cols);
        log_softmax(input.view(), log.view(), cols);
        let first = |y: Vec<f32>| -> Vec<f32> { y.chunks(cols).flat_map(|row| &row[..3]).copied().collect() };
        let expected = [0.5, 0.0, 0.5, 0.0, 0.0, 0.0, 0.0, 0.5, 0.5, 1.0, 0.0, 0.0];
        assert_eq!(first(y.read().await), expected);
        let logs = first(log.read().await);
        assert_eq!(logs[3..7], [inf; 4], "{logs:?}");
        assert!((logs[1] + 20_000.0).abs() < 1.0 && logs[9..] == [0.0, inf, -1e4], "{logs:?}");
    }
}

pub async fn ops(gpu: &Gpu) {
    let cases = [&[3, 2, 7][..], &[5, 300]].map(|shape| {
        [
            OnBoth::new("softmax", &[shape], |x| x[0].softmax()),
            OnBoth::new("log_softmax", &[shape], |x| x[0].log_softmax()),
        ]
    });
    on_both(gpu, cases.into_iter().flatten().collect()).await;
}
