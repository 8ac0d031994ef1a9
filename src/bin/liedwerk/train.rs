//! `liedwerk train`: from a recipe and a data folder to a model folder.

use crate::cli::ArithmeticArg;
use anyhow::Context;
use indicatif::{ProgressBar, ProgressStyle};
use liedwerk::generate::{Generator, Options, Sampling};
use liedwerk::io::{Precision, to_safetensors, write_atomically};
use liedwerk::models::{CharLstm, CharLstmConfig, ModelConfig};
use liedwerk::nn::Module;
use liedwerk::rng::Rng;
use liedwerk::text::CharTokenizer;
use liedwerk::train::{ModelRecipe, Recipe, Trainer, bits, mean_loss};
use liedwerk::{Error, ErrorCode};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

/// Arguments of `train`.
#[derive(clap::Args)]
pub struct Args {
    /// The recipe, a TOML file.
    #[arg(long)]
    recipe: PathBuf,
    /// Folder that the recipe's texts are in.
    #[arg(long)]
    data: PathBuf,
    /// Folder for the model; `checkpoint.bin` in it is what `--resume` continues from.
    #[arg(long)]
    out: PathBuf,
    /// Continue from the last checkpoint.
    #[arg(long)]
    resume: bool,
    /// Stop after this many steps more, saving a checkpoint.
    #[arg(long)]
    max_steps: Option<u64>,
    /// Fast uses all cores; portable gives the same weights on every machine.
    #[arg(long, value_enum, default_value = "fast")]
    arithmetic: ArithmeticArg,
}

/// Streams that the dev text is cut into while training; the exact figure needs one and is slower.
const DEV_STREAMS: usize = 32;
const SAMPLE_CHARS: usize = 160;

/// Everything a run needs besides the trainer.
struct Run {
    out: PathBuf,
    recipe: Recipe,
    tokenizer: CharTokenizer,
    dev: Vec<u32>,
}

/// Trains until the recipe's last step, `--max-steps`, or Ctrl-C.
pub fn run(args: Args) -> anyhow::Result<()> {
    args.arithmetic.apply();
    let (run, mut trainer) = prepare(&args)?;
    let stop = Arc::new(AtomicBool::new(false));
    let asked = stop.clone();
    ctrlc::set_handler(move || asked.store(true, Ordering::Relaxed))?;

    let last = run.recipe.train.steps.min(trainer.steps_done() + args.max_steps.unwrap_or(u64::MAX));
    let bar = ProgressBar::new(run.recipe.train.steps).with_position(trainer.steps_done());
    bar.set_style(ProgressStyle::with_template("{pos}/{len} {wide_bar} {msg} {eta}")?);
    let (start, mut chars, mut mean) = (Instant::now(), 0, None);
    while trainer.steps_done() < last && !stop.load(Ordering::Relaxed) {
        let metrics = match trainer.step() {
            Ok(metrics) => metrics,
            Err(error) => {
                // The weights are those before the bad step.
                run.save(&trainer)?;
                return Err(error.into());
            }
        };
        chars += metrics.chars;
        // A running mean: single batches differ too much to show where the loss is going.
        let loss = mean.map_or(metrics.loss, |mean: f32| 0.98 * mean + 0.02 * metrics.loss);
        mean = Some(loss);
        let speed = chars as f64 / start.elapsed().as_secs_f64();
        bar.set_message(format!("{:.3} bits {speed:.0} chars/s lr {:.1e}", bits(loss.into()), metrics.lr));
        bar.set_position(metrics.step);
        if metrics.step.is_multiple_of(run.recipe.train.checkpoint_every) {
            run.save(&trainer)?;
            run.report(&trainer, loss, speed, &bar)?;
        }
    }
    run.save(&trainer)?;
    bar.finish_and_clear();
    let exact = bits(mean_loss(trainer.model(), &run.dev, run.tokenizer.start_id(), 1, |_| {}));
    println!(
        "step {}: dev {exact:.4} bits per character, model in {}",
        trainer.steps_done(),
        run.out.display()
    );
    Ok(())
}

fn prepare(args: &Args) -> anyhow::Result<(Run, Trainer)> {
    let recipe = read(&args.recipe)?;
    let recipe: Recipe =
        toml::from_str(&recipe).map_err(|error| Error::new(ErrorCode::BadRecipe, error.to_string()))?;
    recipe.train.check()?;
    let normalize = recipe.data.normalize;
    let train = normalize.normalize(&read(&args.data.join(&recipe.data.train))?).text;
    let dev = normalize.normalize(&read(&args.data.join(&recipe.data.dev))?).text;
    let tokenizer = CharTokenizer::from_text(normalize, &train);
    let ModelRecipe::CharLstm { embedding_size, hidden_size, num_layers, dropout } = recipe.model;
    let vocab_size = tokenizer.vocab_size();
    let config = CharLstmConfig { vocab_size, embedding_size, hidden_size, num_layers, dropout };
    let model = CharLstm::init(config, &mut Rng::new(recipe.train.seed))?;
    let mut trainer = Trainer::new(model, tokenizer.encode(&train), recipe.train.clone())?;
    if args.resume {
        let path = args.out.join("checkpoint.bin");
        trainer.restore(&std::fs::read(&path).with_context(|| path.display().to_string())?)?;
    }
    std::fs::create_dir_all(&args.out).with_context(|| args.out.display().to_string())?;
    println!("{} characters to train on, {} held out, {vocab_size} symbols", train.len(), dev.len());
    let dev = tokenizer.encode(&dev);
    Ok((Run { out: args.out.clone(), recipe, tokenizer, dev }, trainer))
}

fn read(path: &Path) -> anyhow::Result<String> {
    std::fs::read_to_string(path).with_context(|| path.display().to_string())
}

impl Run {
    /// Writes the model folder and the checkpoint, each file as a whole.
    fn save(&self, trainer: &Trainer) -> anyhow::Result<()> {
        let config = ModelConfig::CharLstm(trainer.model().config().clone());
        let file = |name: &str, bytes: &[u8]| write_atomically(&self.out.join(name), bytes);
        file("config.json", serde_json::to_string_pretty(&config)?.as_bytes())?;
        file("tokenizer.json", self.tokenizer.to_json().as_bytes())?;
        file("model.safetensors", &to_safetensors(&trainer.model().parameters(), Precision::F16)?)?;
        Ok(file("checkpoint.bin", &trainer.checkpoint()?)?)
    }

    /// Prints figures and a sample, above the progress bar.
    fn report(&self, trainer: &Trainer, loss: f32, speed: f64, bar: &ProgressBar) -> anyhow::Result<()> {
        let model = trainer.model();
        let dev = bits(mean_loss(model, &self.dev, self.tokenizer.start_id(), DEV_STREAMS, |_| {}));
        let (step, epoch, train) = (trainer.steps_done(), trainer.epoch(), bits(loss.into()));
        let sample = self.sample(model)?;
        bar.suspend(|| {
            println!("step {step} epoch {epoch}: train {train:.3}, dev {dev:.3} bits per character, {speed:.0} chars/s");
            println!("{sample}\n");
        });
        Ok(())
    }

    fn sample(&self, model: &CharLstm) -> anyhow::Result<String> {
        let mut generator = Generator::new(model.clone(), self.tokenizer.clone())?;
        let sampling = Sampling { temperature: 0.8, ..Sampling::default() };
        generator
            .start("", Options { sampling, seed: self.recipe.train.seed, max_new_tokens: SAMPLE_CHARS })?;
        let mut text = String::new();
        while let Some(token) = generator.next()? {
            text.push_str(&token.text);
        }
        Ok(text)
    }
}
