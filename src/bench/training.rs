//! Training steps on random tokens, in the sizes of the shipped models.

use super::Size;
use super::decoding::{CHAR_LSTM, GPT, SEQ2SEQ, TRANSFORMER};
use crate::error::Result;
use crate::models::{CharLstm, CharLstmConfig, Gpt, GptConfig, ModelConfig, TranslationModel};
use crate::rng::Rng;
use crate::tensor::Device;
use crate::train::{Learner, PlannedTraining, TokenPair, TokenSong, Trainer};

pub struct Training(Box<dyn Learner>);

fn settings() -> PlannedTraining {
    PlannedTraining {
        steps: 1_000_000,
        lr: 1e-3,
        warmup_steps: 1,
        decay_steps: 1,
        label_smoothing: 0.1,
        average: 0.9,
        ..PlannedTraining::default()
    }
}

/// Draws random tokens, except the first four, which have special meanings.
fn tokens(count: usize, vocab_size: usize, rng: &mut Rng) -> Vec<u32> {
    (0..count).map(|_| 4 + rng.below(vocab_size - 4) as u32).collect()
}

impl Training {
    pub fn new(model: &str, size: Size, device: &Device) -> Result<Self> {
        let small = size == Size::Small;
        let config = ModelConfig::from_json(match model {
            "char_lstm" => CHAR_LSTM,
            "gpt" => GPT,
            "transformer" => TRANSFORMER,
            _ => SEQ2SEQ,
        })?;
        let mut learner = match config {
            ModelConfig::CharLstm(config) => char_lstm(config, small)?,
            ModelConfig::Gpt2(config) => gpt(config, small)?,
            config => pairs(config, small)?,
        };
        learner.to(device);
        Ok(Self(learner))
    }

    /// Runs `times` training steps (forward, backward, update) and returns the number of tokens trained on.
    pub async fn run(&mut self, times: usize) -> Result<usize> {
        let mut tokens = 0;
        for _ in 0..times {
            tokens += self.0.step().await?.tokens;
        }
        Ok(tokens)
    }
}

fn char_lstm(config: CharLstmConfig, small: bool) -> Result<Box<dyn Learner>> {
    let (batch_size, window) = if small { (8, 32) } else { (32, 128) };
    let rng = &mut Rng::new(2);
    let ids = tokens(batch_size * (window + 1) * 8, config.vocab_size, rng);
    let settings = PlannedTraining { batch_size, window, ..settings() };
    Ok(Box::new(Trainer::on_text(CharLstm::init(config, rng)?, ids, &settings)?))
}

fn gpt(config: GptConfig, small: bool) -> Result<Box<dyn Learner>> {
    let batch_size = if small { 1 } else { 8 };
    let rng = &mut Rng::new(2);
    let (vocab_size, length) = (config.vocab_size, config.n_positions);
    let songs = (0..4 * batch_size)
        .map(|_| TokenSong { title: Vec::new(), verses: tokens(length + 1, vocab_size, rng) });
    let songs = songs.collect();
    let settings = PlannedTraining { batch_size, ..settings() };
    Ok(Box::new(Trainer::on_songs(Gpt::init(config, &mut Rng::new(2))?, songs, 0.5, &settings)?))
}

/// Sentences of 16 tokens.
fn pairs(config: ModelConfig, small: bool) -> Result<Box<dyn Learner>> {
    let tokens_per_batch = if small { 256 } else { 2560 };
    let rng = &mut Rng::new(2);
    let model = TranslationModel::init(config, rng)?;
    let [source_vocab, target_vocab] = model.vocab_sizes();
    let mut framed = |vocab_size| [&[1], &tokens(14, vocab_size, rng)[..], &[2]].concat();
    let pair = |_| TokenPair { source: framed(source_vocab), target: framed(target_vocab) };
    let pairs = (0..tokens_per_batch / 4).map(pair).collect();
    let settings = PlannedTraining { tokens_per_batch, ..settings() };
    Ok(Box::new(Trainer::on_pairs(model, pairs, &settings)?))
}
