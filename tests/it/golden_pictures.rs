//! The ops for pictures, and a GAN's losses, compared with PyTorch's. `tests/golden/generate_pictures.py`
//! wrote the fixtures.

use crate::golden::Golden;
use liedwerk::models::{Captioner, CaptionerConfig};
use liedwerk::nn::{Mlp, Module};
use liedwerk::ops::{Conv2dOptions, CrossEntropy};
use liedwerk::pictures::Cloud;
use liedwerk::rng::Rng;
use liedwerk::style::{Aim, Filters};
use liedwerk::tensor::{Tape, Tensor};
use liedwerk::train::{AdamW, AdamWConfig, GanSettings, GanTrainer};
use pollster::block_on;

#[test]
fn conv2d() {
    let golden = Golden::open("conv2d");
    let tape = Tape::new();
    let names = ["in.x", "param.weight", "param.bias"];
    let leaves = names.map(|name| golden.watch(&tape, name));
    let options = Conv2dOptions { stride: 2, padding: 1, groups: 2 };
    let y = leaves[0].conv2d(&leaves[1], Some(&leaves[2]), options);
    assert_eq!(y.shape(), golden.get("out.y").shape());
    golden.check("out.y", &y, 1e-6);
    let grads = tape.backward(&golden.weighted(&y, "y"));
    golden.check_grads(&grads, &names.into_iter().zip(&leaves).collect::<Vec<_>>());
}

#[test]
fn group_norm() {
    let golden = Golden::open("group_norm");
    let tape = Tape::new();
    let names = ["in.x", "param.weight", "param.bias"];
    let leaves = names.map(|name| golden.watch(&tape, name));
    let y = leaves[0].group_norm(2, &leaves[1], &leaves[2], 1e-5).silu();
    golden.check("out.y", &y, 1e-6);
    let grads = tape.backward(&golden.weighted(&y, "y"));
    golden.check_grads(&grads, &names.into_iter().zip(&leaves).collect::<Vec<_>>());
}

#[test]
fn pool2d() {
    let golden = Golden::open("pool2d");
    let tape = Tape::new();
    let x = golden.watch(&tape, "in.x");
    let outputs = [
        ("average", x.avg_pool2d(3, 2, 1)),
        ("largest", x.max_pool2d(3, 2, 1)),
        ("nearest", x.upsample_nearest2d(2).leaky_relu(0.2)),
    ];
    let losses = outputs.iter().map(|(name, y)| {
        assert_eq!(y.shape(), golden.get(&format!("out.{name}")).shape());
        golden.check(&format!("out.{name}"), y, 1e-6);
        golden.weighted(y, name)
    });
    let loss = losses.reduce(|sum, loss| sum.add(&loss)).unwrap();
    golden.check_grads(&tape.backward(&loss), &[("in.x", &x)]);
}

#[test]
fn ten_losses_of_a_gan() {
    let golden = Golden::open("gan");
    let network = |name: &str, outputs: usize| {
        let mut source =
            |parameter: &str, _: &[usize]| Ok(golden.get(&format!("{name}.{parameter}")).clone());
        Mlp::new(&[2, 16, 16, 16, outputs], &mut source).unwrap()
    };
    let (generator, discriminator) = (network("generator", 2), network("discriminator", 1));
    let settings = GanSettings::default();
    let mut gan = GanTrainer::of(settings, generator, discriminator, Cloud::Ring, Rng::new(1));
    let points = |name: &str, step: usize| -> Vec<[f32; 2]> {
        golden.get(name).narrow(0, step, 1).data().as_chunks::<2>().0.to_vec()
    };
    let mut losses = Vec::new();
    for step in 0..5 {
        let real = points("in.real", step);
        losses.push(block_on(gan.discriminator_step(&real, &points("in.noise", 2 * step))).unwrap());
        losses.push(block_on(gan.generator_step(&points("in.noise", 2 * step + 1))).unwrap());
    }
    let expected: &Tensor = golden.get("out.losses");
    for (step, (loss, expected)) in losses.iter().zip(expected.data()).enumerate() {
        assert!((loss - expected).abs() <= 1e-4 * expected, "loss {step}: {loss}, PyTorch {expected}");
    }
    assert_eq!(losses.len(), 10);
}

#[test]
fn ten_losses_of_a_captioner() {
    let golden = Golden::open("captioner");
    let sizes = r#"{"model_type": "captioner", "vocab_size": 11, "channels": [4, 6, 8], "embedding_size": 5,
        "hidden_size": 7, "attention_size": 6}"#;
    let config = CaptionerConfig::from_json(sizes).unwrap();
    let mut source = |name: &str, _: &[usize]| Ok(golden.get(&format!("param.{name}")).clone());
    let mut model = Captioner::build(config, &mut source).unwrap();
    let (words, mut targets) = (golden.ids("in.words"), golden.ids("in.targets").to_vec());
    targets[8..].fill(99);
    let options = CrossEntropy { ignore_index: Some(99), label_smoothing: 0.0 };
    let mut optimizer = AdamW::new(
        AdamWConfig { beta1: 0.9, beta2: 0.99, eps: 1e-8, weight_decay: 0.01 },
        &model.parameters(),
    );
    for (step, expected) in golden.get("out.losses").data().iter().enumerate() {
        let tape = Tape::new();
        let mut tracked = model.clone();
        let mut watched = Vec::new();
        tracked.visit(&mut |name, parameter| {
            *parameter = tape.watch(parameter);
            watched.push((name, parameter.clone()));
        });
        let logits = tracked.forward(golden.get("in.pictures"), words);
        let loss = logits.cross_entropy(&targets, options);
        assert!(
            (loss.item() - expected).abs() <= 1e-4 * expected,
            "loss {step}: {}, {expected}",
            loss.item()
        );
        let grads = tape.backward(&loss);
        if step == 0 {
            golden.check("out.logits", &logits, 1e-5);
            let leaves: Vec<(String, &Tensor)> =
                watched.iter().map(|(name, leaf)| (format!("param.{name}"), leaf)).collect();
            golden.check_grads(
                &grads,
                &leaves.iter().map(|(name, leaf)| (name.as_str(), *leaf)).collect::<Vec<_>>(),
            );
        }
        optimizer.begin_step();
        let mut index = 0;
        model.visit(&mut |_, parameter| {
            let grad = grads.get(&watched[index].1).expect("every parameter has a gradient");
            optimizer.update(index, parameter, grad, 1.0, 3e-3);
            index += 1;
        });
    }
}

#[test]
fn ten_steps_of_a_style_transfer() {
    let golden = Golden::open("style");
    let get = |name: &str| golden.get(name).clone();
    let scales = [0, 1].map(|scale| {
        let [weight, bias] = ["weight", "bias"].map(|part| get(&format!("param.{scale}.{part}")));
        (weight, bias)
    });
    let filters = Filters::of(get("param.mean"), scales.into());
    let aim = Aim::new(filters, golden.get("in.content"), golden.get("in.style"));
    let mut picture = get("in.picture");
    let config = AdamWConfig { beta1: 0.9, beta2: 0.99, eps: 1e-8, weight_decay: 0.0 };
    let mut adam = AdamW::new(config, &[("picture".into(), picture.clone())]);
    let losses = golden.get("out.losses");
    assert_eq!(losses.shape(), [10, 2]);
    for (step, expected) in losses.data().as_chunks::<2>().0.iter().enumerate() {
        let tape = Tape::new();
        let leaf = tape.watch(&picture);
        let (style, content) = (aim.style_loss(&leaf), aim.content_loss(&leaf));
        for (loss, expected) in [&style, &content].into_iter().zip(expected) {
            assert!((loss.item() - expected).abs() <= 1e-4 * expected, "step {step}: {loss:?}, {expected}");
        }
        let grads = tape.backward(&style.add(&content.mul_scalar(0.05)));
        if step == 0 {
            golden.check_grads(&grads, &[("in.picture", &leaf)]);
        }
        adam.begin_step();
        adam.update(0, &mut picture, grads.get(&leaf).unwrap(), 1.0, 0.05);
        picture.data_mut().iter_mut().for_each(|value| *value = value.clamp(0.0, 1.0));
    }
}
