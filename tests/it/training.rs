//! Training and decoding of the character LSTM, natively with the portable kernels.

use liedwerk::models::{CharLstm, CharLstmConfig, LanguageModel, TextState};
use liedwerk::nn::Module;
use liedwerk::rng::Rng;
use liedwerk::train::{
    Batch, CHECKPOINT_VERSION, Learner, Metrics, NextCharacter, Objective, Optimizer, PlannedTraining,
    Streams, Trainer, Validation, join_checkpoint, side_by_side, split_checkpoint,
};
use liedwerk::{Error, ErrorCode};
use pollster::block_on;

type LstmTrainer = Trainer<CharLstm, Streams, NextCharacter>;

fn model(dropout: f32) -> CharLstm {
    let config =
        CharLstmConfig { vocab_size: 11, embedding_size: 6, hidden_size: 12, num_layers: 2, dropout };
    CharLstm::init(config, &mut Rng::new(5)).unwrap()
}

pub fn settings() -> PlannedTraining {
    PlannedTraining {
        seed: 3,
        batch_size: 4,
        window: 16,
        steps: 200,
        lr: 1e-2,
        warmup_steps: 5,
        decay_steps: 50,
        ..PlannedTraining::default()
    }
}

fn trainer(dropout: f32, length: usize, settings: &PlannedTraining) -> LstmTrainer {
    Trainer::on_text(model(dropout), ids(length), settings).unwrap()
}

/// Performs a step of any training.
pub fn step(trainer: &mut dyn Learner) -> Metrics {
    block_on(trainer.step()).unwrap()
}

/// Loss of a model on held-out batches, in nats per token.
pub fn loss_of<M, O: Objective<M>>(model: &M, batches: Vec<O::Batch>, objective: O) -> f64
where
    O::Batch: Batch,
{
    let mut validation = Validation::new(batches, 1, objective);
    loop {
        if let Some(measured) = block_on(validation.slice(model)).unwrap() {
            return measured.loss;
        }
    }
}

/// A text with a rule to learn: counting up, with occasional random jumps.
fn ids(length: usize) -> Vec<u32> {
    let mut rng = Rng::new(8);
    let mut id = 0;
    (0..length)
        .map(|_| {
            id = if rng.uniform() < 0.05 { rng.below(11) as u32 } else { (id + 1) % 11 };
            id
        })
        .collect()
}

pub fn bits_of(model: &impl Module) -> Vec<u32> {
    model.parameters().iter().flat_map(|(_, tensor)| tensor.to_vec()).map(f32::to_bits).collect()
}

/// With either optimiser.
#[test]
fn it_learns() {
    for optimizer in [Optimizer::AdamW, Optimizer::Muon] {
        let mut trainer = trainer(0.0, 2000, &PlannedTraining { optimizer, ..settings() });
        let held_out = side_by_side(&ids(300)).0;
        let dev = |model: &CharLstm| loss_of(model, held_out.clone(), NextCharacter::new(model, 1));
        let before = dev(trainer.model());
        for _ in 0..200 {
            step(&mut trainer);
        }
        let after = dev(trainer.model());
        assert!(before > 2.0 && after < 0.7, "{optimizer:?}: {before} -> {after}");
    }
}

#[test]
fn a_resumed_run_equals_an_uninterrupted_one_to_the_bit() {
    for optimizer in [Optimizer::AdamW, Optimizer::Muon] {
        let fresh = || trainer(0.2, 600, &PlannedTraining { optimizer, ..settings() });
        let (mut whole, mut first) = (fresh(), fresh());
        for _ in 0..13 {
            step(&mut whole);
            step(&mut first);
        }
        let checkpoint = block_on(first.checkpoint()).unwrap();
        let mut second = fresh();
        second.restore(&checkpoint).unwrap();
        for _ in 0..13 {
            assert_eq!(step(&mut whole).loss.to_bits(), step(&mut second).loss.to_bits());
        }
        assert_eq!(bits_of(whole.model()), bits_of(second.model()));
        assert!(whole.epoch() > 0, "the resumed run should meet a second epoch");
    }
}

#[test]
fn a_damaged_checkpoint_changes_nothing() {
    let mut trainer = trainer(0.0, 600, &settings());
    let checkpoint = block_on(trainer.checkpoint()).unwrap();
    let before = bits_of(trainer.model());
    for cut in [0, 7, 9, 100, checkpoint.len() / 2, checkpoint.len() - 1] {
        let error: Error = trainer.restore(&checkpoint[..cut]).unwrap_err();
        assert_eq!(error.code(), ErrorCode::BadWeights, "cut at {cut}");
    }
    assert_eq!(before, bits_of(trainer.model()));
}

/// The first version was JSON with step and position, without a version, before the tensors.
#[test]
fn a_checkpoint_of_another_version_is_refused_by_name() {
    let mut trainer = trainer(0.0, 600, &settings());
    let json = br#"{"step":3,"position":{"epoch":0,"done":3}}"#;
    let old = [&(json.len() as u64).to_le_bytes()[..], json, b"tensors"].concat();
    let current = join_checkpoint(&3_u64, b"tensors");
    let (about, rest): (u64, _) = split_checkpoint(&current).unwrap();
    assert_eq!((about, rest), (3, &b"tensors"[..]));
    let named = format!("\"version\":{CHECKPOINT_VERSION}");
    let newer = String::from_utf8(current).unwrap().replace(&named, "\"version\":9");
    for (checkpoint, version) in [(old, "version 1"), (newer.into_bytes(), "version 9")] {
        let error = trainer.restore(&checkpoint).unwrap_err();
        assert_eq!(error.code(), ErrorCode::OldCheckpoint);
        assert!(error.to_string().contains(version), "{error}");
    }
}

#[test]
fn an_absurd_learning_rate_is_noticed() {
    let mut trainer = trainer(0.0, 600, &PlannedTraining { lr: 1e30, ..settings() });
    let error =
        (0..50).find_map(|_| block_on(trainer.step()).err()).expect("training went on with an absurd rate");
    assert_eq!(error.code(), ErrorCode::Diverged);
}

#[test]
fn decoding_step_by_step_equals_the_sequence() {
    let model = model(0.0);
    let ids = ids(60);
    let (logits, end) = model.forward(&ids, 1, &model.zero_state(1), None);
    let model = LanguageModel::from(model);
    let (mut state, mut step) = (model.begin(), Vec::new());
    for (t, &id) in ids.iter().enumerate() {
        block_on(model.feed(&mut state, &[id], &mut step)).unwrap();
        for (a, b) in step.iter().zip(&logits.data()[t * 11..]) {
            assert!((a - b).abs() < 1e-5, "step {t}: {a} {b}");
        }
    }
    let TextState::CharLstm(state) = state else { unreachable!() };
    for ((h, _), (expected, _)) in state.layers.iter().zip(&end.layers) {
        assert!(h.data().iter().zip(expected.data()).all(|(a, b)| (a - b).abs() < 1e-5));
    }
}

#[test]
fn the_loss_of_parts_side_by_side_is_that_of_one_but_for_their_beginnings() {
    let model = model(0.0);
    let ids = ids(1030);
    let (parts, scored) = side_by_side(&ids);
    assert_eq!((parts[0].rows, scored), (4, 4 * 257));
    assert_eq!(parts.iter().map(Batch::tokens).sum::<usize>(), scored);
    let four = loss_of(&model, parts, NextCharacter::new(&model, 4));
    let (logits, _) = model.forward(&ids[..scored], 1, &model.zero_state(1), None);
    let one = f64::from(logits.cross_entropy(&ids[1..=scored], Default::default()).item());
    assert!((one - four).abs() < 0.02 * one, "{one} {four}");
}
