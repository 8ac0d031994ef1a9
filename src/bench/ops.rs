//! Single ops, and a device's peak rates.

use super::{Unit, numbers};
use crate::ops::{AttentionMask, LstmWeights};
use crate::tensor::{Device, Tensor};
use crate::wgsl::peak;
use std::hint::black_box;

/// Workloads other than matrix products, with their sizes.
pub const OTHERS: [&str; 6] = [
    "matvec_1024x256",
    "matvec_8192x8192",
    "softmax_4096x1024",
    "layer_norm_16384x256",
    "attention_64x256x32",
    "lstm_step_128x256",
];

/// Number of elements and rounds of [`peak::multiply_add`]: about 4 GFLOP.
const FMA_ELEMENTS: usize = 1 << 17;
const FMA_ROUNDS: usize = 512;
/// Number of words copied: 32 MiB, more than most caches hold.
const COPIED: usize = 1 << 23;

/// Returns the unit of an op in [`names`](super::names), the amount of work in one run, and the run.
pub fn op(name: &str, device: &Device) -> (Unit, f64, Box<dyn FnMut()>) {
    match (name, device) {
        ("peak_fma", Device::Gpu(gpu)) => {
            let y = gpu.empty(FMA_ELEMENTS);
            let work = 2.0 * (FMA_ELEMENTS * FMA_ROUNDS) as f64 * peak::FMAS as f64 / 1e9;
            (Unit::Gflop, work, Box::new(move || peak::multiply_add(FMA_ROUNDS, (&y).into())))
        }
        ("peak_copy", _) => copy(device),
        ("softmax_4096x1024", _) => {
            let x = numbers(device, &[4096, 1024], 1);
            (Unit::Gigabyte, moved(&x), Box::new(move || drop(x.softmax())))
        }
        ("layer_norm_16384x256", _) => {
            let x = numbers(device, &[16384, 256], 1);
            let [weight, bias] = [2, 3].map(|seed| numbers(device, &[256], seed));
            (Unit::Gigabyte, moved(&x), Box::new(move || drop(x.layer_norm(&weight, &bias, 1e-5))))
        }
        ("matvec_1024x256", _) => matvec(device, [1024, 256]),
        ("matvec_8192x8192", _) => matvec(device, [8192, 8192]),
        ("attention_64x256x32", _) => attention(device),
        ("lstm_step_128x256", _) => lstm_step(device),
        _ => matmul(name, device),
    }
}

fn copy(device: &Device) -> (Unit, f64, Box<dyn FnMut()>) {
    let work = (8 * COPIED) as f64 / 1e9;
    let run: Box<dyn FnMut()> = match device {
        Device::Cpu => {
            let (x, mut y) = (vec![1_u32; COPIED], vec![0; COPIED]);
            Box::new(move || black_box(&mut y).copy_from_slice(black_box(&x)))
        }
        Device::Gpu(gpu) => {
            let (x, y) = (gpu.empty(COPIED), gpu.empty(COPIED));
            Box::new(move || peak::copy((&x).into(), (&y).into()))
        }
    };
    (Unit::Gigabyte, work, run)
}

/// Multiplies a row with a matrix of 8-bit weights, as in decoding; one size fits into caches, the other does
/// not. Only the matrix is counted: each of its bytes is one multiply-add, so gigabytes are also 10⁹
/// multiply-adds.
fn matvec(device: &Device, [n, k]: [usize; 2]) -> (Unit, f64, Box<dyn FnMut()>) {
    let values = (0..n * k).map(|i| (i * 37 % 255) as i8).collect();
    let matrix = Tensor::from_int8(values, vec![0.01; n], [n, k]).to(device);
    let x = numbers(device, &[1, k], 1);
    (Unit::Gigabyte, (n * k) as f64 / 1e9, Box::new(move || drop(x.linear(&matrix, None))))
}

/// Gigabytes moved by an op that reads x once and writes as much.
fn moved(x: &Tensor) -> f64 {
    (8 * x.numel()) as f64 / 1e9
}

/// `matmul_N`: square matrices of size N.
fn matmul(name: &str, device: &Device) -> (Unit, f64, Box<dyn FnMut()>) {
    let size = name.rsplit('_').next().and_then(|size| size.parse().ok());
    let n: usize = size.expect("a product's name ends with its size");
    let [a, b] = [1, 2].map(|seed| numbers(device, &[n, n], seed));
    (Unit::Gflop, 2.0 * (n as f64).powi(3) / 1e9, Box::new(move || drop(a.matmul(&b))))
}

/// Causal attention of eight sequences with eight heads, 256 tokens, 32 channels per head. Of the two
/// products only the visible half is counted.
fn attention(device: &Device) -> (Unit, f64, Box<dyn FnMut()>) {
    let (heads, length, width) = (64, 256, 32);
    let [query, key, value] = [1, 2, 3].map(|seed| numbers(device, &[8, heads / 8, length, width], seed));
    let mask = AttentionMask { causal_offset: Some(0), ..AttentionMask::default() };
    let work = 4.0 * (heads * width * length * (length + 1) / 2) as f64 / 1e9;
    (Unit::Gflop, work, Box::new(move || drop(query.attention(&key, &value, &mask))))
}

/// One LSTM step of 256 units for a batch of 128.
fn lstm_step(device: &Device) -> (Unit, f64, Box<dyn FnMut()>) {
    let (batch, units) = (128, 256);
    let x = numbers(device, &[1, batch, units], 1);
    let [h, c] = [2, 3].map(|seed| numbers(device, &[batch, units], seed));
    let [weight_ih, weight_hh] =
        [4, 5].map(|seed| numbers(device, &[4 * units, units], seed).mul_scalar(1.0 / units as f32));
    let [bias_ih, bias_hh] = [6, 7].map(|seed| numbers(device, &[4 * units], seed));
    let work = 2.0 * (batch * 4 * units * 2 * units) as f64 / 1e9;
    let run = move || {
        let weights = LstmWeights {
            weight_ih: &weight_ih,
            weight_hh: &weight_hh,
            bias_ih: &bias_ih,
            bias_hh: &bias_hh,
        };
        drop(x.lstm(&h, &c, weights));
    };
    (Unit::Gflop, work, Box::new(run))
}
