//! Small computations whose exact results are written down, for every platform to repeat.

use liedwerk::generate::{Generator, Options, Sampling};
use liedwerk::io::{Precision, to_safetensors};
use liedwerk::models::{CharLstm, CharLstmConfig, ModelConfig};
use liedwerk::nn::Module;
use liedwerk::rng::Rng;
use liedwerk::text::{CharTokenizer, Normalize};
use liedwerk::train::{TrainRecipe, Trainer};

/// Of `liedwerk::cpu::portable_fingerprint`.
pub const FINGERPRINT: u64 = 0xb068_8594_11ba_6acb;
/// Of [`song`].
pub const SONG: &str = "hlz nmxomfzvpczdgzg yehzgnu szdbgb  sj njczdnzndjbfgs bjnjhb  nngcfgngffnhuns fmn zigszf gpno o od  vvd bpdp  znnz vgzy z  gpdon np pd zbpdpdybjyjddqyozjcopdyd glyj gg y swzgygjggn sy g efwswggndgnssz";
/// Of [`long_training`].
pub const LOSSES: [f32; 3] = [3.3363433, 3.3549356, 3.352093];

const ALPHABET: &str = "\n abcdefghijklmnopqrstuvwxyz";

fn config(hidden_size: usize, num_layers: usize) -> CharLstmConfig {
    let vocab_size = ALPHABET.chars().count();
    CharLstmConfig { vocab_size, embedding_size: 12, hidden_size, num_layers, dropout: 0.1 }
}

/// The three files of a model of random weights: `config.json`, `tokenizer.json`, `model.safetensors`.
pub fn files() -> (String, String, Vec<u8>) {
    let config = config(40, 2);
    let model = CharLstm::init(config.clone(), &mut Rng::new(4)).unwrap();
    let config = serde_json::to_string(&ModelConfig::CharLstm(config)).unwrap();
    let tokenizer = CharTokenizer::from_text(Normalize::None, ALPHABET);
    (config, tokenizer.to_json(), to_safetensors(&model.parameters(), Precision::F16).unwrap())
}

/// 200 characters written by that model.
pub fn song() -> String {
    let (config, tokenizer, weights) = files();
    let mut generator = Generator::from_files(&config, &tokenizer, &weights).unwrap();
    // Low, since random weights know no preference of their own.
    let sampling = Sampling { temperature: 0.3, top_k: 12, top_p: 0.9, repetition_penalty: 1.1 };
    generator.start("sing", Options { sampling, seed: 11, max_new_tokens: 200 }).unwrap();
    std::iter::from_fn(|| generator.next().unwrap()).map(|token| token.text).collect()
}

/// Losses of three training steps, each backwards through 512 characters.
pub fn long_training() -> [f32; 3] {
    let model = CharLstm::init(config(24, 4), &mut Rng::new(6)).unwrap();
    let mut rng = Rng::new(7);
    let ids = (0..5000).map(|_| rng.below(ALPHABET.len()) as u32).collect();
    let recipe = TrainRecipe {
        seed: 9,
        batch_size: 2,
        window: 512,
        steps: 3,
        lr: 1e-2,
        warmup_steps: 1,
        decay_steps: 1,
        weight_decay: 0.01,
        grad_clip: 1.0,
        beta1: 0.9,
        beta2: 0.99,
        checkpoint_every: 3,
    };
    let mut trainer = Trainer::new(model, ids, recipe).unwrap();
    [(); 3].map(|()| trainer.step().unwrap().loss)
}
