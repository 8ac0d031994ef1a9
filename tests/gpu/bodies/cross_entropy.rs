use super::harness::{Guarded, SIZES, TOLERANCE, assert_close, doubles, numbers};
use super::on_both::{OnBoth, on_both};
use super::softmax::row as softmax_row;
use liedwerk::gpu::{Buffer, Gpu};
use liedwerk::ops::CrossEntropy;
use liedwerk::tensor::{Device, Tape, Tensor};
use liedwerk::wgsl::cross_entropy::{cross_entropy, cross_entropy_backward, mean_loss};

const IGNORED: u32 = 4_000_000_000;

/// Losses and the gradient of their mean over `counted`, in double precision.
fn oracle(logits: &[f64], targets: &[u32], cols: usize, smoothing: f32, scale: f64) -> (Vec<f64>, Vec<f64>) {
    let smoothing = f64::from(smoothing);
    let (mut losses, mut dx) = (Vec::new(), Vec::new());
    for (logits, &target) in logits.chunks_exact(cols).zip(targets) {
        if target == IGNORED {
            losses.push(0.0);
            dx.extend(vec![0.0; cols]);
            continue;
        }
        let max = logits.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let log_sum = logits.iter().map(|x| (x - max).exp()).sum::<f64>().ln();
        let nats = |col: usize| log_sum - (logits[col] - max);
        let everywhere = (0..cols).map(nats).sum::<f64>() / cols as f64;
        losses.push((1.0 - smoothing) * nats(target as usize) + smoothing * everywhere);
        dx.extend(softmax_row(logits).iter().enumerate().map(|(col, p)| {
            let right = if col == target as usize { 1.0 - smoothing } else { 0.0 };
            scale * (p - right - smoothing / cols as f64)
        }));
    }
    (losses, dx)
}

/// Targets as words that a kernel may read.
fn upload(gpu: &Gpu, targets: &[u32]) -> Buffer {
    gpu.upload(&[&[9; 3], targets, &[9]].concat())
}

async fn check(gpu: &Gpu, rows: usize, cols: usize, smoothing: f32) {
    let logits: Vec<f32> = numbers(rows * cols, 1).iter().map(|x| 5.0 * x).collect();
    let of_row = |row: usize| if row % 5 == 2 { IGNORED } else { (row * 7919 % cols) as u32 };
    let targets: Vec<u32> = (0..rows).map(of_row).collect();
    let (counted, upstream) = (rows as f32 * 0.8, 0.75_f32);
    let scale = f64::from(upstream) / f64::from(counted);
    let (losses, dx) = oracle(&doubles(&logits), &targets, cols, smoothing, scale);
    let mean = losses.iter().sum::<f64>() / f64::from(counted);
    let (x, targets, upstream) =
        (Guarded::new(gpu, &logits), upload(gpu, &targets), gpu.upload(&[7.0, upstream]));
    let (targets, upstream) = (targets.view(3, rows), upstream.view(1, 1));
    let out = [rows, 2 * rows, 1, rows * cols].map(|len| Guarded::output(gpu, len));
    let [found, sums, found_mean, found_dx] = out.each_ref().map(Guarded::view);
    let ignore = Some(IGNORED);
    cross_entropy(x.view(), targets, cols, ignore, smoothing, found, sums);
    mean_loss(found, counted, found_mean);
    cross_entropy_backward(x.view(), targets, sums, upstream, cols, ignore, smoothing, counted, found_dx);
    let what = format!("of {rows} x {cols}, smoothing {smoothing}");
    assert_close(&format!("losses {what}"), &out[0].read().await, &losses, TOLERANCE);
    // The gradient of a single class is a difference of equal numbers.
    let tolerance = if cols == 1 { 1.0 } else { TOLERANCE };
    assert_close(&format!("dx {what}"), &out[3].read().await, &dx, tolerance);
    if rows > 0 {
        assert_close(&format!("mean {what}"), &out[2].read().await, &[mean], TOLERANCE);
    }
}

/// Every size of rows and classes, with smoothing and without.
pub async fn forward_and_backward(gpu: &Gpu) {
    for (index, size) in SIZES.into_iter().enumerate() {
        check(gpu, size, 37, [0.0, 0.1][index % 2]).await;
        check(gpu, 6, size.max(2), [0.1, 0.0][index % 2]).await;
    }
    for (rows, cols, smoothing) in [(4, 1, 0.1), (65, 32, 0.1), (3, 16_001, 0.1)] {
        check(gpu, rows, cols, smoothing).await;
    }
}

/// Large logits, classes that are impossible, rows that count for nothing.
pub async fn hostile(gpu: &Gpu) {
    let inf = f32::NEG_INFINITY;
    for cols in [3, 40] {
        let wide = |row: [f32; 3]| [&row[..], &vec![-1e4; cols - 3]].concat();
        let logits = [[1e4, -1e4, 0.0], [inf, 1.0, inf], [1e4, 1e4, inf]].map(wide).concat();
        let (x, targets, one) = (Guarded::new(gpu, &logits), upload(gpu, &[1, 1, 0]), gpu.upload(&[1.0_f32]));
        let targets = targets.view(3, 3);
        let out = [3, 6, 3 * cols].map(|len| Guarded::output(gpu, len));
        let [losses, sums, dx] = out.each_ref().map(Guarded::view);
        cross_entropy(x.view(), targets, cols, None, 0.0, losses, sums);
        cross_entropy_backward(x.view(), targets, sums, (&one).into(), cols, None, 0.0, 1.0, dx);
        assert_close("losses", &out[0].read().await, &[2e4, 0.0, 2_f64.ln()], TOLERANCE);
        let dx = out[2].read().await;
        let first: Vec<f32> = dx.chunks(cols).flat_map(|row| &row[..3]).copied().collect();
        assert_eq!(first, [1.0, -1.0, 0.0, 0.0, 0.0, 0.0, -0.5, 0.5, 0.0]);
    }
    let device = Device::Gpu(gpu.clone());
    let tape = Tape::new();
    let x = tape.watch(&Tensor::from_vec(vec![1.0, f32::NEG_INFINITY, 3.0, 4.0], &[2, 2]).to(&device));
    let options = CrossEntropy { ignore_index: Some(7), label_smoothing: 0.1 };
    let loss = x.cross_entropy(&[7, 7], options);
    assert!(loss.shape().is_empty() && loss.device() == device);
    let dx = tape.backward(&loss).take(&x).expect("a gradient");
    assert_eq!((loss.read().await.unwrap(), dx.read().await.unwrap()), (vec![0.0], vec![0.0; 4]));
}

pub async fn ops(gpu: &Gpu) {
    let options = CrossEntropy { ignore_index: Some(2), label_smoothing: 0.1 };
    let cases = vec![
        OnBoth::new("cross_entropy", &[&[5, 300]], |x| {
            x[0].cross_entropy(&[0, 299, 17, 3, 3], CrossEntropy::default())
        }),
        OnBoth::new("smoothed cross_entropy", &[&[2, 3, 9]], move |x| {
            x[0].cross_entropy(&[0, 2, 8, 1, 2, 2], options)
        }),
    ];
    on_both(gpu, cases).await;
}
