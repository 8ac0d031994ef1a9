use super::harness::{Guarded, SIZES, TOLERANCE, assert_close, numbers};
use liedwerk::cpu::matmul::Matmul;
use liedwerk::gpu::Gpu;
use liedwerk::wgsl::matmul::matmul;

/// A matrix (rows, cols), stored or its transpose stored, in double precision.
fn matrix(x: &[f32], rows: usize, cols: usize, transposed: bool) -> impl Fn(usize, usize) -> f64 + '_ {
    move |row, col| f64::from(if transposed { x[col * rows + row] } else { x[row * cols + col] })
}

fn oracle(spec: Matmul, a: &[f32], b: &[f32], c: &[f32]) -> Vec<f64> {
    let Matmul { m, k, n, trans_a, trans_b, accumulate } = spec;
    let (a, b) = (matrix(a, m, k, trans_a), matrix(b, k, n, trans_b));
    let value = |index: usize| {
        let start = if accumulate { f64::from(c[index]) } else { 0.0 };
        (0..k).fold(start, |sum, p| sum + a(index / n, p) * b(p, index % n))
    };
    (0..m * n).map(value).collect()
}

fn spec(m: usize, k: usize, n: usize, bits: u32) -> Matmul {
    let bit = |bit: u32| bits >> bit & 1 == 1;
    Matmul { m, k, n, trans_a: bit(0), trans_b: bit(1), accumulate: bit(2) }
}

async fn agrees(gpu: &Gpu, spec: Matmul) {
    let Matmul { m, k, n, .. } = spec;
    let (a, b, c) = (numbers(m * k, 1), numbers(k * n, 2), numbers(m * n, 3));
    let expected = oracle(spec, &a, &b, &c);
    let [a, b, c] = [a, b, c].map(|x| Guarded::new(gpu, &x));
    matmul(spec, a.view(), b.view(), c.view());
    assert_close(&format!("{spec:?}"), &c.read().await, &expected, TOLERANCE);
}

/// Every combination of transposes and sums, around the edges of tiles.
pub async fn products(gpu: &Gpu) {
    for (index, size) in SIZES.into_iter().enumerate() {
        for (m, k, n) in [(size, 7, 17), (33, size, 5), (2, 31, size)] {
            agrees(gpu, spec(m, k, n, index as u32 % 8)).await;
        }
    }
    for bits in 0..8 {
        agrees(gpu, spec(67, 70, 130, bits)).await;
    }
}
