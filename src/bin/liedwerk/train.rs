//! `liedwerk train`: trains from a recipe or a plan, and texts, to a model folder.

mod figures;
mod folder;
mod hands;
mod job;
mod log;
mod stop;

use crate::arithmetic::ArithmeticArg;
use crate::device::DeviceArg;
use crate::files::{check_apart, say};
use crate::texts::note;
use figures::{exact, report};
pub use folder::{Folder, Use};
use hands::Hands;
use indicatif::{ProgressBar, ProgressStyle};
use job::Job;
use liedwerk::gpu::Gpu;
use liedwerk::self_test::Scope;
use liedwerk::train::Model;
use liedwerk::workshop::Workshop;
use log::Log;
use pollster::block_on;
use std::path::PathBuf;
use std::thread;
use std::time::{Duration, Instant};

/// Interval between checkpoints for a plan; a recipe gives a number of steps.
const CHECKPOINT: Duration = Duration::from_secs(20);

/// Train a model from a recipe and a data folder, or from a plan and a text
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  \
    liedwerk train --recipe training/recipes/gpt-songs.toml --data DATA --out OUT\n  \
    liedwerk train --plan plan.json --text songs.txt --out OUT\n\
    Ctrl-C stops it after a checkpoint; the same line with --resume goes on.")]
pub struct Args {
    /// Recipe, a TOML file
    #[arg(long, requires = "data", required_unless_present = "plan")]
    recipe: Option<PathBuf>,
    /// Folder with the recipe's texts
    #[arg(long, requires = "recipe")]
    data: Option<PathBuf>,
    /// Plan of a training in the page, a JSON file, instead of a recipe
    #[arg(long, requires = "text", conflicts_with = "recipe")]
    plan: Option<PathBuf>,
    /// Text for the plan
    #[arg(long, requires = "plan")]
    text: Option<PathBuf>,
    /// Folder for the model; `--resume` continues from `checkpoint.bin` in it
    #[arg(long)]
    out: PathBuf,
    /// Continue from the last checkpoint in the folder
    #[arg(long)]
    resume: bool,
    /// Start over in a folder that holds a model or a checkpoint, which are lost
    #[arg(long, conflicts_with = "resume")]
    overwrite: bool,
    /// Start with the weights and tokenizer of this model folder or single model file
    #[arg(long, conflicts_with = "resume")]
    init: Option<PathBuf>,
    /// Append one line of JSON per step to this file
    #[arg(long)]
    log: Option<PathBuf>,
    /// Stop after this many more steps, saving a checkpoint
    #[arg(long)]
    max_steps: Option<u64>,
    /// fast uses all cores; portable gives the same weights on every machine
    #[arg(long, value_enum, default_value = "fast")]
    arithmetic: ArithmeticArg,
    /// Number of threads that compute the shares of each step; more than the number of shares in the plan or
    /// recipe have no effect
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=64))]
    workers: u16,
    /// Device to use; auto uses a GPU unless it is emulated in software, which is slower than the CPU
    #[arg(long, value_enum, default_value_t = DeviceArg::Cpu)]
    device: DeviceArg,
}

/// Trains until the last step, `--max-steps`, or a signal to stop.
pub fn run(args: Args) -> anyhow::Result<()> {
    args.arithmetic.apply();
    let job = Job::read(&args)?;
    if let Some(log) = &args.log {
        check_apart(log, &job.inputs(&args))?;
    }
    let use_of = match (args.resume, args.overwrite) {
        (true, _) => Use::Continue,
        (_, true) => Use::Overwrite,
        _ => Use::Begin,
    };
    let folder = Folder::open(&args.out, use_of)?;
    let checkpoint = args.resume.then(|| folder.checkpoint()).transpose()?;
    let begin = || job.begin(&args, checkpoint.as_deref());
    let (workshop, before) = begin()?;
    let start = Instant::now();
    let mut run = Run { job: &job, folder, workshop, before, start };
    let wanted = |gpu: &Gpu| args.device == DeviceArg::Gpu || !gpu.is_software();
    if let Some(gpu) = args.device.gpu(Scope::Training)?.filter(wanted) {
        block_on(run.workshop.use_gpu(&gpu))?;
    }
    run.introduce()?;
    let trained = thread::scope(|scope| run.train(&args, &mut Hands::new(scope, args.workers, &begin)));
    // The state is also good after a divergence, as the run went back to the last good one.
    run.save_checkpoint()?;
    run.write_model()?;
    trained?;
    run.finish()
}

/// A training run and its output folder.
struct Run<'a> {
    job: &'a Job,
    folder: Folder,
    workshop: Workshop,
    /// Duration of the run before it was resumed, in seconds.
    before: f64,
    start: Instant,
}

impl Run<'_> {
    /// Prints what is trained on.
    fn introduce(&self) -> anyhow::Result<()> {
        let facts = self.workshop.facts();
        note(&facts.notes);
        let units = match facts.train_songs {
            1 => String::new(),
            count => format!("{count} {}, ", job::name(facts.unit)),
        };
        say!(
            "{units}{} characters to train on, {} held out, {} tokens in the vocabulary",
            facts.train_characters,
            facts.held_out_characters,
            self.workshop.vocab_size()
        );
        say!("{} steps an epoch", self.workshop.steps_per_epoch());
        Ok(())
    }

    fn train(&mut self, args: &Args, hands: &mut Hands) -> anyhow::Result<()> {
        let stop = stop::watch()?;
        let mut log = Log::open(args.log.as_deref())?;
        let (done, steps) = (self.workshop.steps_done(), self.workshop.plan().train.steps);
        let last = steps.min(done.saturating_add(args.max_steps.unwrap_or(u64::MAX)));
        let bar = ProgressBar::new(steps).with_position(done);
        bar.set_style(ProgressStyle::with_template("{pos}/{len} {wide_bar} {msg} {eta}")?);
        let (start, mut tokens, mut mean, mut kept) = (Instant::now(), 0, None, Instant::now());
        while self.workshop.steps_done() < last && !stop.is_asked() {
            let metrics = hands.step(&mut self.workshop)?;
            if let Some(fault) = self.workshop.take_gpu_fault() {
                bar.suspend(|| eprintln!("{fault}; the CPU goes on"));
            }
            log.write(metrics)?;
            tokens += metrics.tokens;
            // A running mean, since single batches vary too much to show a trend.
            let loss = mean.map_or(metrics.loss, |mean: f32| 0.98 * mean + 0.02 * metrics.loss);
            mean = Some(loss);
            let speed = tokens as f64 / start.elapsed().as_secs_f64();
            bar.set_message(format!("{loss:.3} nats {speed:.0} tokens/s lr {:.1e}", metrics.lr));
            bar.set_position(metrics.step);
            match self.job.checkpoint_every() {
                Some(every) if metrics.step.is_multiple_of(every) => {
                    self.save_checkpoint()?;
                    self.write_model()?;
                    let report = report(&mut self.workshop, loss, speed)?;
                    bar.suspend(|| crate::files::print(format_args!("{report}")))?;
                }
                None if kept.elapsed() > CHECKPOINT => {
                    self.save_checkpoint()?;
                    kept = Instant::now();
                }
                _ => {}
            }
        }
        bar.finish_and_clear();
        Ok(())
    }

    fn save_checkpoint(&mut self) -> anyhow::Result<()> {
        // Without the duration, runs of one recipe write identical files however often they were resumed.
        let seconds = if self.job.is_recipe() { 0.0 } else { self.seconds() };
        let checkpoint = block_on(self.workshop.keep(seconds))?;
        self.folder.write("checkpoint.bin", &checkpoint)
    }

    fn seconds(&self) -> f64 {
        self.before + self.start.elapsed().as_secs_f64()
    }

    /// Writes the best model so far, before any evaluation.
    fn write_model(&mut self) -> anyhow::Result<()> {
        let model = block_on(self.workshop.best())?;
        self.folder.write("config.json", self.workshop.config_json().as_bytes())?;
        self.folder.write("tokenizer.json", self.workshop.tokenizer_json().as_bytes())?;
        self.write_weights(&model)
    }

    fn write_weights(&mut self, model: &Model) -> anyhow::Result<()> {
        let seconds = self.seconds();
        let weights = self.job.weights(&mut self.workshop, model, seconds)?;
        self.folder.write("model.safetensors", &weights)
    }

    /// Evaluates on the held-out data and writes the better of two models.
    fn finish(&mut self) -> anyhow::Result<()> {
        let (step, out) = (self.workshop.steps_done(), self.folder.path().display().to_string());
        say!("step {step}: saved in {out}, measuring");
        if !self.job.is_recipe() {
            if let Some(measured) = figures::validated(&mut self.workshop)? {
                say!("step {step}: held out {measured}");
                // The results are part of the card.
                self.write_model()?;
                self.save_checkpoint()?;
            }
            return Ok(());
        }
        // After the decay of the learning rate the last weights are usually better than the average, but not
        // always; before the decay, the average always is better.
        let complete = self.workshop.is_done();
        let (average, last) = (block_on(self.workshop.best())?, block_on(self.workshop.last())?);
        let mut name = if last.is_some() { "average" } else { "last" };
        let mut best = exact(&self.workshop, average, complete)?;
        if let Some(last) = last.filter(|_| complete) {
            let figure = exact(&self.workshop, last.clone(), complete)?;
            if figure.score > best.score {
                self.write_weights(&last)?;
                (best, name) = (figure, "last");
            }
        }
        say!("step {step}: dev {best} ({name} weights), model in {out}");
        Ok(())
    }
}
