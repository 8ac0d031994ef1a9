//! `liedwerk train` with the recipe of a character LSTM.

use crate::texts::read_songs;
use crate::train::{Args, Length, Run, read, write};
use crate::train_output::{fetched, sample, write_model};
use indicatif::ProgressBar;
use liedwerk::generate::Generator;
use liedwerk::models::{CharLstm, CharLstmConfig, ModelConfig};
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
    let train = normalize.normalize(&read_songs(&args.data(&recipe.data.train))?).text;
    let dev = normalize.normalize(&read_songs(&args.data(&recipe.data.dev))?).text;
    let tokenizer = match args.begun_in() {
        Some(folder) => CharTokenizer::from_json(&read(&folder.join("tokenizer.json"))?)?,
        None => CharTokenizer::from_text(normalize, &train),
    };
    let ModelRecipe::CharLstm { embedding_size, hidden_size, num_layers, dropout } = recipe.model;
    let vocab_size = tokenizer.vocab_size();
    let config = CharLstmConfig { vocab_size, embedding_size, hidden_size, num_layers, dropout };
    let model = args.initial_model(
        |weights| CharLstm::from_weights(config.clone(), weights),
        || CharLstm::init(config.clone(), &mut Rng::new(recipe.train.common.seed)),
    )?;
    let mut trainer = Trainer::new(model, tokenizer.encode(&train), recipe.train.clone())?;
    if let Some(checkpoint) = args.checkpoint()? {
        trainer.restore(&checkpoint)?;
    }
    trainer.to(&args.device()?);
    println!("{} characters to train on, {} held out, {vocab_size} symbols", train.len(), dev.len());
    let dev = tokenizer.encode(&dev);
    let length = Length::of(&recipe.train.common, "chars");
    args.drive(&mut Songs { trainer, out: args.out.clone(), recipe, tokenizer, dev }, length)
}

impl Songs {
    fn dev_bits(&self, model: &CharLstm, streams: usize) -> f64 {
        bits(mean_loss(model, &self.dev, self.tokenizer.start_id(), streams, |_| {}))
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
        let model = &fetched(self.trainer.model())?;
        let config = ModelConfig::CharLstm(model.config().clone());
        write_model(&self.out, &config, &self.tokenizer.to_json(), model, self.recipe.precision)?;
        write(&self.out, "checkpoint.bin", &self.trainer.checkpoint()?)
    }

    fn report(&self, loss: f32, speed: f64, bar: &ProgressBar) -> anyhow::Result<()> {
        let model = fetched(self.trainer.model())?;
        let dev = self.dev_bits(&model, DEV_STREAMS);
        let (step, epoch, train) = (self.steps_done(), self.trainer.epoch(), bits(loss.into()));
        let mut generator = Generator::new(model, self.tokenizer.clone())?;
        let sample = sample(&mut generator, self.recipe.train.common.seed, SAMPLE_CHARS)?;
        bar.suspend(|| {
            println!("step {step} epoch {epoch}: train {train:.3}, dev {dev:.3} bits per character, {speed:.0} chars/s");
            println!("{sample}\n");
        });
        Ok(())
    }

    fn finish(&self) -> anyhow::Result<()> {
        let exact = self.dev_bits(&fetched(self.trainer.model())?, 1);
        println!(
            "step {}: dev {exact:.4} bits per character, model in {}",
            self.steps_done(),
            self.out.display()
        );
        Ok(())
    }
}
