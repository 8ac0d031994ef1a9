//! Training and decoding of the character LSTM, natively on the portable kernels.

use liedwerk::models::{CharLstm, CharLstmConfig, LanguageModel, TextState};
use liedwerk::nn::Module;
use liedwerk::rng::Rng;
use liedwerk::train::{CommonRecipe, TrainRecipe, Trainer, mean_loss};
use liedwerk::{Error, ErrorCode};
use pollster::block_on;

fn model(dropout: f32) -> CharLstm {
    let config =
        CharLstmConfig { vocab_size: 11, embedding_size: 6, hidden_size: 12, num_layers: 2, dropout };
    CharLstm::init(config, &mut Rng::new(5)).unwrap()
}

fn recipe() -> TrainRecipe {
    TrainRecipe {
        batch_size: 4,
        window: 16,
        common: CommonRecipe {
            shares: 1,
            seed: 3,
            steps: 200,
            lr: 1e-2,
            warmup_steps: 5,
            decay_steps: 50,
            weight_decay: 0.01,
            grad_clip: 1.0,
            beta1: 0.9,
            beta2: 0.99,
            checkpoint_every: 50,
        },
    }
}

/// A text with a rule to learn: counting up, with a random jump now and then.
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

#[test]
fn it_learns() {
    let mut trainer = Trainer::new(model(0.0), ids(2000), recipe()).unwrap();
    let dev = ids(300);
    let before = mean_loss(trainer.model(), &dev, 0, 1, |_| {});
    for _ in 0..200 {
        trainer.step().unwrap();
    }
    let after = mean_loss(trainer.model(), &dev, 0, 1, |_| {});
    assert!(before > 2.0 && after < 0.7, "{before} -> {after}");
}

#[test]
fn a_resumed_run_equals_an_uninterrupted_one_to_the_bit() {
    let fresh = || Trainer::new(model(0.2), ids(600), recipe()).unwrap();
    let mut whole = fresh();
    let mut first = fresh();
    for _ in 0..13 {
        whole.step().unwrap();
        first.step().unwrap();
    }
    let checkpoint = first.checkpoint().unwrap();
    let mut second = fresh();
    second.restore(&checkpoint).unwrap();
    for _ in 0..13 {
        assert_eq!(whole.step().unwrap().loss.to_bits(), second.step().unwrap().loss.to_bits());
    }
    assert_eq!(bits_of(whole.model()), bits_of(second.model()));
}

#[test]
fn a_damaged_checkpoint_changes_nothing() {
    let mut trainer = Trainer::new(model(0.0), ids(600), recipe()).unwrap();
    let checkpoint = trainer.checkpoint().unwrap();
    let before = bits_of(trainer.model());
    for cut in [0, 7, 9, 100, checkpoint.len() / 2, checkpoint.len() - 1] {
        let error: Error = trainer.restore(&checkpoint[..cut]).unwrap_err();
        assert_eq!(error.code(), ErrorCode::BadWeights, "cut at {cut}");
    }
    assert_eq!(before, bits_of(trainer.model()));
}

#[test]
fn an_absurd_learning_rate_is_noticed() {
    let mut recipe = recipe();
    recipe.common.lr = 1e30;
    let mut trainer = Trainer::new(model(0.0), ids(600), recipe).unwrap();
    let error = (0..50).find_map(|_| trainer.step().err()).expect("training went on with an absurd rate");
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
fn the_loss_of_many_streams_is_that_of_one_but_for_their_beginnings() {
    let model = model(0.0);
    let ids = ids(1003);
    let one = mean_loss(&model, &ids, 0, 1, |_| {});
    let mut seen = 0;
    let four = mean_loss(&model, &ids, 0, 4, |done| seen += done);
    assert_eq!(seen, ids.len());
    assert!((one - four).abs() < 0.02 * one, "{one} {four}");
}
