//! The models that read compared with PyTorch. `tests/golden/generate_labels.py` wrote the fixtures.

use crate::golden::{Golden, constant_rate};
use liedwerk::models::{ModelConfig, Tagger, TextClassifier, WordForm};
use liedwerk::nn::Module;
use liedwerk::ops::CrossEntropy;
use liedwerk::rng::Rng;
use liedwerk::tensor::{Tape, Tensor};
use liedwerk::train::{
    Classifying, LabelBatch, Learner, Model, Objective, PairBatches, PlannedTraining, Tagging, TokenPair,
    Trainer, UNSCORED,
};
use pollster::block_on;
use std::rc::Rc;

const STEPS: usize = 10;
const CLASSIFIERS: [&str; 2] = ["text_classifier_mean", "text_classifier_last"];

/// The model with the parameters of a fixture.
fn with_parameters<M: Module>(mut model: M, golden: &Golden) -> M {
    model.visit(&mut |name, parameter| {
        let found = golden.get(&format!("param.{name}"));
        assert_eq!(found.shape(), parameter.shape(), "{name}");
        *parameter = found.clone();
    });
    model
}

fn config(golden: &Golden, model_type: &str) -> ModelConfig {
    let mut config = golden.about["sizes"].clone();
    config["model_type"] = model_type.into();
    ModelConfig::from_json(&config.to_string()).unwrap()
}

fn classifier(golden: &Golden) -> TextClassifier {
    let ModelConfig::TextClassifier(config) = config(golden, "text_classifier") else { unreachable!() };
    with_parameters(TextClassifier::init(config, &mut Rng::new(1)).unwrap(), golden)
}

fn tagger(golden: &Golden) -> (Tagger, Rc<[WordForm]>) {
    let ModelConfig::Tagger(config) = config(golden, "tagger") else { unreachable!() };
    let words = golden.ids("in.words");
    let rows = golden.ids("in.chars").chunks(golden.ids("in.chars").len() / words.len());
    let chars = |row: &[u32]| row.iter().copied().take_while(|&id| id != 0).collect();
    let forms = words.iter().zip(rows).map(|(&word, row)| WordForm { word, chars: chars(row) });
    (with_parameters(Tagger::init(config, &mut Rng::new(1)).unwrap(), golden), forms.collect())
}

fn batch(golden: &Golden, index: usize) -> LabelBatch {
    let part = |name: &str| {
        let all = golden.ids(name);
        let size = all.len() / STEPS;
        all[index * size..][..size].to_vec()
    };
    let lengths = golden.about["lengths"].as_array().unwrap();
    // The fixture marks unscored labels with -100.
    let labels = part("in.labels").into_iter().map(|label| if label > 1000 { UNSCORED } else { label });
    LabelBatch {
        inputs: part("in.ids"),
        lengths: lengths.iter().map(|length| length.as_u64().unwrap() as usize).collect(),
        labels: labels.collect(),
    }
}

fn settings() -> PlannedTraining {
    PlannedTraining { label_smoothing: 0.1, average: 0.0, ..constant_rate(0.98) }
}

/// A placeholder; the batches come from the fixture.
fn examples() -> PairBatches<LabelBatch> {
    PairBatches::new(vec![TokenPair { source: vec![1], target: vec![0] }], 8, 1).unwrap()
}

/// Compares the logits and all gradients of the first batch.
fn check_first<M: Module>(golden: &Golden, model: &M, logits: impl FnOnce(&M, &LabelBatch) -> Tensor) {
    let tape = Tape::new();
    let (mut tracked, mut leaves) = (model.clone(), Vec::new());
    tracked.visit(&mut |name, parameter| {
        *parameter = tape.watch(parameter);
        leaves.push((format!("param.{name}"), parameter.clone()));
    });
    let batch = batch(golden, 0);
    let logits = logits(&tracked, &batch);
    golden.check("out.logits", &logits, 1e-5);
    let options = CrossEntropy { ignore_index: Some(UNSCORED), label_smoothing: 0.1 };
    let grads = tape.backward(&logits.cross_entropy(&batch.labels, options));
    let leaves: Vec<_> = leaves.iter().map(|(name, leaf)| (name.as_str(), leaf)).collect();
    golden.check_grads(&grads, &leaves);
}

fn check_losses<M, O>(golden: &Golden, mut trainer: Trainer<M, PairBatches<LabelBatch>, O>)
where
    M: Module + Into<Model>,
    O: Objective<M, Batch = LabelBatch>,
{
    for (step, expected) in golden.get("out.losses").data().iter().enumerate() {
        let loss = block_on(trainer.step_on(&batch(golden, step))).unwrap().loss;
        assert!((loss - expected).abs() < 1e-4 * expected, "step {step}: {loss}, PyTorch {expected}");
    }
    assert_eq!(trainer.steps_done(), STEPS as u64);
}

#[test]
fn classifiers_give_the_logits_gradients_and_ten_losses() {
    for case in CLASSIFIERS {
        let golden = Golden::open(case);
        let model = classifier(&golden);
        check_first(&golden, &model, |model, batch| model.forward(&batch.inputs, &batch.lengths, None));
        let objective = Classifying { label_smoothing: 0.1 };
        check_losses(&golden, Trainer::new(model, examples(), objective, &settings(), None));
    }
}

#[test]
fn a_tagger_gives_the_logits_gradients_and_ten_losses() {
    let golden = Golden::open("tagger");
    let (model, forms) = tagger(&golden);
    let all: Vec<&WordForm> = forms.iter().collect();
    check_first(&golden, &model, |model, batch| model.forward(&all, &batch.inputs, &batch.lengths, None));
    let objective = Tagging { label_smoothing: 0.1, forms };
    check_losses(&golden, Trainer::new(model, examples(), objective, &settings(), None));
}

/// Other sentences in a batch do not affect the result for a sentence.
#[test]
fn padding_changes_nothing() {
    let golden = Golden::open("tagger");
    let (model, forms) = tagger(&golden);
    let forms: Vec<&WordForm> = forms.iter().collect();
    let alone = model.forward(&forms[2..4], &[1, 0, 1], &[3], None);
    let beside = model.forward(&forms, &[3, 2, 3, 0, 0, 1, 2, 4, 5, 6], &[3, 5], None);
    let difference = alone.data().iter().zip(beside.data()).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
    assert!(difference < 1e-6, "{difference}");
}
