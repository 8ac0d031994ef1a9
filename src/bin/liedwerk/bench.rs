//! `liedwerk bench`: how fast this machine multiplies, decodes and trains.

use crate::cli::ArithmeticArg;
use liedwerk::bench::{DecodeBench, MatmulBench, TrainingBench, TranslationBench};
use serde_json::json;
use std::time::Instant;

/// Arguments of `bench`.
#[derive(clap::Args)]
pub struct Args {
    /// Print JSON instead of lines.
    #[arg(long)]
    json: bool,
    /// Which arithmetic to measure.
    #[arg(long, value_enum, default_value = "portable")]
    arithmetic: ArithmeticArg,
}

/// Repetitions; the median is reported, since machines are shared.
const RUNS: usize = 7;
const DECODE_CHARS: usize = 1000;

/// Median seconds of a call, after one call that is not counted.
fn median(mut run: impl FnMut() -> liedwerk::Result<()>) -> liedwerk::Result<f64> {
    run()?;
    let mut seconds = Vec::with_capacity(RUNS);
    for _ in 0..RUNS {
        let start = Instant::now();
        run()?;
        seconds.push(start.elapsed().as_secs_f64());
    }
    seconds.sort_by(f64::total_cmp);
    Ok(seconds[RUNS / 2])
}

/// Runs all measurements.
pub fn run(args: Args) -> anyhow::Result<()> {
    args.arithmetic.apply();
    let mut figures = serde_json::Map::new();
    let mut report = |name: String, value: f64, unit: &str| {
        if !args.json {
            println!("{name:<28} {value:>12.1} {unit}");
        }
        figures.insert(name, json!(value));
    };
    for n in [256, 512, 1024] {
        let mut bench = MatmulBench::new(n);
        let seconds = median(|| {
            bench.run();
            Ok(())
        })?;
        report(format!("matmul_{n}_gflops"), 2.0 * (n as f64).powi(3) / seconds / 1e9, "GFLOP/s");
    }
    let mut decode = DecodeBench::new(256, 4)?;
    let seconds = median(|| {
        decode.run(DECODE_CHARS);
        Ok(())
    })?;
    report("lstm_4x256_decode".into(), DECODE_CHARS as f64 / seconds, "characters/s");
    for beam in [1, 4] {
        let mut translation = TranslationBench::new(beam)?;
        let seconds = median(|| translation.run())?;
        report(format!("transformer_sentence_beam_{beam}"), seconds * 1e3, "ms");
    }
    for (hidden, layers, batch, window) in [(256, 1, 64, 100), (256, 4, 32, 128), (256, 4, 64, 128)] {
        let mut training = TrainingBench::new(hidden, layers, batch, window)?;
        let seconds = median(|| training.run())?;
        let name = format!("lstm_{layers}x{hidden}_train_{batch}x{window}");
        report(name, (batch * window) as f64 / seconds, "characters/s");
    }
    if args.json {
        println!("{}", serde_json::to_string_pretty(&figures)?);
    }
    Ok(())
}
