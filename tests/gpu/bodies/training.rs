//! Training of all four models on the GPU, step by step beside the CPU's.

use super::expected;
use liedwerk::gpu::Gpu;
use liedwerk::models::{CharLstm, CharLstmConfig, Gpt, ModelConfig, TranslationModel};
use liedwerk::rng::Rng;
use liedwerk::tensor::Device;
use liedwerk::train::{
    CommonRecipe, GptTrainRecipe, GptTrainer, Metrics, PairTrainRecipe, PairTrainer, TokenPair, TokenSong,
    TrainRecipe, Trainer,
};

const STEPS: usize = 10;
const VOCAB: usize = 30;
/// The pool is the same natively and in a browser, where these steps take minutes in software.
const MEMORY_IS_WATCHED: bool = cfg!(not(target_arch = "wasm32"));

fn common() -> CommonRecipe {
    CommonRecipe {
        shares: 1,
        seed: 9,
        steps: 100,
        lr: 3e-3,
        warmup_steps: 2,
        decay_steps: 10,
        weight_decay: 0.01,
        grad_clip: 1.0,
        beta1: 0.9,
        beta2: 0.99,
        checkpoint_every: 100,
    }
}

fn tokens(count: usize, seed: u64) -> Vec<u32> {
    let mut rng = Rng::new(seed);
    (0..count).map(|_| 3 + rng.below(VOCAB - 3) as u32).collect()
}

pub fn lstm() -> Trainer {
    let sizes = CharLstmConfig {
        vocab_size: VOCAB,
        embedding_size: 12,
        hidden_size: 33,
        num_layers: 2,
        dropout: 0.2,
    };
    let model = CharLstm::init(sizes, &mut Rng::new(1)).unwrap();
    Trainer::new(model, tokens(2000, 2), TrainRecipe { batch_size: 5, window: 17, common: common() }).unwrap()
}

pub fn gpt() -> GptTrainer {
    let sizes = format!(
        r#"{{"model_type":"gpt2","vocab_size":{VOCAB},"n_positions":19,"n_embd":36,"n_layer":2,"n_head":4,
            "resid_pdrop":0.1,"embd_pdrop":0.1,"attn_pdrop":0.1}}"#
    );
    let ModelConfig::Gpt2(sizes) = ModelConfig::from_json(&sizes).unwrap() else { unreachable!() };
    let songs = (0..40).map(|k| TokenSong { title: tokens(2, k), verses: tokens(15, 100 + k) }).collect();
    let recipe = GptTrainRecipe { batch_size: 5, average: 0.9, common: common() };
    GptTrainer::new(Gpt::init(sizes, &mut Rng::new(1)).unwrap(), songs, recipe).unwrap()
}

pub fn translator(layers: &str) -> PairTrainer {
    let sizes = format!(
        r#"{{{layers},"src_vocab_size":{VOCAB},"tgt_vocab_size":{VOCAB},"dropout":0.1,"tie_embeddings":true}}"#
    );
    let model = TranslationModel::init(ModelConfig::from_json(&sizes).unwrap(), &mut Rng::new(1)).unwrap();
    let framed = |count, seed| [&[1], &tokens(count, seed)[..], &[2]].concat();
    let pair = |k: u64| TokenPair {
        source: framed(2 + k as usize % 7, k),
        target: framed(1 + k as usize % 5, 100 + k),
    };
    let recipe =
        PairTrainRecipe { tokens_per_batch: 60, label_smoothing: 0.1, average: 0.9, common: common() };
    PairTrainer::new(model, (0..60).map(pair).collect(), recipe).unwrap()
}

/// The CPU's steps and the GPU's; after some of these no more memory may be asked for.
macro_rules! compare {
    ($name:literal, $gpu:expr, $trainer:expr) => {
        let expected: Vec<Metrics> = {
            let mut trainer = $trainer;
            (0..STEPS).map(|_| trainer.step().unwrap()).collect()
        };
        let mut trainer = $trainer;
        trainer.to(&Device::Gpu($gpu.clone()));
        for expected in &expected {
            let found = trainer.step_async().await.unwrap();
            for (found, expected) in [(found.loss, expected.loss), (found.grad_norm, expected.grad_norm)] {
                let difference = (found - expected).abs() / expected;
                assert!(difference < 1e-4, "{}: {found} instead of {expected}", $name);
            }
        }
        // What the GPU has trained goes on on the CPU.
        let checkpoint = trainer.checkpoint_async().await.unwrap();
        let mut resumed = $trainer;
        resumed.restore(&checkpoint).unwrap();
        let (found, expected) = (trainer.step_async().await.unwrap(), resumed.step().unwrap());
        assert!((found.loss - expected.loss).abs() < 1e-4 * expected.loss, "{}: resumed", $name);
        if MEMORY_IS_WATCHED {
            let before = $gpu.memory();
            for _ in 0..STEPS {
                trainer.step_async().await.unwrap();
            }
            let grown = $gpu.memory().bytes - before.bytes;
            assert!(grown <= before.bytes / 4, "{}: {grown} bytes more than {}", $name, before.bytes);
        }
    };
}

pub async fn losses(gpu: &Gpu) {
    compare!("lstm", gpu, lstm());
    compare!("gpt", gpu, gpt());
    compare!("transformer", gpu, translator(expected::TRANSFORMER));
    compare!("seq2seq", gpu, translator(expected::SEQ2SEQ));
}
