//! Our numbers compared with PyTorch's. `tests/golden/generate.py` wrote the fixtures.

use liedwerk::models::{CharLstm, CharLstmConfig};
use liedwerk::nn::Module;
use liedwerk::ops::{AttentionMask, CrossEntropy, GruWeights, LstmWeights, concat};
use liedwerk::tensor::{Grads, Tape, Tensor};
use liedwerk::train::{AdamW, AdamWConfig, Learner, PlannedTraining, Trainer};
use pollster::block_on;
use safetensors::SafeTensors;
use std::collections::HashMap;

/// A fixture: tensors and token ids by name, and its description.
pub struct Golden {
    tensors: HashMap<String, Tensor>,
    ids: HashMap<String, Vec<u32>>,
    pub about: serde_json::Value,
}

impl Golden {
    pub fn open(case: &str) -> Self {
        let path = format!("{}/tests/fixtures/golden/{case}", env!("CARGO_MANIFEST_DIR"));
        let bytes = std::fs::read(format!("{path}.safetensors")).unwrap();
        let about = serde_json::from_slice(&std::fs::read(format!("{path}.json")).unwrap()).unwrap();
        let mut golden = Self { tensors: HashMap::new(), ids: HashMap::new(), about };
        for (name, view) in SafeTensors::deserialize(&bytes).unwrap().tensors() {
            let words = view.data().chunks_exact(4).map(|b| b.try_into().unwrap());
            if view.dtype() == safetensors::Dtype::I32 {
                golden.ids.insert(name, words.map(u32::from_le_bytes).collect());
            } else {
                let values = words.map(f32::from_le_bytes).collect();
                golden.tensors.insert(name, Tensor::from_vec(values, view.shape()));
            }
        }
        golden
    }

    pub fn get(&self, name: &str) -> &Tensor {
        self.tensors.get(name).unwrap_or_else(|| panic!("the fixture has no {name}"))
    }

    pub fn ids(&self, name: &str) -> &[u32] {
        self.ids.get(name).unwrap_or_else(|| panic!("the fixture has no {name}"))
    }

    /// Panics unless `actual` equals the fixture's `name` up to `tolerance`, relative to its largest value.
    pub fn check(&self, name: &str, actual: &Tensor, tolerance: f32) {
        let expected = self.get(name);
        assert_eq!(actual.numel(), expected.numel(), "{name}: {:?} {:?}", actual.shape(), expected.shape());
        let largest = expected.data().iter().fold(1e-3_f32, |max, x| max.max(x.abs()));
        for (i, (a, e)) in actual.data().iter().zip(expected.data()).enumerate() {
            assert!((a - e).abs() <= tolerance * largest, "{name}[{i}]: {a}, PyTorch {e}");
        }
    }

    pub fn watch(&self, tape: &Tape, name: &str) -> Tensor {
        tape.watch(self.get(name))
    }

    pub fn check_grads(&self, grads: &Grads, leaves: &[(&str, &Tensor)]) {
        for (name, leaf) in leaves {
            let grad = grads.get(leaf).unwrap_or_else(|| panic!("{name} has no gradient"));
            self.check(&format!("grad.{name}"), grad, 2e-5);
        }
    }

    /// `Σ out · weight`, as in the fixtures' loss.
    pub fn weighted(&self, out: &Tensor, name: &str) -> Tensor {
        let weight = self.get(&format!("weight.{name}"));
        out.mul(&weight.reshape(out.shape())).sum_all()
    }
}

#[test]
fn lstm_two_layers() {
    let golden = Golden::open("lstm");
    let tape = Tape::new();
    let [x, h0, c0] = ["in.x", "in.h0", "in.c0"].map(|name| golden.watch(&tape, name));
    let mut leaves =
        vec![("in.x".to_owned(), x.clone()), ("in.h0".into(), h0.clone()), ("in.c0".into(), c0.clone())];
    let mut y = x.transpose(0, 1);
    let (mut hn, mut cn) = (Vec::new(), Vec::new());
    for k in 0..2 {
        let names = ["weight_ih", "weight_hh", "bias_ih", "bias_hh"].map(|part| format!("param.{part}_l{k}"));
        let [weight_ih, weight_hh, bias_ih, bias_hh] = names.clone().map(|name| golden.watch(&tape, &name));
        let layer = |state: &Tensor| state.narrow(0, k, 1).reshape(&state.shape()[1..]);
        let weights = LstmWeights {
            weight_ih: &weight_ih,
            weight_hh: &weight_hh,
            bias_ih: &bias_ih,
            bias_hh: &bias_hh,
        };
        let output = y.lstm(&layer(&h0), &layer(&c0), weights);
        y = output.output;
        hn.push(output.h);
        cn.push(output.c);
        leaves.extend(names.into_iter().zip([weight_ih, weight_hh, bias_ih, bias_hh]));
    }
    let y = y.transpose(0, 1);
    let (hn, cn) = (concat(&[&hn[0], &hn[1]], 0), concat(&[&cn[0], &cn[1]], 0));
    golden.check("out.y", &y, 1e-6);
    golden.check("out.hn", &hn, 1e-6);
    golden.check("out.cn", &cn, 1e-6);
    let loss = golden.weighted(&y, "y").add(&golden.weighted(&hn, "hn")).add(&golden.weighted(&cn, "cn"));
    let grads = tape.backward(&loss);
    let leaves: Vec<_> = leaves.iter().map(|(name, leaf)| (name.as_str(), leaf)).collect();
    golden.check_grads(&grads, &leaves);
}

#[test]
fn gru() {
    let golden = Golden::open("gru");
    let tape = Tape::new();
    let names =
        ["in.x", "in.h0", "param.weight_ih_l0", "param.weight_hh_l0", "param.bias_ih_l0", "param.bias_hh_l0"];
    let leaves = names.map(|name| golden.watch(&tape, name));
    let [x, h0, weight_ih, weight_hh, bias_ih, bias_hh] = &leaves;
    let output = x
        .transpose(0, 1)
        .gru(&h0.reshape(&h0.shape()[1..]), GruWeights { weight_ih, weight_hh, bias_ih, bias_hh });
    let y = output.output.transpose(0, 1);
    golden.check("out.y", &y, 1e-6);
    golden.check("out.hn", &output.h, 1e-6);
    let grads = tape.backward(&golden.weighted(&y, "y").add(&golden.weighted(&output.h, "hn")));
    let pairs: Vec<_> = names.into_iter().zip(&leaves).collect();
    golden.check_grads(&grads, &pairs);
}

#[test]
fn layer_norm() {
    let golden = Golden::open("layer_norm");
    let tape = Tape::new();
    let names = ["in.x", "param.weight", "param.bias"];
    let leaves = names.map(|name| golden.watch(&tape, name));
    let y = leaves[0].layer_norm(&leaves[1], &leaves[2], 1e-5);
    golden.check("out.y", &y, 1e-6);
    let grads = tape.backward(&golden.weighted(&y, "y"));
    golden.check_grads(&grads, &names.into_iter().zip(&leaves).collect::<Vec<_>>());
}

/// `torch.nn.MultiheadAttention` built from our ops: three projections, split heads, attention, one
/// projection.
fn multihead(
    x: &Tensor,
    memory: &Tensor,
    params: &[Tensor; 4],
    heads: usize,
    mask: &AttentionMask,
) -> Tensor {
    let [in_weight, in_bias, out_weight, out_bias] = params;
    let channels = out_bias.numel();
    let project = |x: &Tensor, part: usize| {
        let weight = in_weight.narrow(0, part * channels, channels);
        let bias = in_bias.narrow(0, part * channels, channels);
        let split = [x.dim(0), x.dim(1), heads, channels / heads];
        x.linear(&weight, Some(&bias)).reshape(&split).transpose(1, 2) // (B, N, T, D)
    };
    let (query, key) = (project(x, 0), project(memory, 1));
    let context = query.attention(&key, &project(memory, 2), mask);
    let weights = query.attention_weights(&key, mask);
    for row in weights.data().chunks(weights.dim(3)) {
        assert!(
            (row.iter().sum::<f32>() - 1.0).abs() < 1e-6,
            "attention row sums to {}",
            row.iter().sum::<f32>()
        );
    }
    context.transpose(1, 2).reshape(x.shape()).linear(out_weight, Some(out_bias))
}

const ATTENTION_PARAMS: [&str; 4] =
    ["param.in_proj_weight", "param.in_proj_bias", "param.out_proj.weight", "param.out_proj.bias"];

#[test]
fn multihead_attention_causal() {
    let golden = Golden::open("attention_self_causal");
    let tape = Tape::new();
    let x = golden.watch(&tape, "in.x");
    let params = ATTENTION_PARAMS.map(|name| golden.watch(&tape, name));
    let mask = AttentionMask { causal_offset: Some(0), ..AttentionMask::default() };
    let y = multihead(&x, &x, &params, 2, &mask);
    golden.check("out.y", &y, 1e-6);
    let grads = tape.backward(&golden.weighted(&y, "y"));
    golden.check_grads(&grads, &[("in.x", &x)]);
    golden.check_grads(&grads, &ATTENTION_PARAMS.into_iter().zip(&params).collect::<Vec<_>>());
}

#[test]
fn multihead_attention_over_a_padded_memory() {
    let golden = Golden::open("attention_cross_padded");
    let tape = Tape::new();
    let (x, memory) = (golden.watch(&tape, "in.x"), golden.watch(&tape, "in.memory"));
    let params = ATTENTION_PARAMS.map(|name| golden.watch(&tape, name));
    let mask = AttentionMask { key_lengths: Some(vec![6, 3, 1]), ..AttentionMask::default() };
    let y = multihead(&x, &memory, &params, 2, &mask);
    golden.check("out.y", &y, 1e-6);
    let grads = tape.backward(&golden.weighted(&y, "y"));
    golden.check_grads(&grads, &[("in.x", &x), ("in.memory", &memory)]);
    golden.check_grads(&grads, &ATTENTION_PARAMS.into_iter().zip(&params).collect::<Vec<_>>());
}

#[test]
fn cross_entropy() {
    let golden = Golden::open("cross_entropy");
    let tape = Tape::new();
    let logits = golden.watch(&tape, "in.logits");
    // PyTorch's default of -100 is not a u32; any id outside the vocabulary works.
    let padding = u32::MAX;
    let targets: Vec<u32> = golden.about["targets"]
        .as_array()
        .unwrap()
        .iter()
        .map(|target| target.as_u64().map_or(padding, |target| target as u32))
        .collect();
    let loss =
        logits.cross_entropy(&targets, CrossEntropy { ignore_index: Some(padding), label_smoothing: 0.1 });
    golden.check("out.loss", &loss, 1e-6);
    golden.check_grads(&tape.backward(&loss), &[("in.logits", &logits)]);
}

#[test]
fn adamw_ten_steps() {
    let golden = Golden::open("adamw");
    let mut parameter = golden.get("param.p").clone();
    let config = AdamWConfig { beta1: 0.9, beta2: 0.99, eps: 1e-8, weight_decay: 0.1 };
    let mut optimizer = AdamW::new(config, &[("p".into(), parameter.clone())]);
    for step in 0..10 {
        let grad = golden.get("in.gradients").narrow(0, step, 1).reshape(parameter.shape());
        optimizer.begin_step();
        optimizer.update(0, &mut parameter, &grad, 1.0, 1e-2);
        let expected = golden.get("out.p").narrow(0, step, 1);
        for (a, e) in parameter.data().iter().zip(expected.data()) {
            assert!((a - e).abs() < 1e-6, "step {step}: {a}, PyTorch {e}");
        }
    }
}

/// The model of the fixture with its initial parameters.
fn char_lstm(golden: &Golden) -> CharLstm {
    let config =
        CharLstmConfig { vocab_size: 20, embedding_size: 8, hidden_size: 16, num_layers: 4, dropout: 0.0 };
    let mut model = CharLstm::init(config, &mut liedwerk::rng::Rng::new(1)).unwrap();
    model.visit(&mut |name, parameter| *parameter = golden.get(&format!("param.{name}")).clone());
    model
}

#[test]
fn char_lstm_logits_and_gradients() {
    let golden = Golden::open("char_lstm");
    let model = char_lstm(&golden);
    let tape = Tape::new();
    let mut tracked = model.clone();
    let mut leaves = Vec::new();
    tracked.visit(&mut |name, parameter| {
        *parameter = tape.watch(parameter);
        leaves.push((format!("param.{name}"), parameter.clone()));
    });
    let ids = golden.ids("in.ids");
    let stream = ids.len() / 4;
    let window = |shift: usize| -> Vec<u32> {
        (0..4).flat_map(|b| ids[b * stream + shift..][..12].iter().copied()).collect()
    };
    let (logits, _) = tracked.forward(&window(0), 4, &model.zero_state(4), None);
    golden.check("out.logits", &logits, 1e-5);
    let loss = logits.cross_entropy(&window(1), CrossEntropy::default());
    let grads = tape.backward(&loss);
    golden.check_grads(&grads, &leaves.iter().map(|(name, leaf)| (name.as_str(), leaf)).collect::<Vec<_>>());
}

/// The settings used for the fixtures, with a constant learning rate.
pub fn constant_rate(beta2: f32) -> PlannedTraining {
    PlannedTraining { lr: 3e-3, warmup_steps: 1, decay_steps: 1, beta2, ..PlannedTraining::default() }
}

#[test]
fn char_lstm_ten_training_losses() {
    let golden = Golden::open("char_lstm");
    let settings = PlannedTraining { batch_size: 4, window: 12, ..constant_rate(0.99) };
    let mut trainer = Trainer::on_text(char_lstm(&golden), golden.ids("in.ids").to_vec(), &settings).unwrap();
    for step in 0..10 {
        let metrics = block_on(trainer.step()).unwrap();
        let (loss, norm) = (golden.get("out.losses").data()[step], golden.get("out.grad_norms").data()[step]);
        assert!(
            (metrics.loss - loss).abs() < 1e-5 * loss,
            "step {step}: loss {}, PyTorch {loss}",
            metrics.loss
        );
        assert!((metrics.grad_norm - norm).abs() < 1e-4 * norm, "step {step}: {}, {norm}", metrics.grad_norm);
    }
}
