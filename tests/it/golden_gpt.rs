//! GPT-2 compared with Python's transformers. `tests/golden/generate_gpt.py` wrote the fixtures.

use crate::golden::Golden;
use liedwerk::Tensor;
use liedwerk::io::{Precision, Weights, to_safetensors};
use liedwerk::models::{Decoder, Gpt, ModelConfig, stored_layout};
use liedwerk::nn::Module;
use liedwerk::ops::CrossEntropy;
use liedwerk::tensor::Tape;
use liedwerk::train::{AdamW, AdamWConfig, clip_factor, loss_and_norm};
use pollster::block_on;
use safetensors::SafeTensors;

fn path(case: &str, file: &str) -> String {
    format!("{}/tests/fixtures/golden/{case}/{file}", env!("CARGO_MANIFEST_DIR"))
}

fn read(case: &str, file: &str) -> Vec<u8> {
    std::fs::read(path(case, file)).unwrap()
}

/// The model in a folder written by transformers.
fn open(case: &str) -> Gpt {
    with_weights(case, &read(case, "model.safetensors"))
}

fn with_weights(case: &str, weights: &[u8]) -> Gpt {
    let config = ModelConfig::from_json(&String::from_utf8(read(case, "config.json")).unwrap()).unwrap();
    let ModelConfig::Gpt2(config) = config else { panic!("{config:?}") };
    let mut weights = Weights::from_safetensors(weights).unwrap();
    let model = Gpt::from_weights(config, &mut weights).unwrap();
    weights.finish().unwrap();
    model
}

const BATCH: usize = 4;

/// Inputs and targets, each `(B, T)`.
fn batch(golden: &Golden, step: usize) -> (Vec<u32>, Vec<u32>) {
    let all = golden.ids("in.ids");
    let size = all.len() / golden.about["steps"].as_u64().unwrap() as usize;
    let rows = || all[step * size..][..size].chunks(size / BATCH);
    (
        rows().flat_map(|row| row[..row.len() - 1].to_vec()).collect(),
        rows().flat_map(|row| row[1..].to_vec()).collect(),
    )
}

/// Logits, loss, and the gradient of each parameter by name.
fn gradients(model: &Gpt, (inputs, targets): (Vec<u32>, Vec<u32>)) -> (Tensor, f32, Vec<(String, Tensor)>) {
    let tape = Tape::new();
    let mut tracked = model.clone();
    let mut leaves = Vec::new();
    tracked.visit(&mut |name, parameter| {
        *parameter = tape.watch(parameter);
        leaves.push((name, parameter.clone()));
    });
    let logits = tracked.forward(&inputs, BATCH, None);
    let loss = logits.cross_entropy(&targets, CrossEntropy::default());
    let grads = tape.backward(&loss);
    let grad = |(name, leaf): (String, Tensor)| (name, grads.get(&leaf).unwrap().clone());
    (logits.detach(), loss.item(), leaves.into_iter().map(grad).collect())
}

#[test]
fn logits_and_all_gradients() {
    let golden = Golden::open("gpt2");
    let (logits, _, grads) = gradients(&open("gpt2"), batch(&golden, 0));
    golden.check("out.logits", &logits, 1e-5);
    // With the names and layout of a file, which are those of transformers.
    let grads = stored_layout(grads, Precision::F32);
    assert_eq!(grads.len(), 28);
    for (name, grad) in grads {
        golden.check(&format!("grad.{name}"), &grad, 2e-5);
    }
}

#[test]
fn ten_training_losses() {
    let golden = Golden::open("gpt2");
    let mut model = open("gpt2");
    let config = AdamWConfig { beta1: 0.9, beta2: 0.98, eps: 1e-8, weight_decay: 0.01 };
    let mut optimizer = AdamW::new(config, &model.parameters());
    for step in 0..10 {
        let (_, found, grads) = gradients(&model, batch(&golden, step));
        let grads: Vec<Tensor> = grads.into_iter().map(|(_, grad)| grad).collect();
        let (found, found_norm) = block_on(loss_and_norm(&Tensor::scalar(found), &grads)).unwrap();
        let (loss, norm) = (golden.get("out.losses").data()[step], golden.get("out.grad_norms").data()[step]);
        assert!((found - loss).abs() < 1e-5 * loss, "step {step}: {found}, PyTorch {loss}");
        assert!((found_norm - norm).abs() < 1e-4 * norm, "step {step}: norm {found_norm}, PyTorch {norm}");
        optimizer.begin_step();
        let mut grads = grads.iter().enumerate();
        model.visit(&mut |_, parameter| {
            let (index, grad) = grads.next().unwrap();
            optimizer.update(index, parameter, grad, clip_factor(found_norm, 1.0), 3e-3);
        });
    }
}

/// Greedy decoding beyond the context window, from prompts that may be longer than it.
#[test]
fn greedy_texts() {
    #[derive(serde::Deserialize)]
    struct Text {
        prompt: Vec<u32>,
        tokens: Vec<u32>,
    }
    let golden = Golden::open("gpt2");
    let texts: Vec<Text> = serde_json::from_value(golden.about["greedy"].clone()).unwrap();
    let model = open("gpt2");
    let mut decoder = model.decoder(texts.len());
    let mut logits = Vec::new();
    for (row, text) in texts.iter().enumerate() {
        let mut of_row = Vec::new();
        decoder.prefill(row, &text.prompt, &mut of_row);
        logits.extend(of_row);
    }
    for step in 0..texts[0].tokens.len() {
        let likeliest = |row: &[f32]| (0..row.len()).max_by(|&a, &b| row[a].total_cmp(&row[b])).unwrap();
        let tokens: Vec<u32> =
            logits.chunks(model.config().vocab_size).map(|row| likeliest(row) as u32).collect();
        let expected: Vec<u32> = texts.iter().map(|text| text.tokens[step]).collect();
        assert_eq!(tokens, expected, "step {step}");
        block_on(decoder.step(&tokens, &mut logits)).unwrap();
    }
}

/// In the format of older versions: f16, no prefix, boolean masks, a copy of the table as output layer.
#[test]
fn an_older_folder_in_f16() {
    let (golden, model) = (Golden::open("gpt2_f16"), open("gpt2_f16"));
    golden.check("out.logits", &model.forward(golden.ids("in.ids"), 2, None), 1e-5);
}

#[test]
fn the_command_converts_an_older_folder() {
    let folder = tempfile::tempdir().unwrap();
    let converted = folder.path().join("model.safetensors");
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_liedwerk"))
        .args(["convert", "--precision", "int8", &path("gpt2_f16", "model.safetensors")])
        .arg(&converted)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    // Its matrices are too small for 8 bits, so only names and layout change.
    let found = with_weights("gpt2_f16", &std::fs::read(converted).unwrap()).parameters();
    for ((name, found), (_, expected)) in found.iter().zip(open("gpt2_f16").parameters()) {
        assert_eq!(found.to_vec(), expected.to_vec(), "{name}");
    }
}

/// Our files have the same entries as those of transformers, except for the prefix, which it does not need.
#[test]
fn our_folder_is_theirs() {
    let model = open("gpt2");
    let parameters = stored_layout(model.parameters(), Precision::F32);
    let (ours, theirs) =
        (to_safetensors(&parameters, Precision::F32).unwrap(), read("gpt2", "model.safetensors"));
    let (ours, theirs) =
        (SafeTensors::deserialize(&ours).unwrap(), SafeTensors::deserialize(&theirs).unwrap());
    assert_eq!(ours.len(), theirs.len());
    for (name, view) in theirs.tensors() {
        let found = ours.tensor(name.strip_prefix("transformer.").unwrap()).unwrap();
        assert_eq!((found.dtype(), found.shape()), (view.dtype(), view.shape()), "{name}");
        assert!(found.data() == view.data(), "{name}");
    }

    for case in ["gpt2", "gpt2_f16"] {
        let ours = serde_json::to_string(&ModelConfig::Gpt2(open(case).config().clone())).unwrap();
        let ours: serde_json::Value = serde_json::from_str(&ours).unwrap();
        let theirs: serde_json::Value = serde_json::from_slice(&read(case, "config.json")).unwrap();
        for (key, value) in ours.as_object().unwrap() {
            assert_eq!(value, &theirs[key], "{case}: {key}");
        }
    }
}
