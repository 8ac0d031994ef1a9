//! `liedwerk train` with the recipe of a character LSTM.

use crate::train::{Args, Length, Run, read, write};
use indicatif::ProgressBar;
use liedwerk::generate::{Generator, Options, Sampling};
use liedwerk::io::to_safetensors;
use liedwerk::models::{CharLstm, CharLstmConfig, ModelConfig};
use liedwerk::nn::Module;
use liedwerk::rng::Rng;
use liedwerk::text::CharTokenizer;
use liedwerk::train::{Metrics, ModelRecipe, SongRecipe, Trainer, bits, mean_loss};
use std::path::PathBuf;

/// Streams that the dev text is cut into while training; the exact figure needs one and is slower.
const DEV_STREAMS: usize = 32;
const SAMPLE_CHARS: usize = 160;

/// A training of songs.
struct Songs {
    trainer: Trainer,
    out: PathBuf,
    recipe: SongRecipe,
    tokenizer: CharTokenizer,
    dev: Vec<u32>,
}

/// Trains as the recipe says.
pub fn run(recipe: SongRecipe, args: &Args) -> anyhow::Result<()> {
    let normalize = recipe.data.normalize;
    let train = normalize.normalize(&read(&args.data.join(&recipe.data.train))?).text;
    let dev = normalize.normalize(&read(&args.data.join(&recipe.data.dev))?).text;
    let tokenizer = match args.begun_in() {
        Some(folder) => CharTokenizer::from_json(&read(&folder.join("tokenizer.json"))?)?,
        None => CharTokenizer::from_text(normalize, &train),
    };
    let ModelRecipe::CharLstm { embedding_size, hidden_size, num_layers, dropout } = recipe.model;
    let vocab_size = tokenizer.vocab_size();
    let config = CharLstmConfig { vocab_size, embedding_size, hidden_size, num_layers, dropout };
    let model = args.initial_model(
        |weights| CharLstm::from_weights(config.clone(), weights),
        || CharLstm::init(config.clone(), &mut Rng::new(recipe.train.seed)),
    )?;
    let mut trainer = Trainer::new(model, tokenizer.encode(&train), recipe.train.clone())?;
    if let Some(checkpoint) = args.checkpoint()? {
        trainer.restore(&checkpoint)?;
    }
    println!("{} characters to train on, {} held out, {vocab_size} symbols", train.len(), dev.len());
    let dev = tokenizer.encode(&dev);
    let unit = "chars";
    let length = Length { steps: recipe.train.steps, checkpoint_every: recipe.train.checkpoint_every, unit };
    args.drive(&mut Songs { trainer, out: args.out.clone(), recipe, tokenizer, dev }, length)
}

impl Songs {
    fn dev_bits(&self, streams: usize) -> f64 {
        bits(mean_loss(self.trainer.model(), &self.dev, self.tokenizer.start_id(), streams, |_| {}))
    }

    fn sample(&self) -> anyhow::Result<String> {
        let mut generator = Generator::new(self.trainer.model().clone(), self.tokenizer.clone())?;
        let sampling = Sampling { temperature: 0.8, ..Sampling::default() };
        let seed = self.recipe.train.seed;
        generator
            .start("", Options { sampling, seed, max_new_tokens: SAMPLE_CHARS, ..Options::default() })?;
        let mut text = String::new();
        while let Some(token) = generator.next()? {
            text.push_str(&token.text);
        }
        Ok(text)
    }
}

impl Run for Songs {
    fn step(&mut self) -> liedwerk::Result<Metrics> {
        self.trainer.step()
    }

    fn steps_done(&self) -> u64 {
        self.trainer.steps_done()
    }

    fn save(&self) -> anyhow::Result<()> {
        let model = self.trainer.model();
        let config = ModelConfig::CharLstm(model.config().clone());
        write(&self.out, "config.json", serde_json::to_string_pretty(&config)?.as_bytes())?;
        write(&self.out, "tokenizer.json", self.tokenizer.to_json().as_bytes())?;
        let weights = to_safetensors(&model.parameters(), self.recipe.precision)?;
        write(&self.out, "model.safetensors", &weights)?;
        write(&self.out, "checkpoint.bin", &self.trainer.checkpoint()?)
    }

    fn report(&self, loss: f32, speed: f64, bar: &ProgressBar) -> anyhow::Result<()> {
        let dev = self.dev_bits(DEV_STREAMS);
        let (step, epoch, train) = (self.steps_done(), self.trainer.epoch(), bits(loss.into()));
        let sample = self.sample()?;
        bar.suspend(|| {
            println!("step {step} epoch {epoch}: train {train:.3}, dev {dev:.3} bits per character, {speed:.0} chars/s");
            println!("{sample}\n");
        });
        Ok(())
    }

    fn finish(&self) -> anyhow::Result<()> {
        let exact = self.dev_bits(1);
        println!(
            "step {}: dev {exact:.4} bits per character, model in {}",
            self.steps_done(),
            self.out.display()
        );
        Ok(())
    }
}
