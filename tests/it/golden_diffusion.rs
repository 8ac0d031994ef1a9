//! Compares latent diffusion with PyTorch. The fixture was written by `tests/golden/generate_pictures.py`.

use crate::golden::Golden;
use liedwerk::draw::{DrawSettings, Drawing};
use liedwerk::models::{LatentDiffusion, LatentDiffusionConfig};
use liedwerk::nn::Module;
use liedwerk::tensor::{Tape, Tensor};
use liedwerk::train::{AdamW, AdamWConfig};

/// `config.json` of a small model.
pub fn config(vocab_size: usize) -> String {
    format!(
        r#"{{"model_type": "latent_diffusion", "vocab_size": {vocab_size}, "channels": 16, "heads": 2,
            "text_layers": 2, "latent_scale": 1.5}}"#
    )
}

/// A model with the parameters that `fill` in `generate_pictures.py` computes.
pub fn filled(vocab_size: usize) -> LatentDiffusion {
    let mut source = |name: &str, shape: &[usize]| {
        let first: usize = name.bytes().map(usize::from).sum();
        let inputs: usize = shape[1..].iter().product();
        let is_gain = name.contains("norm") && name.ends_with("weight");
        let value = |index: usize| {
            let value = ((first + index) * 40503 % 65536) as f32 / 32768.0 - 1.0;
            match shape.len() {
                _ if is_gain => 1.0 + 0.1 * value,
                1 => 0.1 * value,
                _ => 1.7 * value / (inputs as f32).sqrt(),
            }
        };
        Ok(Tensor::from_vec((0..shape.iter().product()).map(value).collect(), shape))
    };
    let config = LatentDiffusionConfig::from_json(&config(vocab_size)).unwrap();
    LatentDiffusion::build(config, &mut source).unwrap()
}

const LONG: &[u32] = &[1, 5, 3, 8, 10];
const SHORT: &[u32] = &[2, 4, 9];
const EMPTY: &[u32] = &[0];

#[test]
fn every_part_computes_what_pytorch_computes() {
    let (golden, model) = (Golden::open("latent_diffusion"), filled(11));
    let latents = golden.get("in.latents");
    golden.check("out.encoded", &model.encoder.forward(golden.get("in.pictures")), 1e-5);
    golden.check("out.decoded", &model.decoder.forward(latents), 1e-5);
    let text = model.text.forward(&[LONG, SHORT]);
    assert_eq!((text.words.shape(), &text.lengths[..]), (&[2, 5, 16][..], &[5, 3][..]));
    golden.check("out.text_long", &text.words.narrow(0, 0, 1), 1e-5);
    golden.check("out.text_short", &text.words.narrow(0, 1, 1).narrow(1, 0, 3), 1e-5);
    golden.check("out.velocity", &model.unet.forward(latents, &[3, 700], &text, None), 1e-4);
}

#[test]
fn a_drawing_in_three_steps_is_pytorchs() {
    let (golden, model) = (Golden::open("latent_diffusion"), filled(11));
    let settings = DrawSettings { steps: 3, guidance: 2.5, seed: 0 };
    let noise = golden.get("in.start").clone();
    let mut drawing = Drawing::from_noise(model.clone(), [LONG, EMPTY], noise, settings).unwrap();
    let mut steps = 0;
    while let Some(step) = drawing.step().unwrap() {
        steps += 1;
        assert_eq!((step.step, step.words.len()), (steps, LONG.len()));
    }
    assert_eq!(steps, 3);
    golden.check("out.drawn", &model.decode(drawing.latent()), 1e-4);
}

/// Takes ten AdamW steps on the parameters selected by `learns` and checks the loss before each.
fn check_losses(
    name: &str,
    learns: fn(&str) -> bool,
    loss: impl Fn(&LatentDiffusion, usize, &Golden) -> Tensor,
) {
    let (golden, mut model) = (Golden::open("latent_diffusion"), filled(11));
    let options = AdamWConfig { beta1: 0.9, beta2: 0.99, eps: 1e-8, weight_decay: 0.01 };
    let mut optimizer = AdamW::new(options, &model.parameters());
    let expected = golden.get(name).data();
    assert_eq!(expected.len(), 10);
    for (step, expected) in expected.iter().enumerate() {
        let tape = Tape::new();
        let (mut tracked, mut watched) = (model.clone(), Vec::new());
        tracked.visit(&mut |name, parameter| {
            if learns(&name) {
                *parameter = tape.watch(parameter);
            }
            watched.push(parameter.clone());
        });
        let loss = loss(&tracked, step, &golden);
        let found = loss.item();
        assert!((found - expected).abs() <= 1e-4 * expected, "{name} {step}: {found}, PyTorch {expected}");
        let grads = tape.backward(&loss);
        optimizer.begin_step();
        let mut leaves = watched.iter().enumerate();
        model.visit(&mut |name, parameter| {
            let (index, leaf) = leaves.next().unwrap();
            if learns(&name) {
                optimizer.update(index, parameter, grads.get(leaf).expect("it moves the loss"), 1.0, 1e-3);
            }
        });
    }
}

/// The input of one of the ten steps.
fn of_step(golden: &Golden, name: &str, step: usize) -> Tensor {
    golden.get(name).narrow(0, step, 1).reshape(&[2, 4, 8, 8])
}

#[test]
fn ten_losses_of_an_autoencoder() {
    let learns = |name: &str| name.starts_with("encoder") || name.starts_with("decoder");
    check_losses("out.autoencoding", learns, |model, step, golden| {
        model.autoencoding_loss(golden.get("in.pictures"), &of_step(golden, "in.latent_noise", step))
    });
}

#[test]
fn ten_losses_of_denoising() {
    let learns = |name: &str| name.starts_with("text") || name.starts_with("unet");
    check_losses("out.denoising", learns, |model, step, golden| {
        let (times, noise) = ([3 + 10 * step, 700 + 10 * step], of_step(golden, "in.noise", step));
        model.denoising_loss(golden.get("in.latents"), &times, &noise, &[LONG, SHORT])
    });
}
