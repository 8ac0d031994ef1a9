//! Training of all four models on the GPU, step by step beside the CPU's.

use super::expected;
use liedwerk::gpu::Gpu;
use liedwerk::models::{CharLstm, CharLstmConfig, Gpt, ModelConfig, TranslationModel};
use liedwerk::rng::Rng;
use liedwerk::tensor::Device;
use liedwerk::train::{Learner, Metrics, Optimizer, PlannedTraining, TokenPair, TokenSong, Trainer};

const STEPS: usize = 10;
const VOCAB: usize = 30;
/// The pool is the same natively and in a browser, where these steps take minutes in software.
const MEMORY_IS_WATCHED: bool = cfg!(not(target_arch = "wasm32"));

fn settings() -> PlannedTraining {
    PlannedTraining {
        seed: 9,
        steps: 100,
        warmup_steps: 2,
        decay_steps: 10,
        batch_size: 5,
        window: 17,
        tokens_per_batch: 60,
        label_smoothing: 0.1,
        average: 0.9,
        ..PlannedTraining::default()
    }
}

fn tokens(count: usize, seed: u64) -> Vec<u32> {
    let mut rng = Rng::new(seed);
    (0..count).map(|_| 3 + rng.below(VOCAB - 3) as u32).collect()
}

pub fn lstm() -> impl Learner {
    let sizes = CharLstmConfig {
        vocab_size: VOCAB,
        embedding_size: 12,
        hidden_size: 33,
        num_layers: 2,
        dropout: 0.2,
    };
    let model = CharLstm::init(sizes, &mut Rng::new(1)).unwrap();
    Trainer::on_text(model, tokens(2000, 2), &settings()).unwrap()
}

pub fn gpt(optimizer: Optimizer) -> impl Learner {
    let sizes = format!(
        r#"{{"model_type":"gpt2","vocab_size":{VOCAB},"n_positions":19,"n_embd":36,"n_layer":2,"n_head":4,
            "resid_pdrop":0.1,"embd_pdrop":0.1,"attn_pdrop":0.1}}"#
    );
    let ModelConfig::Gpt2(sizes) = ModelConfig::from_json(&sizes).unwrap() else { unreachable!() };
    let songs = (0..40).map(|k| TokenSong { title: tokens(2, k), verses: tokens(15, 100 + k) }).collect();
    let settings = PlannedTraining { optimizer, ..settings() };
    Trainer::on_songs(Gpt::init(sizes, &mut Rng::new(1)).unwrap(), songs, 0.5, &settings).unwrap()
}

pub fn translator(layers: &str) -> impl Learner + use<> {
    let sizes = format!(
        r#"{{{layers},"src_vocab_size":{VOCAB},"tgt_vocab_size":{VOCAB},"dropout":0.1,"tie_embeddings":true}}"#
    );
    let model = TranslationModel::init(ModelConfig::from_json(&sizes).unwrap(), &mut Rng::new(1)).unwrap();
    let framed = |count, seed| [&[1], &tokens(count, seed)[..], &[2]].concat();
    let pair = |k: u64| TokenPair {
        source: framed(2 + k as usize % 7, k),
        target: framed(1 + k as usize % 5, 100 + k),
    };
    Trainer::on_pairs(model, (0..60).map(pair).collect(), &settings()).unwrap()
}

/// The CPU's steps and the GPU's; after some of these no more memory may be asked for.
macro_rules! compare {
    ($name:literal, $gpu:expr, $trainer:expr) => {
        let expected: Vec<Metrics> = {
            let mut trainer = $trainer;
            {
                let mut metrics = Vec::new();
                for _ in 0..STEPS {
                    metrics.push(trainer.step().await.unwrap());
                }
                metrics
            }
        };
        let mut trainer = $trainer;
        trainer.to(&Device::Gpu($gpu.clone()));
        for expected in &expected {
            let found = trainer.step().await.unwrap();
            for (found, expected) in [(found.loss, expected.loss), (found.grad_norm, expected.grad_norm)] {
                let difference = (found - expected).abs() / expected;
                assert!(difference < 1e-4, "{}: {found} instead of {expected}", $name);
            }
        }
        // What the GPU has trained goes on on the CPU.
        let checkpoint = trainer.checkpoint().await.unwrap();
        let mut resumed = $trainer;
        resumed.restore(&checkpoint).unwrap();
        let (found, expected) = (trainer.step().await.unwrap(), resumed.step().await.unwrap());
        assert!((found.loss - expected.loss).abs() < 1e-4 * expected.loss, "{}: resumed", $name);
        if MEMORY_IS_WATCHED {
            let before = $gpu.memory();
            for _ in 0..STEPS {
                trainer.step().await.unwrap();
            }
            let grown = $gpu.memory().bytes - before.bytes;
            assert!(grown <= before.bytes / 4, "{}: {grown} bytes more than {}", $name, before.bytes);
        }
    };
}

pub async fn losses(gpu: &Gpu) {
    compare!("lstm", gpu, lstm());
    compare!("gpt", gpu, gpt(Optimizer::AdamW));
    compare!("gpt with muon", gpu, gpt(Optimizer::Muon));
    compare!("transformer", gpu, translator(expected::TRANSFORMER));
    compare!("seq2seq", gpu, translator(expected::SEQ2SEQ));
}
