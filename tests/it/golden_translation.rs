//! The translators compared with PyTorch's. `tests/golden/generate_translation.py` wrote the fixtures.

use crate::golden::{Golden, constant_rate};
use liedwerk::models::{ModelConfig, TranslationModel};
use liedwerk::nn::{Dropout, Gru, GruConfig, Module};
use liedwerk::ops::CrossEntropy;
use liedwerk::rng::Rng;
use liedwerk::tensor::{Tape, Tensor};
use liedwerk::train::{PairBatch, PlannedTraining, TokenPair, Trainer};
use pollster::block_on;

#[test]
fn gru_over_packed_sequences() {
    let golden = Golden::open("gru_packed");
    let tape = Tape::new();
    let mut leaves = Vec::new();
    let config = GruConfig { inputs: 4, hidden: 6, num_layers: 2, bidirectional: true };
    let gru = Gru::new("param", config, &mut |name, shape| {
        let leaf = golden.watch(&tape, name);
        assert_eq!(leaf.shape(), shape, "{name}");
        leaves.push((name.to_owned(), leaf.clone()));
        Ok(leaf)
    })
    .unwrap();
    let x = golden.watch(&tape, "in.x");
    leaves.push(("in.x".to_owned(), x.clone()));
    let (y, last) = gru.forward(&x.transpose(0, 1), &[5, 2, 1], &Dropout::new(0.0, None));
    let y = y.transpose(0, 1);
    golden.check("out.y", &y, 1e-6);
    golden.check("out.forwards", &last[0], 1e-6);
    golden.check("out.backwards", &last[1], 1e-6);
    let loss = golden.weighted(&y, "y");
    let loss = loss.add(&golden.weighted(&last[0], "forwards")).add(&golden.weighted(&last[1], "backwards"));
    let leaves: Vec<_> = leaves.iter().map(|(name, leaf)| (name.as_str(), leaf)).collect();
    golden.check_grads(&tape.backward(&loss), &leaves);
}

const CASES: [&str; 4] = ["transformer_pre", "transformer_post", "seq2seq_tied", "seq2seq_deep"];
const BATCH: usize = 4;

/// The model of a fixture with its initial parameters.
fn model(case: &str, golden: &Golden) -> TranslationModel {
    let mut config = golden.about.as_object().unwrap().clone();
    let unrelated = ["case", "torch", "lr", "weight_decay", "betas", "eps", "grad_clip", "label_smoothing"];
    unrelated.iter().chain(&["steps"]).for_each(|key| drop(config.remove(*key)));
    config.insert("model_type".into(), case.split('_').next().unwrap().into());
    let config = ModelConfig::from_json(&serde_json::Value::from(config).to_string()).unwrap();
    let mut model = TranslationModel::init(config, &mut Rng::new(1)).unwrap();
    model.visit(&mut |name, parameter| {
        let found = golden.get(&format!("param.{name}"));
        assert_eq!(found.shape(), parameter.shape(), "{name}");
        *parameter = found.clone();
    });
    model
}

fn batch(golden: &Golden, index: usize) -> PairBatch {
    let part = |name: &str| {
        let all = golden.ids(name);
        let size = all.len() / golden.about["steps"].as_u64().unwrap() as usize;
        all[index * size..][..size].to_vec()
    };
    let (src, tgt) = (part("in.src"), part("in.tgt"));
    let src_lengths = src.chunks(src.len() / BATCH).map(|row| row.iter().filter(|&&id| id != 0).count());
    let src_lengths = src_lengths.collect();
    let rows = || tgt.chunks(tgt.len() / BATCH);
    let inputs = rows().flat_map(|row| row[..row.len() - 1].to_vec()).collect();
    let targets = rows().flat_map(|row| row[1..].to_vec()).collect();
    PairBatch { src, src_lengths, inputs, targets }
}

#[test]
fn logits_and_all_gradients() {
    for case in CASES {
        let golden = Golden::open(case);
        let tape = Tape::new();
        let mut tracked = model(case, &golden);
        let mut leaves = Vec::new();
        tracked.visit(&mut |name, parameter| {
            *parameter = tape.watch(parameter);
            leaves.push((format!("param.{name}"), parameter.clone()));
        });
        let PairBatch { src, src_lengths, inputs, targets } = batch(&golden, 0);
        let logits = tracked.forward(&src, &src_lengths, &inputs, None);
        golden.check("out.logits", &logits, 1e-5);
        let options = CrossEntropy { ignore_index: Some(0), label_smoothing: 0.1 };
        let grads = tape.backward(&logits.cross_entropy(&targets, options));
        let leaves: Vec<_> = leaves.iter().map(|(name, leaf)| (name.as_str(), leaf)).collect();
        golden.check_grads(&grads, &leaves);
    }
}

/// Step by step from caches, without padding, with all sentences in parallel.
#[test]
fn incremental_logits_and_attention() {
    for case in CASES {
        let golden = Golden::open(case);
        let model = model(case, &golden);
        let PairBatch { src, src_lengths, inputs, .. } = batch(&golden, 0);
        let (longest, steps) = (src.len() / BATCH, inputs.len() / BATCH);
        let sources: Vec<&[u32]> =
            src.chunks(longest).zip(&src_lengths).map(|(row, &length)| &row[..length]).collect();
        let mut decoder = model.decoder(&sources, true);
        let vocab = model.vocab_sizes()[1];
        let (mut by_step, mut weights) = (Vec::new(), Tensor::zeros(&[BATCH, steps, longest]));
        for t in 0..steps {
            let tokens: Vec<u32> = (0..BATCH).map(|b| inputs[b * steps + t]).collect();
            let mut logits = Vec::new();
            block_on(decoder.step(&tokens, &mut logits)).unwrap();
            by_step.extend(logits);
            for (b, row) in decoder.attention().iter().enumerate() {
                weights.data_mut()[(b * steps + t) * longest..][..row.len()].copy_from_slice(row);
            }
        }
        let logits = Tensor::from_vec(by_step, &[steps, BATCH, vocab]).transpose(0, 1);
        golden.check("out.logits", &logits, 1e-5);
        golden.check("out.attention", &weights, 1e-5);
    }
}

#[test]
fn ten_training_losses() {
    for case in CASES {
        let golden = Golden::open(case);
        let settings = PlannedTraining { label_smoothing: 0.1, ..constant_rate(0.98) };
        // The batches come from the fixture; these pairs are not used.
        let pairs = vec![TokenPair { source: vec![1, 2], target: vec![1, 2] }];
        let mut trainer = Trainer::on_pairs(model(case, &golden), pairs, &settings).unwrap();
        for step in 0..10 {
            let metrics = block_on(trainer.step_on(&batch(&golden, step))).unwrap();
            let expected = |name: &str| golden.get(name).data()[step];
            let (loss, norm) = (expected("out.losses"), expected("out.grad_norms"));
            assert!(
                (metrics.loss - loss).abs() < 1e-5 * loss,
                "{case} step {step}: {}, {loss}",
                metrics.loss
            );
            let difference = (metrics.grad_norm - norm).abs();
            assert!(difference < 1e-4 * norm, "{case} step {step}: norm {}, {norm}", metrics.grad_norm);
        }
    }
}
