//! Training of translators, natively with the portable kernels.

use crate::training::{bits_of, loss_of, step};
use liedwerk::generate::Search;
use liedwerk::generate::beam::{Limits, search};
use liedwerk::models::TranslationModel;
use liedwerk::rng::Rng;
use liedwerk::text::{END, START};
use liedwerk::train::{
    Learner, PairBatches, Plan, PlannedTraining, Recipe, TokenPair, Trainer, Translating, batches_by_length,
};
use liedwerk::{Error, ErrorCode};
use pollster::block_on;

/// Short sentences with a rule: the translation is the sentence reversed, with every word id increased by
/// one.
fn pairs(count: usize, seed: u64) -> Vec<TokenPair> {
    let mut rng = Rng::new(seed);
    let mut pair = || {
        let words: Vec<u32> = (0..1 + rng.below(5)).map(|_| 3 + rng.below(8) as u32).collect();
        let translated: Vec<u32> = words.iter().rev().map(|word| word + 1).collect();
        let framed = |words: &[u32]| [&[START], words, &[END]].concat();
        TokenPair { source: framed(&words), target: framed(&translated) }
    };
    (0..count).map(|_| pair()).collect()
}

const VOCAB: usize = 12;

fn plan(model: &str, dropout: f32) -> Plan {
    let text = format!(
        r#"
        name = "test"
        precision = "int8"
        [model]
        {model}
        dropout = {dropout}
        tie_embeddings = true
        [tokenizer]
        type = "bpe"
        vocab_size = 300
        [data]
        train = ["train.tsv"]
        dev = "dev.tsv"
        max_tokens = 50
        [train]
        seed = 3
        tokens_per_batch = 120
        label_smoothing = 0.1
        steps = 400
        lr = 5e-3
        warmup_steps = 20
        decay_steps = 200
        weight_decay = 0.01
        grad_clip = 1.0
        beta1 = 0.9
        beta2 = 0.98
        average = 0.9
        checkpoint_every = 50
        "#
    );
    Recipe::from_toml(&text).unwrap().plan
}

const TRANSFORMER: &str = r#"
    type = "transformer"
    d_model = 24
    nhead = 3
    num_encoder_layers = 2
    num_decoder_layers = 2
    dim_feedforward = 32
    norm_first = true"#;
const SEQ2SEQ: &str = r#"
    type = "seq2seq"
    embedding_size = 16
    hidden_size = 24
    attention_size = 16
    num_layers = 2
    bidirectional = true"#;

fn trainer(
    model: &str,
    dropout: f32,
    change: impl FnOnce(&mut PlannedTraining),
) -> Trainer<TranslationModel, PairBatches, Translating> {
    let mut plan = plan(model, dropout);
    change(&mut plan.train);
    let config = plan.model.unwrap().config([VOCAB; 2]).unwrap();
    let model = TranslationModel::init(config, &mut Rng::new(5)).unwrap();
    Trainer::on_pairs(model, pairs(300, 1), &plan.train).unwrap()
}

/// The loss, in batches of at most `tokens` padded tokens per side.
fn pair_loss(model: &TranslationModel, pairs: &[TokenPair], tokens: usize) -> f64 {
    loss_of(model, batches_by_length(pairs, tokens), Translating { label_smoothing: 0.0 })
}

/// Number of new sentences translated without errors.
fn correct(model: &TranslationModel) -> usize {
    let held_out = pairs(50, 2);
    let sources: Vec<&[u32]> = held_out.iter().map(|pair| &pair.source[..]).collect();
    let limits = vec![Limits { max_new_tokens: 12, no_repeat_ngram: 0 }; sources.len()];
    let found = block_on(search(&mut *model.decoder(&sources, false), &limits, Search::default())).unwrap();
    found.iter().zip(&held_out).filter(|(found, pair)| found.tokens == pair.target[1..]).count()
}

#[test]
fn both_models_learn_to_translate() {
    for model in [TRANSFORMER, SEQ2SEQ] {
        let mut trainer = trainer(model, 0.0, |_| {});
        let dev = pairs(60, 2);
        let before = pair_loss(trainer.model(), &dev, 200);
        assert!(correct(trainer.model()) < 5);
        for _ in 0..400 {
            step(&mut trainer);
        }
        let after = pair_loss(trainer.average(), &dev, 200);
        let correct = correct(trainer.average());
        assert!(before > 2.0 && after < 0.6 && correct > 40, "{before} -> {after}, {correct} of 50: {model}");
    }
}

#[test]
fn the_loss_does_not_depend_on_the_batches() {
    for model in [TRANSFORMER, SEQ2SEQ] {
        let trainer = trainer(model, 0.3, |_| {});
        let dev = pairs(40, 2);
        let together = pair_loss(trainer.model(), &dev, 1000);
        let alone = pair_loss(trainer.model(), &dev, 1);
        assert!((together - alone).abs() < 1e-5 * alone, "{together} {alone}");
    }
}

#[test]
fn a_resumed_run_equals_an_uninterrupted_one_to_the_bit() {
    for model in [TRANSFORMER, SEQ2SEQ] {
        let fresh = || trainer(model, 0.2, |_| {});
        let (mut whole, mut first) = (fresh(), fresh());
        for _ in 0..7 {
            step(&mut whole);
            step(&mut first);
        }
        let checkpoint = block_on(first.checkpoint()).unwrap();
        let mut second = fresh();
        second.restore(&checkpoint).unwrap();
        for _ in 0..40 {
            assert_eq!(step(&mut whole).loss.to_bits(), step(&mut second).loss.to_bits());
        }
        assert!(whole.epoch() > 0, "the resumed run should meet a second epoch");
        assert_eq!(bits_of(whole.model()), bits_of(second.model()));
        assert_eq!(bits_of(whole.average()), bits_of(second.average()));
    }
}

#[test]
fn a_damaged_checkpoint_changes_nothing() {
    let mut trainer = trainer(TRANSFORMER, 0.0, |_| {});
    step(&mut trainer);
    let checkpoint = block_on(trainer.checkpoint()).unwrap();
    step(&mut trainer);
    let before = bits_of(trainer.model());
    for cut in [0, 7, 9, 100, checkpoint.len() / 2, checkpoint.len() - 1] {
        let error: Error = trainer.restore(&checkpoint[..cut]).unwrap_err();
        assert_eq!(error.code(), ErrorCode::BadWeights, "cut at {cut}");
    }
    let other = block_on(self::trainer(SEQ2SEQ, 0.0, |_| {}).checkpoint()).unwrap();
    assert_eq!(trainer.restore(&other).unwrap_err().code(), ErrorCode::ParameterShape);
    assert_eq!(before, bits_of(trainer.model()));
}

#[test]
fn dropout_changes_training_and_nothing_else() {
    for model in [TRANSFORMER, SEQ2SEQ] {
        let losses = |dropout: f32| {
            let mut trainer = trainer(model, dropout, |_| {});
            [(); 3].map(|()| step(&mut trainer).loss)
        };
        assert_eq!(losses(0.5), losses(0.5));
        assert_ne!(losses(0.5), losses(0.0));
        let [with, without] =
            [0.5, 0.0].map(|p| pair_loss(trainer(model, p, |_| {}).model(), &pairs(9, 4), 99));
        assert_eq!(with, without);
    }
}

#[test]
fn impossible_recipes_are_refused() {
    let absurd: [fn(&mut PlannedTraining); 6] = [
        |settings| settings.tokens_per_batch = 0,
        |settings| settings.lr = f32::NAN,
        |settings| settings.label_smoothing = 1.0,
        |settings| settings.average = -0.1,
        |settings| settings.warmup_steps = u64::MAX,
        |settings| settings.grad_clip = 0.0,
    ];
    for change in absurd {
        let mut settings = plan(TRANSFORMER, 0.0).train;
        change(&mut settings);
        assert_eq!(settings.check().unwrap_err().code(), ErrorCode::BadRecipe, "{settings:?}");
    }
    for text in ["", "[model]\ntype = \"gpt\"", "[model]\ntype = \"char_lstm\"", "[model]\ntype = 3"] {
        assert_eq!(Recipe::from_toml(text).unwrap_err().code(), ErrorCode::BadRecipe, "{text}");
    }
}

#[test]
fn an_absurd_learning_rate_is_noticed() {
    let mut trainer = trainer(TRANSFORMER, 0.0, |settings| settings.lr = 1e30);
    let error =
        (0..50).find_map(|_| block_on(trainer.step()).err()).expect("training went on with an absurd rate");
    assert_eq!(error.code(), ErrorCode::Diverged);
}
