//! `liedwerk train --plan`: the training that the page does, from a plan and one text to a model.

use crate::model_files::read_model;
use crate::texts::read_text;
use crate::train::{Args, Log, read, stopper, write};
use indicatif::ProgressBar;
use liedwerk::io::Precision;
use liedwerk::tensor::Device;
use liedwerk::train::bits;
use liedwerk::workshop::{Plan, Workshop};
use pollster::block_on;
use std::path::Path;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

/// Between checkpoints.
const CHECKPOINT: Duration = Duration::from_secs(20);

/// Trains until the plan's last step, `--max-steps`, or Ctrl-C.
pub fn run(plan: &Path, text: &Path, args: &Args) -> anyhow::Result<()> {
    let text = read_text(text)?;
    let (mut workshop, before) = match args.checkpoint()? {
        Some(checkpoint) => Workshop::resume(&text, &checkpoint)?,
        None => {
            let base = args.init().map(read_model).transpose()?;
            (Workshop::new(Plan::from_json(&read(plan)?)?, &text, base)?, 0.0)
        }
    };
    if let Device::Gpu(gpu) = args.device()? {
        block_on(workshop.use_gpu(&gpu))?;
    }
    let facts = workshop.facts();
    println!("{} characters to train on, {} held out", facts.train_characters, facts.held_out_characters);
    let start = Instant::now();
    let trained = train(&mut workshop, args, &|| before + start.elapsed().as_secs_f64());
    // The state is good also after a divergence: the one to which it went back.
    save(&mut workshop, args, before + start.elapsed().as_secs_f64())?;
    trained
}

fn train(workshop: &mut Workshop, args: &Args, seconds: &dyn Fn() -> f64) -> anyhow::Result<()> {
    let stop = stopper()?;
    let mut log = Log::create(args)?;
    let steps = workshop.plan().train.steps;
    let last = args.last_step(workshop.steps_done(), steps);
    let bar = ProgressBar::new(steps).with_position(workshop.steps_done());
    let mut kept = Instant::now();
    while workshop.steps_done() < last && !stop.load(Ordering::Relaxed) {
        let metrics = block_on(workshop.step())?;
        if let Some(fault) = workshop.take_gpu_fault() {
            bar.suspend(|| eprintln!("{fault}; the CPU goes on"));
        }
        log.write(metrics)?;
        bar.set_position(metrics.step);
        if kept.elapsed() > CHECKPOINT {
            write(args.out(), "checkpoint.bin", &block_on(workshop.keep(seconds()))?)?;
            kept = Instant::now();
        }
    }
    bar.finish_and_clear();
    Ok(())
}

/// Measures the held-out part, and writes the model and the checkpoint.
fn save(workshop: &mut Workshop, args: &Args, seconds: f64) -> anyhow::Result<()> {
    if workshop.begin_validation() {
        let measured = loop {
            if let Some(measured) = block_on(workshop.validate())? {
                break measured;
            }
        };
        let (step, bits_per_char) = (workshop.steps_done(), measured.bits_per_char);
        println!(
            "step {step}: held out {bits_per_char:.4} bits per character, {:.4} a token",
            bits(measured.loss)
        );
    }
    let out = args.out();
    write(out, "checkpoint.bin", &block_on(workshop.keep(seconds))?)?;
    write(out, "config.json", workshop.config_json().as_bytes())?;
    write(out, "tokenizer.json", workshop.tokenizer_json().as_bytes())?;
    write(out, "model.safetensors", &block_on(workshop.model_file(seconds, Precision::F16))?)
}
