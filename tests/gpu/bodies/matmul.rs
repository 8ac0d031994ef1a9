use super::harness::{Guarded, SIZES, TOLERANCE, assert_close, numbers};
use half::f16;
use liedwerk::cpu::matmul::Matmul;
use liedwerk::gpu::{Buffer, Gpu};
use liedwerk::wgsl::matmul::{Activation, Weights, batched, linear, matmul, pack_f16, pack_int8};

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

/// Numbers in the GPU's memory, beginning at a multiple of four words or not.
fn place(gpu: &Gpu, values: &[f32], aligned: bool) -> Guarded {
    if aligned { Guarded::aligned(gpu, values) } else { Guarded::new(gpu, values) }
}

async fn agrees(gpu: &Gpu, spec: Matmul, aligned: bool) {
    let Matmul { m, k, n, .. } = spec;
    let (a, b, c) = (numbers(m * k, 1), numbers(k * n, 2), numbers(m * n, 3));
    let expected = oracle(spec, &a, &b, &c);
    let [a, b, c] = [a, b, c].map(|x| place(gpu, &x, aligned));
    matmul(spec, a.view(), b.view(), c.view());
    assert_close(&format!("{spec:?}, aligned: {aligned}"), &c.read().await, &expected, TOLERANCE);
}

/// Every combination of transposes and sums, around the edges of tiles.
pub async fn products(gpu: &Gpu) {
    for (index, size) in SIZES.into_iter().enumerate() {
        for (m, k, n) in [(size, 7, 17), (33, size, 5), (2, 31, size)] {
            agrees(gpu, spec(m, k, n, index as u32 % 8), index % 2 == 0).await;
        }
    }
    for bits in 0..8 {
        agrees(gpu, spec(67, 70, 130, bits), false).await;
        agrees(gpu, spec(68, 72, 132, bits), true).await;
    }
}

/// Few columns, long sums in parts and in pieces, and enough output for the largest tiles.
pub async fn shapes(gpu: &Gpu) {
    for (m, k, n, bits) in
        [(100, 40, 12, 2), (60, 36, 24, 1), (9, 1030, 13, 4), (20, 9001, 17, 5), (68, 2048, 64, 1)]
    {
        agrees(gpu, spec(m, k, n, bits), true).await;
    }
    agrees(gpu, spec(5, 5000, 3, 2), false).await;
    agrees(gpu, spec(1410, 3, 1410, 0), false).await;
}

/// A batch of products; a single matrix serves all.
pub async fn batches(gpu: &Gpu) {
    let items = 3;
    for (m, k, n, bits) in [(5, 7, 9, 0), (8, 16, 4, 3), (3, 600, 70, 6)] {
        let spec = spec(m, k, n, bits);
        for (of_a, of_b) in [(items, items), (1, items), (items, 1), (1, 1)] {
            let (a, b) = (numbers(of_a * m * k, 1), numbers(of_b * k * n, 2));
            let c = numbers(items * m * n, 3);
            let expected: Vec<f64> = (0..items)
                .flat_map(|item| {
                    let [a, b] = [(&a, of_a, m * k), (&b, of_b, k * n)]
                        .map(|(x, of, size)| &x[item % of * size..][..size]);
                    oracle(spec, a, b, &c[item * m * n..][..m * n])
                })
                .collect();
            let [a, b, c] = [a, b, c].map(|x| place(gpu, &x, bits == 3));
            batched(spec, items, a.view(), b.view(), c.view());
            assert_close(&format!("{items} x {spec:?}"), &c.read().await, &expected, TOLERANCE);
        }
    }
}

/// Weights as 16-bit numbers in the GPU's memory, and what they stand for.
fn f16_rows(gpu: &Gpu, w: &[f32], k: usize) -> (Buffer, Vec<f32>) {
    let rounded: Vec<f16> = w.iter().map(|&x| f16::from_f32(x)).collect();
    let words = pack_f16(&rounded, k);
    (gpu.upload(&words), rounded.iter().map(|x| x.to_f32()).collect())
}

/// Weights as integers with scales in the GPU's memory, and what they stand for.
fn int8_rows(gpu: &Gpu, w: &[f32], k: usize) -> (Buffer, Buffer, Vec<f32>) {
    let scales: Vec<f32> = (0..w.len() / k.max(1)).map(|row| 0.01 + 0.003 * row as f32).collect();
    let values: Vec<i8> = w.iter().map(|&x| (x * 128.0) as i8).collect();
    let stands_for = values.iter().enumerate().map(|(i, &x)| f32::from(x) * scales[i / k]).collect();
    (gpu.upload(&pack_int8(&values, k)), gpu.upload(&scales), stands_for)
}

fn gelu(x: f64) -> f64 {
    0.5 * x * (1.0 + ((2.0 / std::f64::consts::PI).sqrt() * (x + 0.044715 * x.powi(3))).tanh())
}

/// Every format of weights, few rows and many, with bias and activation, rows of any length.
pub async fn linears(gpu: &Gpu) {
    let activations = [Activation::None, Activation::Relu, Activation::Gelu];
    let shapes = [(1, 3, 7), (1, 64, 64), (2, 65, 9), (3, 300, 31), (8, 17, 40), (20, 33, 67), (70, 36, 68)];
    for (index, (m, k, n)) in shapes.into_iter().enumerate() {
        for (aligned, accumulate) in [(false, false), (true, index % 2 == 0)] {
            let (x, w, bias, y) = (numbers(m * k, 1), numbers(n * k, 2), numbers(n, 3), numbers(m * n, 4));
            let activation = activations[(index + usize::from(aligned)) % 3];
            let bias = (index % 3 != 1).then_some(bias);
            let spec = Matmul { accumulate, ..spec(m, k, n, 2) };
            let f32_rows = place(gpu, &w, aligned);
            let (f16_rows, f16_values) = f16_rows(gpu, &w, k);
            let (int8_rows, scales, int8_values) = int8_rows(gpu, &w, k);
            let formats = [
                (Weights::F32(f32_rows.view()), &w),
                (Weights::F16((&f16_rows).into()), &f16_values),
                (Weights::Int8((&int8_rows).into(), (&scales).into()), &int8_values),
            ];
            let on_gpu = (place(gpu, &x, aligned), bias.as_ref().map(|bias| Guarded::new(gpu, bias)));
            for (format, (weights, values)) in formats.into_iter().enumerate() {
                let mut expected = oracle(spec, &x, values, &y);
                for (i, y) in expected.iter_mut().enumerate() {
                    *y += bias.as_ref().map_or(0.0, |bias| f64::from(bias[i % n]));
                    *y = match activation {
                        Activation::None => *y,
                        Activation::Relu => y.max(0.0),
                        Activation::Gelu => gelu(*y),
                    };
                }
                let (y, (x, bias)) = (place(gpu, &y, aligned), &on_gpu);
                let bias = bias.as_ref().map(Guarded::view);
                linear(x.view(), weights, bias, y.view(), [n, k], activation, accumulate);
                let what = format!("linear {m} x {k} x {n}, format {format}, aligned: {aligned}");
                assert_close(&what, &y.read().await, &expected, TOLERANCE);
            }
        }
    }
}
