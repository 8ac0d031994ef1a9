//! `liedwerk train` with the recipe of a GPT-2.

use crate::evaluate_text::{check_not_empty, score};
use crate::texts::read_songs;
use crate::train::{Args, Length, Run, read, write};
use crate::train_output::{better, fetched, sample, write_model};
use indicatif::ProgressBar;
use liedwerk::generate::Generator;
use liedwerk::models::{Gpt, ModelConfig};
use liedwerk::rng::Rng;
use liedwerk::text::{BpeTokenizer, Normalize, Song, titled_songs};
use liedwerk::train::{GptRecipe, GptTrainer, Metrics, SongDataRecipe, TokenSong, bits};
use std::path::PathBuf;

/// Characters of the dev text that are scored at a checkpoint; all of it at the end.
const DEV_SAMPLE: usize = 20_000;
const SAMPLE_TOKENS: usize = 60;

/// A training of a GPT-2.
struct Windows {
    trainer: GptTrainer,
    out: PathBuf,
    recipe: GptRecipe,
    tokenizer: BpeTokenizer,
    dev: String,
}

/// Trains as the recipe says.
pub fn run(recipe: GptRecipe, args: &Args) -> anyhow::Result<()> {
    let SongDataRecipe { train, dev, titles } = &recipe.data;
    let songs = titled_songs(&read_songs(&args.data(train))?, Normalize::Songs);
    let dev_path = args.data(dev);
    let dev = Normalize::Songs.normalize(&read_songs(&dev_path)?).text;
    check_not_empty(&dev, &dev_path)?;
    // Weights that are there already keep their tokenizer, or they would mean other subwords.
    let tokenizer = match args.begun_in() {
        Some(folder) => BpeTokenizer::from_json(&read(&folder.join("tokenizer.json"))?)?,
        None => recipe.tokenizer.learn(&songs),
    };
    let config = recipe.model.config(tokenizer.vocab_size());
    let model = args.initial_model(
        |weights| Gpt::from_weights(config.clone(), weights),
        || Gpt::init(config.clone(), &mut Rng::new(recipe.train.common.seed)),
    )?;
    let encode = |song: &Song| TokenSong {
        title: if *titles { tokenizer.encode(&song.title) } else { Vec::new() },
        verses: tokenizer.encode(&song.verses),
    };
    let encoded: Vec<TokenSong> = songs.iter().map(encode).collect();
    let tokens: usize = encoded.iter().map(|song| song.verses.len()).sum();
    let mut trainer = GptTrainer::new(model, encoded, recipe.train.clone())?;
    if let Some(checkpoint) = args.checkpoint()? {
        trainer.restore(&checkpoint)?;
    }
    trainer.to(&args.device()?);
    let (count, epoch) = (songs.len(), trainer.steps_per_epoch());
    println!("{count} songs, {tokens} tokens to train on, {} characters held out", dev.chars().count());
    println!("{epoch} steps an epoch");
    let length = Length::of(&recipe.train.common, "tokens");
    args.drive(&mut Windows { trainer, out: args.out.clone(), recipe, tokenizer, dev }, length)
}

impl Windows {
    fn generator(&self, model: &Gpt) -> anyhow::Result<Generator> {
        Ok(Generator::new(model.clone(), self.tokenizer.clone())?)
    }

    /// Bits per character of so many characters of the dev text, as `liedwerk evaluate` counts them.
    fn dev_bits(&self, model: &Gpt, chars: usize) -> anyhow::Result<f64> {
        let text: String = self.dev.chars().take(chars).collect();
        Ok(score(&self.generator(model)?, &text, &ProgressBar::hidden())?.bits_per_char)
    }

    fn write_model(&self, model: &Gpt) -> anyhow::Result<()> {
        let config = ModelConfig::Gpt2(model.config().clone());
        write_model(&self.out, &config, &self.tokenizer.to_json(), model, self.recipe.precision)
    }
}

impl Run for Windows {
    fn step(&mut self) -> liedwerk::Result<Metrics> {
        self.trainer.step()
    }

    fn steps_done(&self) -> u64 {
        self.trainer.steps_done()
    }

    fn save(&self) -> anyhow::Result<()> {
        self.write_model(&fetched(self.trainer.average())?)?;
        write(&self.out, "checkpoint.bin", &self.trainer.checkpoint()?)
    }

    fn report(&self, loss: f32, speed: f64, bar: &ProgressBar) -> anyhow::Result<()> {
        let average = &fetched(self.trainer.average())?;
        let (dev, train) = (self.dev_bits(average, DEV_SAMPLE)?, bits(loss.into()));
        let sample = sample(&mut self.generator(average)?, self.recipe.train.common.seed, SAMPLE_TOKENS)?;
        let step = self.steps_done();
        let epoch = step / self.trainer.steps_per_epoch() as u64;
        bar.suspend(|| {
            println!("step {step} epoch {epoch}: train {train:.3} bits per token, dev {dev:.3} bits per character, {speed:.0} tokens/s");
            println!("{sample}\n");
        });
        Ok(())
    }

    fn finish(&self) -> anyhow::Result<()> {
        let complete = self.steps_done() >= self.recipe.train.common.steps;
        let chars = if complete { usize::MAX } else { DEV_SAMPLE };
        let average = fetched(self.trainer.average())?;
        let last = if complete { Some(fetched(self.trainer.model())?) } else { None };
        // Less is better.
        let (model, name, score) =
            better(&average, last.as_ref(), |model| Ok(-self.dev_bits(model, chars)?))?;
        self.write_model(model)?;
        let (step, out, bits) = (self.steps_done(), self.out.display(), -score);
        println!("step {step}: dev {bits:.4} bits per character ({name} weights), model in {out}");
        Ok(())
    }
}
