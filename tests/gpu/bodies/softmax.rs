use super::harness::{Guarded, SIZES, TOLERANCE, assert_close, doubles, numbers};
use liedwerk::gpu::Gpu;
use liedwerk::wgsl::softmax::{log_softmax, softmax};

/// Softmax of one row in double precision.
fn row(x: &[f64]) -> Vec<f64> {
    let max = x.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let exp: Vec<f64> = x.iter().map(|x| (x - max).exp()).collect();
    let sum: f64 = exp.iter().sum();
    exp.iter().map(|e| e / sum).collect()
}

pub async fn forward(gpu: &Gpu) {
    for (rows, cols) in SIZES.into_iter().flat_map(|rows| [(rows, 65), (3, rows)]).chain([(2, 70_001)]) {
        let x: Vec<f32> = numbers(rows * cols, 1).iter().map(|x| 9.0 * x).collect();
        let expected: Vec<f64> = doubles(&x).chunks(cols.max(1)).flat_map(row).collect();
        let logs: Vec<f64> = expected.iter().map(|p| p.ln()).collect();
        let (input, y, log) =
            (Guarded::new(gpu, &x), Guarded::output(gpu, x.len()), Guarded::output(gpu, x.len()));
        softmax(input.view(), y.view(), cols);
        log_softmax(input.view(), log.view(), cols);
        assert_close(&format!("softmax {rows} x {cols}"), &y.read().await, &expected, TOLERANCE);
        assert_close(&format!("log_softmax {rows} x {cols}"), &log.read().await, &logs, TOLERANCE);
    }
}

/// Large numbers neither overflow nor vanish; a row that is masked throughout gives zeros.
pub async fn hostile(gpu: &Gpu) {
    let inf = f32::NEG_INFINITY;
    let x = [1e4, -1e4, 1e4, inf, inf, inf, inf, 0.0, 0.0];
    let (input, y) = (Guarded::new(gpu, &x), Guarded::output(gpu, 9));
    softmax(input.view(), y.view(), 3);
    assert_eq!(y.read().await, [0.5, 0.0, 0.5, 0.0, 0.0, 0.0, 0.0, 0.5, 0.5]);
}
