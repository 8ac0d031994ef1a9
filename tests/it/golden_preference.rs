//! The losses for preferences compared with PyTorch's. `tests/golden/generate_preference.py` wrote the
//! fixtures.

use crate::golden::Golden;
use liedwerk::models::{Gpt, ModelConfig, RewardModel};
use liedwerk::nn::Module;
use liedwerk::rng::Rng;
use liedwerk::tensor::{Tape, Tensor};
use liedwerk::train::{
    Continuation, DrawnTexts, Objective, PairedTexts, Preferring, Reinforcing, Rewarding, padded,
    sequence_log_probs,
};

/// Tolerance for gradients that should be 0.
const ROUNDING: f32 = 1e-6;

/// A GPT with the fixture's sizes and arbitrary parameters.
fn gpt(golden: &Golden) -> Gpt {
    let mut config = golden.about["sizes"].clone();
    config["model_type"] = "gpt2".into();
    let ModelConfig::Gpt2(config) = ModelConfig::from_json(&config.to_string()).unwrap() else {
        unreachable!()
    };
    Gpt::init(config, &mut Rng::new(1)).unwrap()
}

fn numbers(golden: &Golden, name: &str) -> Vec<usize> {
    let numbers = golden.about[name].as_array().unwrap();
    numbers.iter().map(|number| number.as_u64().unwrap() as usize).collect()
}

fn texts(golden: &Golden) -> Vec<Continuation> {
    let (lengths, begins) = (numbers(golden, "lengths"), numbers(golden, "begins"));
    let ids = golden.ids("in.ids");
    let rows = ids.chunks(ids.len() / lengths.len()).zip(lengths).zip(begins);
    rows.map(|((row, length), beginning)| Continuation { tokens: row[..length].to_vec(), beginning })
        .collect()
}

/// Compares the loss and all gradients of a model with the fixture's parameters.
fn check<M: Module>(golden: &Golden, mut model: M, loss: impl FnOnce(&M) -> Tensor) {
    let (tape, mut leaves) = (Tape::new(), Vec::new());
    model.visit(&mut |name, parameter| {
        let name = format!("param.{name}");
        *parameter = golden.watch(&tape, &name);
        leaves.push((name, parameter.clone()));
    });
    let loss = loss(&model);
    golden.check("out.loss", &loss, 1e-5);
    let grads = tape.backward(&loss);
    for (name, leaf) in &leaves {
        let grad = grads.get(leaf).cloned().unwrap_or_else(|| Tensor::zeros(leaf.shape()));
        let expected = golden.get(&format!("grad.{name}"));
        if expected.data().iter().all(|value| value.abs() < ROUNDING) {
            // Parameters that shift both rewards of a pair equally have no gradient.
            assert!(grad.data().iter().all(|value| value.abs() < ROUNDING), "{name}: {grad:?}");
        } else {
            golden.check(&format!("grad.{name}"), &grad, 1e-5);
        }
    }
}

#[test]
fn a_reward_model_gives_the_rewards_the_loss_and_all_gradients() {
    let golden = Golden::open("prefer_reward");
    let batch = PairedTexts { texts: texts(&golden), reference: vec![0.0; 4] };
    check(&golden, RewardModel::new(gpt(&golden)), |model| {
        let rewards = model.forward(&padded(&batch.texts), &numbers(&golden, "lengths"), None);
        golden.check("out.rewards", &rewards, 1e-5);
        Rewarding.loss(model, &batch, None)
    });
}

#[test]
fn preferring_gives_the_loss_and_all_gradients() {
    let golden = Golden::open("prefer_dpo");
    let batch = PairedTexts { texts: texts(&golden), reference: golden.get("in.reference").to_vec() };
    check(&golden, gpt(&golden), |model| {
        golden.check("out.log_probs", &sequence_log_probs(model, &batch.texts), 1e-5);
        Preferring { beta: 0.3 }.loss(model, &batch, None)
    });
}

#[test]
fn reinforcing_gives_the_loss_and_all_gradients() {
    let golden = Golden::open("prefer_reinforce");
    let [reference, rewards] = ["in.reference", "in.rewards"].map(|name| golden.get(name).to_vec());
    let batch = DrawnTexts { texts: texts(&golden), rewards, reference, group: 2 };
    check(&golden, gpt(&golden), |model| Reinforcing { beta: 0.3 }.loss(model, &batch, None));
}
