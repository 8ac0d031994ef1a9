//! `liedwerk train`: from a recipe and a data folder to a model folder.

use crate::cli::ArithmeticArg;
use crate::device::DeviceArg;
use crate::{train_gpt, train_pairs, train_plan, train_songs};
use anyhow::Context;
use indicatif::{ProgressBar, ProgressStyle};
use liedwerk::gpu::Gpu;
use liedwerk::io::{Weights, write_atomically};
use liedwerk::self_test::Scope;
use liedwerk::tensor::Device;
use liedwerk::train::{CommonRecipe, Metrics, Recipe};
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

/// Arguments of `train`.
#[derive(clap::Args)]
pub struct Args {
    /// The recipe, a TOML file.
    #[arg(long, requires = "data", required_unless_present = "plan")]
    recipe: Option<PathBuf>,
    /// Folder that the recipe's texts are in.
    #[arg(long, requires = "recipe")]
    data: Option<PathBuf>,
    /// Instead of a recipe: the plan of a training in the page, a JSON file.
    #[arg(long, requires = "text", conflicts_with = "recipe")]
    plan: Option<PathBuf>,
    /// The text that the plan is for.
    #[arg(long, requires = "plan")]
    text: Option<PathBuf>,
    /// Folder for the model; `checkpoint.bin` in it is what `--resume` continues from.
    #[arg(long)]
    pub out: PathBuf,
    /// Continue from the last checkpoint.
    #[arg(long)]
    resume: bool,
    /// Begin with the weights and the tokenizer of this model folder; with a plan also of a model in one file.
    #[arg(long, conflicts_with = "resume")]
    init: Option<PathBuf>,
    /// Write a line of JSON for every step to this file.
    #[arg(long)]
    log: Option<PathBuf>,
    /// Stop after this many steps more, saving a checkpoint.
    #[arg(long)]
    max_steps: Option<u64>,
    /// Fast uses all cores; portable gives the same weights on every machine.
    #[arg(long, value_enum, default_value = "fast")]
    arithmetic: ArithmeticArg,
    /// Where to train; auto takes a GPU unless it is one in software, which is slower than this processor.
    #[arg(long, value_enum, default_value_t = DeviceArg::Cpu)]
    device: DeviceArg,
}

/// A training of any kind, as the loop sees it.
pub trait Run {
    /// One step.
    fn step(&mut self) -> liedwerk::Result<Metrics>;
    /// Steps done.
    fn steps_done(&self) -> u64;
    /// Writes the model folder and the checkpoint, each file as a whole.
    fn save(&self) -> anyhow::Result<()>;
    /// Prints figures and a sample, above the progress bar. `loss` is a mean of late steps.
    fn report(&self, loss: f32, speed: f64, bar: &ProgressBar) -> anyhow::Result<()>;
    /// Prints the exact figures of the model as it is, and writes the better one where there are two.
    fn finish(&self) -> anyhow::Result<()>;
}

/// How long a training is.
pub struct Length {
    /// Steps in all.
    steps: u64,
    /// Steps between checkpoints.
    checkpoint_every: u64,
    /// What [`Metrics::tokens`] counts.
    unit: &'static str,
}

impl Length {
    /// As the recipe says.
    pub fn of(recipe: &CommonRecipe, unit: &'static str) -> Self {
        Self { steps: recipe.steps, checkpoint_every: recipe.checkpoint_every, unit }
    }
}

/// Trains until the recipe's last step, `--max-steps`, or Ctrl-C.
pub fn run(args: Args) -> anyhow::Result<()> {
    args.arithmetic.apply();
    std::fs::create_dir_all(&args.out).with_context(|| args.out.display().to_string())?;
    if let (Some(plan), Some(text)) = (&args.plan, &args.text) {
        return train_plan::run(plan, text, &args);
    }
    let recipe = args.recipe.as_ref().context("neither a recipe nor a plan is given")?;
    match Recipe::from_toml(&read(recipe)?)? {
        Recipe::Song(recipe) => train_songs::run(recipe, &args),
        Recipe::Gpt(recipe) => train_gpt::run(recipe, &args),
        Recipe::Translation(recipe) => train_pairs::run(recipe, &args),
    }
}

impl Args {
    /// The place of a text that the recipe names.
    pub fn data(&self, name: &str) -> PathBuf {
        self.data.as_deref().unwrap_or(Path::new("")).join(name)
    }

    /// Folder for the model.
    pub fn out(&self) -> &Path {
        &self.out
    }

    /// The model to begin with, if one is given.
    pub fn init(&self) -> Option<&Path> {
        self.init.as_deref()
    }

    /// The step to stop after.
    pub fn last_step(&self, done: u64, steps: u64) -> u64 {
        steps.min(done.saturating_add(self.max_steps.unwrap_or(u64::MAX)))
    }

    /// The checkpoint to continue from, if that is asked for.
    pub fn checkpoint(&self) -> anyhow::Result<Option<Vec<u8>>> {
        let path = self.out.join("checkpoint.bin");
        let read = || std::fs::read(&path).with_context(|| path.display().to_string());
        self.resume.then(read).transpose()
    }

    /// Where to train.
    pub fn device(&self) -> anyhow::Result<Device> {
        let wanted = |gpu: &Gpu| self.device == DeviceArg::Gpu || !gpu.is_software();
        Ok(self.device.gpu(Scope::Training)?.filter(wanted).map_or(Device::Cpu, Device::Gpu))
    }

    /// The folder whose weights and tokenizer the training goes on from, if any.
    pub fn begun_in(&self) -> Option<&Path> {
        self.init.as_deref().or(self.resume.then_some(&self.out))
    }

    /// The model to begin with: with the weights of `--init`, or a new one.
    pub fn initial_model<M>(
        &self,
        load: impl FnOnce(&mut Weights) -> liedwerk::Result<M>,
        new: impl FnOnce() -> liedwerk::Result<M>,
    ) -> anyhow::Result<M> {
        let Some(folder) = &self.init else { return Ok(new()?) };
        let path = folder.join("model.safetensors");
        let bytes = std::fs::read(&path).with_context(|| path.display().to_string())?;
        let mut weights = Weights::from_safetensors(&bytes)?;
        let model = load(&mut weights)?;
        weights.finish()?;
        Ok(model)
    }

    /// Trains.
    pub fn drive(&self, run: &mut impl Run, length: Length) -> anyhow::Result<()> {
        let stop = stopper()?;
        let mut log = Log::create(self)?;
        let last = self.last_step(run.steps_done(), length.steps);
        let bar = ProgressBar::new(length.steps).with_position(run.steps_done());
        bar.set_style(ProgressStyle::with_template("{pos}/{len} {wide_bar} {msg} {eta}")?);
        let (start, mut tokens, mut mean) = (Instant::now(), 0, None);
        while run.steps_done() < last && !stop.load(Ordering::Relaxed) {
            let metrics = match run.step() {
                Ok(metrics) => metrics,
                Err(error) => {
                    // The weights are those before the bad step.
                    run.save()?;
                    return Err(error.into());
                }
            };
            log.write(metrics)?;
            tokens += metrics.tokens;
            // A running mean: single batches differ too much to show where the loss is going.
            let loss = mean.map_or(metrics.loss, |mean: f32| 0.98 * mean + 0.02 * metrics.loss);
            mean = Some(loss);
            let speed = tokens as f64 / start.elapsed().as_secs_f64();
            bar.set_message(format!("{loss:.3} nats {speed:.0} {}/s lr {:.1e}", length.unit, metrics.lr));
            bar.set_position(metrics.step);
            if metrics.step.is_multiple_of(length.checkpoint_every) {
                run.save()?;
                run.report(loss, speed, &bar)?;
            }
        }
        bar.finish_and_clear();
        run.save()?;
        run.finish()
    }
}

/// Becomes true with Ctrl-C.
pub fn stopper() -> anyhow::Result<Arc<AtomicBool>> {
    let stop = Arc::new(AtomicBool::new(false));
    let asked = stop.clone();
    ctrlc::set_handler(move || asked.store(true, Ordering::Relaxed))?;
    Ok(stop)
}

/// The file of `--log`, if there is to be one.
pub struct Log(Option<File>);

impl Log {
    /// An empty one.
    pub fn create(args: &Args) -> anyhow::Result<Self> {
        let create = |path: &PathBuf| File::create(path).with_context(|| path.display().to_string());
        Ok(Self(args.log.as_ref().map(create).transpose()?))
    }

    /// A line for a step.
    pub fn write(&mut self, metrics: Metrics) -> std::io::Result<()> {
        let Some(log) = &mut self.0 else { return Ok(()) };
        let Metrics { step, loss, grad_norm, lr, tokens } = metrics;
        let line = serde_json::json!({ "step": step, "loss": loss, "grad_norm": grad_norm, "lr": lr, "tokens": tokens });
        writeln!(log, "{line}")
    }
}

/// Reads a UTF-8 file.
pub fn read(path: &Path) -> anyhow::Result<String> {
    std::fs::read_to_string(path).with_context(|| path.display().to_string())
}

/// Writes one file of the model folder.
pub fn write(folder: &Path, name: &str, bytes: &[u8]) -> anyhow::Result<()> {
    Ok(write_atomically(&folder.join(name), bytes)?)
}
