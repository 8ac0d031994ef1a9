//! Feeds randomly damaged files to the readers in `targets.rs`. Each file must give an error or a result: no panic,
//! nothing that takes a second, no memory out of proportion.
//!
//! The same seed gives the same files. Files that fail are written to `target/fuzz` or `--out`; turn them into tests of
//! the reader.

mod memory;
mod mutate;
mod targets;
mod zip;

use anyhow::{Context, Result, bail};
use lexopt::prelude::*;
use liedwerk::rng::Rng;
use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};
use std::panic;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use targets::{TARGETS, Target};

/// A reader may take this much memory at once, and this many times the file.
const FREE_BYTES: usize = 64 << 20;
const MOST_GROWTH: usize = 16;
const LONGEST: Duration = Duration::from_secs(1);

#[global_allocator]
static MEMORY: memory::Counting = memory::Counting;

struct Options {
    targets: Vec<String>,
    seconds: u64,
    runs: u64,
    seed: u64,
    input: Option<PathBuf>,
    /// Where failures are written.
    out: PathBuf,
}

/// What a target's runs came to.
#[derive(Default)]
struct Tally {
    runs: u64,
    failures: u64,
    longest: Duration,
    /// Bytes, at most, that a run held at once.
    largest: usize,
}

fn main() -> Result<()> {
    let options = options(lexopt::Parser::from_env())?;
    panic::set_hook(Box::new(|_| {}));
    let wanted = |target: &&Target| {
        options.targets.is_empty() || options.targets.iter().any(|name| name == target.name)
    };
    let targets: Vec<&Target> = TARGETS.iter().filter(wanted).collect();
    if targets.is_empty() {
        let names: Vec<&str> = TARGETS.iter().map(|target| target.name).collect();
        bail!("the targets are {}", names.join(" "));
    }
    let mut failures = 0;
    for target in targets {
        let tally = match &options.input {
            Some(path) => again(target, path, &options)?,
            None => fuzz(target, &options)?,
        };
        println!(
            "{:<12} {:>9} runs  longest {:>6.1} ms  largest {:>6.2} MB  {} failures",
            target.name,
            tally.runs,
            tally.longest.as_secs_f64() * 1e3,
            tally.largest as f64 / 1e6,
            tally.failures
        );
        failures += tally.failures;
    }
    if failures > 0 {
        bail!("{failures} failures, see {}", options.out.display());
    }
    Ok(())
}

fn options(mut arguments: lexopt::Parser) -> Result<Options> {
    let out = PathBuf::from("target/fuzz");
    let mut options = Options { targets: Vec::new(), seconds: 60, runs: u64::MAX, seed: 1, input: None, out };
    while let Some(argument) = arguments.next()? {
        match argument {
            Long("seconds") => options.seconds = arguments.value()?.parse()?,
            Long("runs") => options.runs = arguments.value()?.parse()?,
            Long("seed") => options.seed = arguments.value()?.parse()?,
            Long("input") => options.input = Some(arguments.value()?.into()),
            Long("out") => options.out = arguments.value()?.into(),
            Value(name) => options.targets.push(name.string()?),
            other => return Err(other.unexpected().into()),
        }
    }
    Ok(options)
}

/// As many files as the time allows.
fn fuzz(target: &Target, options: &Options) -> Result<Tally> {
    let seeds = (target.seeds)();
    let mut rng = Rng::new(options.seed);
    let mut tally = Tally::default();
    let end = Instant::now() + Duration::from_secs(options.seconds);
    while tally.runs < options.runs && Instant::now() < end {
        let file = mutate::file(&seeds, &mut rng);
        check(target, &file, options, &mut tally)?;
    }
    Ok(tally)
}

/// One file that failed before.
fn again(target: &Target, path: &Path, options: &Options) -> Result<Tally> {
    let file = std::fs::read(path).with_context(|| path.display().to_string())?;
    let mut tally = Tally::default();
    check(target, &file, options, &mut tally)?;
    Ok(tally)
}

fn check(target: &Target, file: &[u8], options: &Options, tally: &mut Tally) -> Result<()> {
    let outcome = run(target, file);
    tally.runs += 1;
    tally.longest = tally.longest.max(outcome.time);
    tally.largest = tally.largest.max(outcome.bytes);
    let problem = match &outcome {
        Outcome { panicked: true, .. } => "panic",
        Outcome { bytes, .. } if *bytes > FREE_BYTES + MOST_GROWTH * file.len() => "memory",
        // A busy machine makes anything late once.
        Outcome { time, .. } if *time > LONGEST && run(target, file).time > LONGEST => "time",
        _ => return Ok(()),
    };
    tally.failures += 1;
    let mut hasher = DefaultHasher::new();
    file.hash(&mut hasher);
    std::fs::create_dir_all(&options.out)?;
    let path = options.out.join(format!("{}-{problem}-{:016x}", target.name, hasher.finish()));
    std::fs::write(&path, file)?;
    println!("{}: {problem}, {:?}, {} bytes: {}", target.name, outcome.time, outcome.bytes, path.display());
    Ok(())
}

struct Outcome {
    panicked: bool,
    time: Duration,
    bytes: usize,
}

fn run(target: &Target, file: &[u8]) -> Outcome {
    memory::begin();
    let begin = Instant::now();
    let panicked = panic::catch_unwind(|| (target.read)(file)).is_err();
    Outcome { panicked, time: begin.elapsed(), bytes: memory::most() }
}
