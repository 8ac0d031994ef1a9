//! Benchmark workloads for either device. The command line and the page do the timing, so that both measure
//! the same work.

mod decoding;
mod ops;
mod training;

use crate::error::{Error, ErrorCode, Result};
use crate::gpu::{Buffer, View};
use crate::rng::uniform_at;
use crate::tensor::{Device, Tensor};
use decoding::Decoding;
use training::Training;

/// How much work to include.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Size {
    /// What a CPU, or a software adapter on it, completes in a minute or two.
    Small,
    /// Larger products as well, and the batch sizes of the shipped models' recipes.
    Full,
}

/// The unit of work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// 10⁹ floating point operations.
    Gflop,
    /// 10⁹ bytes read and written.
    Gigabyte,
    /// Tokens written or trained on; characters in the case of a character model.
    Token,
}

impl Unit {
    /// The unit per second.
    pub fn rate(self) -> &'static str {
        match self {
            Self::Gflop => "GFLOP/s",
            Self::Gigabyte => "GB/s",
            Self::Token => "tokens/s",
        }
    }

    /// The workload that measures the device's peak rate in this unit, if there is one.
    pub fn peak(self) -> Option<&'static str> {
        match self {
            Self::Gflop => Some(PEAKS[0]),
            Self::Gigabyte => Some(PEAKS[1]),
            Self::Token => None,
        }
    }
}

/// Peak rates of a device: multiply-adds, on a GPU only, and copying.
const PEAKS: [&str; 2] = ["peak_fma", "peak_copy"];
const MODELS: [&str; 4] = ["char_lstm", "gpt", "transformer", "seq2seq"];

/// Names of all workloads for a device, matrix products in ascending size.
pub fn names(device: &Device, size: Size) -> Vec<String> {
    let peaks: &[&str] = if *device == Device::Cpu { &PEAKS[1..] } else { &PEAKS };
    let products: &[&str] = match size {
        Size::Small => &["matmul_256", "matmul_512", "matmul_1024"],
        Size::Full => &["matmul_256", "matmul_512", "matmul_1024", "matmul_2048", "matmul_4096"],
    };
    let of_models =
        ["decode", "train"].into_iter().flat_map(|what| MODELS.map(|model| format!("{what}_{model}")));
    let ops = peaks.iter().chain(products).chain(&ops::OTHERS).map(|name| (*name).to_owned());
    ops.chain(of_models).collect()
}

/// A workload on a device.
pub struct Bench {
    unit: Unit,
    task: Task,
    /// A buffer on the GPU, if there is one; reading it waits for everything before it.
    mark: Option<Buffer>,
}

enum Task {
    /// Records or computes one run, and its amount of work.
    Op(Box<dyn FnMut()>, f64),
    Decoding(Box<Decoding>),
    Training(Box<Training>),
}

impl Bench {
    /// Creates the workload `name` of [`names`], with random numbers and randomly initialised models in the
    /// sizes of the shipped ones.
    ///
    /// # Errors
    /// `bad-option` if there is no such workload.
    pub fn new(name: &str, size: Size, device: &Device) -> Result<Self> {
        if !names(device, size).iter().any(|known| known == name) {
            return Err(Error::new(ErrorCode::BadOption, format!("there is no workload {name}")));
        }
        let (unit, task) = if let Some(model) = name.strip_prefix("decode_") {
            (Unit::Token, Task::Decoding(Box::new(Decoding::new(model, device)?)))
        } else if let Some(model) = name.strip_prefix("train_") {
            (Unit::Token, Task::Training(Box::new(Training::new(model, size, device)?)))
        } else {
            let (unit, work, run) = ops::op(name, device);
            (unit, Task::Op(run, work))
        };
        let mark = match device {
            Device::Cpu => None,
            Device::Gpu(gpu) => Some(gpu.upload(&[0_u32])),
        };
        Ok(Self { unit, task, mark })
    }

    /// The unit of the work that [`Self::run`] returns.
    pub fn unit(&self) -> Unit {
        self.unit
    }

    /// Runs the workload `times` times, waits once at the end, and returns the amount of work done. A GPU
    /// receives all runs of an op at once; each token or training step has to wait for the one before it.
    ///
    /// # Errors
    /// `gpu-lost` or `out-of-memory`.
    pub async fn run(&mut self, times: usize) -> Result<f64> {
        let work = match &mut self.task {
            Task::Op(run, work) => {
                (0..times).for_each(|_| run());
                times as f64 * *work
            }
            Task::Decoding(decoding) => decoding.run(times).await? as f64,
            Task::Training(training) => training.run(times).await? as f64,
        };
        if let Some(mark) = &self.mark {
            mark.gpu().read(&[View::from(mark)]).await?;
        }
        Ok(work)
    }
}

/// Pseudo-random numbers in [-1, 1).
fn numbers(device: &Device, shape: &[usize], seed: u64) -> Tensor {
    let count: usize = shape.iter().product();
    let values = (0..count).map(|i| 2.0 * uniform_at(seed, i as u32) - 1.0).collect();
    Tensor::from_vec(values, shape).to(device)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::now::now;

    #[test]
    fn every_workload_of_the_cpu_runs_and_counts_its_work() {
        let named = names(&Device::Cpu, Size::Small);
        assert_eq!(named.len(), 1 + 3 + ops::OTHERS.len() + 2 * MODELS.len());
        for name in named.iter().filter(|name| !["matmul_1024", "matvec_8192x8192"].contains(&name.as_str()))
        {
            let mut bench = Bench::new(name, Size::Small, &Device::Cpu).unwrap();
            let times = if name.starts_with("decode") { 3 } else { 1 };
            let work = now(bench.run(times)).unwrap();
            match name.as_str() {
                "matmul_512" => assert_eq!(work, 2.0 * 512_f64.powi(3) / 1e9),
                "decode_gpt" => assert_eq!(work, 3.0),
                "train_gpt" => assert_eq!(work, 256.0),
                _ => assert!(work > 0.0, "{name}"),
            }
        }
        assert!(
            Bench::new("peak_fma", Size::Full, &Device::Cpu).is_err(),
            "of the CPU only copying is measured"
        );
    }
}
