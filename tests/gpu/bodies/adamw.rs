use super::harness::{Guarded, SIZES, TOLERANCE, assert_close, doubles, numbers};
use liedwerk::cpu::adamw::AdamW as Settings;
use liedwerk::gpu::Gpu;
use liedwerk::nn::Module;
use liedwerk::tensor::{Device, Tape, Tensor};
use liedwerk::train::{AdamW, AdamWConfig, clip_factor, loss_and_norm};
use liedwerk::wgsl::adamw::adamw;

pub async fn steps(gpu: &Gpu) {
    let settings = Settings {
        lr: 0.01,
        beta1: 0.9,
        beta2: 0.999,
        eps: 1e-8,
        weight_decay: 0.1,
        step: 0,
        grad_scale: 0.7,
    };
    let Settings { lr, beta1, beta2, eps, weight_decay, grad_scale, .. } = settings;
    let [lr, beta1, beta2, eps, decay, scale] =
        [lr, beta1, beta2, eps, weight_decay, grad_scale].map(f64::from);
    for length in SIZES.into_iter().chain([1024, 1025]) {
        let w = numbers(length, 1);
        let (mut w64, mut m64, mut v64) = (doubles(&w), vec![0.0; length], vec![0.0; length]);
        let zeros = vec![0.0; length];
        let [w, m, v] = [&w, &zeros, &zeros].map(|values| Guarded::new(gpu, values));
        for step in 1..=10 {
            let g = numbers(length, 10 + step);
            let grad = Guarded::new(gpu, &g);
            let settings = Settings { step: u64::from(step), ..settings };
            adamw(settings, w.view(), grad.view(), m.view(), v.view());
            let correct = |beta: f64| 1.0 - beta.powi(step as i32);
            for (i, &g) in doubles(&g).iter().enumerate() {
                let g = scale * g;
                m64[i] = beta1 * m64[i] + (1.0 - beta1) * g;
                v64[i] = beta2 * v64[i] + (1.0 - beta2) * g * g;
                let root = (v64[i] / correct(beta2)).sqrt() + eps;
                w64[i] -= lr * decay * w64[i] + lr * m64[i] / correct(beta1) / root;
            }
        }
        for (what, found, expected) in [("w", w, w64), ("m", m, m64), ("v", v, v64)] {
            assert_close(&format!("{what} of {length}"), &found.read().await, &expected, TOLERANCE);
        }
    }
}

/// Ten steps of a small net of two layers, with clipping: losses and norms.
async fn train(device: &Device) -> Vec<f32> {
    let config = AdamWConfig { beta1: 0.9, beta2: 0.98, eps: 1e-8, weight_decay: 0.01 };
    let shapes: [&[usize]; 4] = [&[1, 6, 8], &[8], &[8, 3], &[3]];
    let mut parameters: Vec<(String, Tensor)> = (1..)
        .zip(shapes)
        .map(|(seed, shape)| (String::new(), Tensor::from_vec(numbers(shape.iter().product(), seed), shape)))
        .map(|(name, tensor)| (name, tensor.to(device)))
        .collect();
    let mut optimizer = AdamW::new(config, &parameters);
    let x = Tensor::from_vec(numbers(5 * 6, 11), &[5, 6, 1]);
    let targets = Tensor::from_vec(numbers(5 * 3, 12), &[5, 3]);
    let mut found = Vec::new();
    for step in 0..10 {
        let tape = Tape::new();
        let watched: Vec<Tensor> = parameters.iter().map(|(_, tensor)| tape.watch(tensor)).collect();
        let [w1, b1, w2, b2] = [0, 1, 2, 3].map(|index| &watched[index]);
        // (5, 6, 1) · (1, 6, 8), summed over the 6 inputs.
        let hidden = x.mul(w1).sum(1).reshape(&[5, 8]).add(b1).tanh().dropout(0.1, step);
        let y = hidden.reshape(&[5, 8, 1]).mul(w2).sum(1).reshape(&[5, 3]).add(b2);
        let loss = y.sub(&targets).square().mean_all();
        let mut grads = tape.backward(&loss);
        let grads: Vec<Tensor> = watched.iter().map(|w| grads.take(w).expect("a gradient")).collect();
        let (loss, norm) = loss_and_norm(&loss, &grads).await.expect("the GPU answers");
        drop(watched);
        optimizer.begin_step();
        for (index, ((_, parameter), grad)) in parameters.iter_mut().zip(&grads).enumerate() {
            optimizer.update(index, parameter, grad, clip_factor(norm, 0.5), 0.03);
        }
        found.extend([loss, norm]);
    }
    found
}

pub async fn training(gpu: &Gpu) {
    let cpu = train(&Device::Cpu).await;
    let submitted = gpu.counts().0;
    let found = train(&Device::Gpu(gpu.clone())).await;
    assert_eq!(gpu.counts().0 - submitted, 10, "one read a step");
    assert!(cpu[18] < 0.5 * cpu[0], "the net learns: {cpu:?}");
    for (found, expected) in found.iter().zip(&cpu) {
        assert!((found - expected).abs() <= 1e-5 * expected.abs(), "{found}, CPU {expected}");
    }
}

#[derive(Clone)]
struct Pair([Tensor; 2]);

impl Module for Pair {
    fn visit(&mut self, f: &mut dyn FnMut(String, &mut Tensor)) {
        let [a, b] = &mut self.0;
        f("a".into(), a);
        f("b".into(), b);
    }
}

/// A module travels to the GPU and back, with one read.
pub async fn modules(gpu: &Gpu) {
    let device = Device::Gpu(gpu.clone());
    let values = [numbers(6, 1), numbers(300, 2)];
    let mut pair = Pair(values.clone().map(|values| Tensor::from_vec(values.clone(), &[values.len()])));
    pair.to(&device);
    assert!(pair.parameters().iter().all(|(_, tensor)| tensor.device() == device));
    let submitted = gpu.counts().0;
    pair.0[0] = pair.0[0].mul_scalar(2.0);
    let back = pair.to_cpu().await.expect("the GPU answers");
    assert_eq!(gpu.counts().0 - submitted, 1, "one read");
    assert_eq!(back.0[0].to_vec(), values[0].iter().map(|x| 2.0 * x).collect::<Vec<_>>());
    assert_eq!(back.0[1].to_vec(), values[1]);
}

/// Weights that somebody else shares are not changed behind their back.
pub async fn shared_weights(gpu: &Gpu) {
    let config = AdamWConfig { beta1: 0.9, beta2: 0.98, eps: 1e-8, weight_decay: 0.0 };
    let mut parameter = Tensor::full(&[3], 1.0).to(&Device::Gpu(gpu.clone()));
    let (before, grad) = (parameter.clone(), Tensor::full(&[3], 1.0));
    let mut optimizer = AdamW::new(config, &[("p".into(), parameter.clone())]);
    optimizer.begin_step();
    optimizer.update(0, &mut parameter, &grad, 1.0, 0.5);
    let read = Tensor::all_to_cpu(&[before, parameter]).await.expect("the GPU answers");
    let [before, after] = &read[..] else { panic!("two were asked for") };
    assert_eq!(before.data(), [1.0; 3]);
    assert!(after.data().iter().all(|w| (w - 0.5).abs() < 1e-6), "{after:?}");
}
