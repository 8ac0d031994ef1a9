//! `liedwerk bench`: measures how fast this machine multiplies, decodes and trains.

use std::time::Instant;

use liedwerk::bench::{Bench, Size, names};
use liedwerk::gpu::Gpu;
use liedwerk::self_test::Scope;
use liedwerk::tensor::Device;
use pollster::block_on;
use serde_json::{Value, json};

use crate::arithmetic::ArithmeticArg;
use crate::device::DeviceArg;
use crate::files::say;

/// Arguments of `bench`.
#[derive(clap::Args)]
pub struct Args {
    /// Device to measure; auto uses a GPU if there is one.
    #[arg(long, value_enum, default_value_t = DeviceArg::Cpu)]
    device: DeviceArg,
    /// Only run workloads whose names start with NAME; the peaks are always measured.
    #[arg(long, value_name = "NAME")]
    only: Option<String>,
    /// Use smaller products and batches, like the page without a GPU.
    #[arg(long)]
    small: bool,
    /// Print JSON instead of lines.
    #[arg(long)]
    json: bool,
    /// Arithmetic to measure, on the CPU.
    #[arg(long, value_enum, default_value = "portable")]
    arithmetic: ArithmeticArg,
}

/// Minimum duration of a round in seconds, so that reading the clock or the GPU's response time does not
/// matter.
const ROUND: f64 = 0.3;
/// Number of rounds, of which the median counts, since machines are shared; only one if it takes longer than
/// `SLOW` seconds.
const ROUNDS: usize = 3;
const SLOW: f64 = 4.0;
/// A matrix product is skipped if one run is expected to take longer than this, in seconds.
const LONGEST: f64 = 12.0;

/// Result of a workload.
struct Figure {
    name: String,
    unit: &'static str,
    /// Units per second.
    rate: f64,
    /// Fraction of the device's peak.
    share: Option<f64>,
    /// Seconds per run.
    seconds: f64,
}

/// Runs all benchmarks.
pub fn run(args: Args) -> anyhow::Result<()> {
    args.arithmetic.apply();
    let gpu = args.device.gpu(Scope::Training)?;
    let size = if args.small { Size::Small } else { Size::Full };
    let device = gpu.clone().map_or(Device::Cpu, Device::Gpu);
    let (mut figures, mut left_out) = (Vec::<Figure>::new(), Vec::new());
    let only = args.only.as_deref().unwrap_or_default();
    let wanted = |name: &String| name.starts_with(only) || name.starts_with("peak");
    // Expected duration of the next matrix product, whose sides are twice as long.
    let mut expected = 0.0;
    for name in names(&device, size).into_iter().filter(wanted) {
        let is_product = name.starts_with("matmul");
        if is_product && expected > LONGEST {
            left_out.push(name);
            continue;
        }
        let figure = measure(name, size, &device, &figures)?;
        if is_product {
            expected = 8.0 * figure.seconds;
        }
        if !args.json {
            say!("{figure}");
        }
        figures.push(figure);
    }
    if args.json {
        say!("{}", serde_json::to_string_pretty(&report(gpu.as_ref(), &args, &figures, &left_out))?);
    } else if !left_out.is_empty() {
        say!("left out, since one run would take more than {LONGEST} s here: {}", left_out.join(", "));
    }
    Ok(())
}

/// Times a workload after a warm-up run, which compiles shaders and allocates memory.
fn measure(name: String, size: Size, device: &Device, before: &[Figure]) -> liedwerk::Result<Figure> {
    let mut bench = Bench::new(&name, size, device)?;
    let mut seconds = |times: usize| -> liedwerk::Result<(f64, f64)> {
        let start = Instant::now();
        let work = block_on(bench.run(times))?;
        Ok((start.elapsed().as_secs_f64(), work))
    };
    seconds(1)?;
    let mut times = 1;
    let mut rounds = vec![seconds(times)?];
    while rounds[0].0 < ROUND {
        times = (times as f64 * (1.5 * ROUND / rounds[0].0).clamp(2.0, 16.0)) as usize;
        rounds = vec![seconds(times)?];
    }
    while rounds[0].0 < SLOW && rounds.len() < ROUNDS {
        rounds.push(seconds(times)?);
    }
    rounds.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (middle, work) = rounds[rounds.len() / 2];
    let (unit, rate) = (bench.unit(), work / middle);
    let peak = unit.peak().filter(|peak| *peak != name);
    let share = before.iter().find(|figure| Some(figure.name.as_str()) == peak).map(|peak| rate / peak.rate);
    Ok(Figure { name, unit: unit.rate(), rate, share, seconds: middle / times as f64 })
}

impl std::fmt::Display for Figure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { name, unit, rate, share, .. } = self;
        write!(f, "{name:<24} {rate:>10.1} {unit:<8}")?;
        share.map_or(Ok(()), |share| write!(f, " {:>5.1} % of the measured peak", 100.0 * share))
    }
}

fn report(gpu: Option<&Gpu>, args: &Args, figures: &[Figure], left_out: &[String]) -> Value {
    let figures: Vec<Value> = figures
        .iter()
        .map(|Figure { name, unit, rate, share, .. }| json!({"name": name, "unit": unit, "rate": rate, "share": share}))
        .collect();
    json!({
        "device": if gpu.is_some() { "gpu" } else { "cpu" },
        "gpu": gpu.map(Gpu::name),
        "software": gpu.map(Gpu::is_software),
        "arithmetic": if args.arithmetic == ArithmeticArg::Fast { "fast" } else { "portable" },
        "small": args.small,
        "figures": figures,
        "left_out": left_out,
    })
}
