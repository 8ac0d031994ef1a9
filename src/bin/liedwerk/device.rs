//! `--device`: the device that a command uses.

use clap::ValueEnum;
use liedwerk::gpu::Gpu;
use liedwerk::self_test::{Scope, self_test};
use pollster::block_on;

/// The device to use.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum DeviceArg {
    /// The CPU, with the same bits as the page
    Cpu,
    /// The GPU, once it has been checked against the CPU
    Gpu,
    /// Whichever is faster for this model
    Auto,
}

impl DeviceArg {
    /// The GPU for this choice, checked for what it will do: always one for `gpu`; for `auto` one if
    /// available, to be raced against the CPU.
    ///
    /// # Errors
    /// For `gpu` only: `gpu-unavailable`, `gpu-wrong`, `gpu-lost` or `out-of-memory`.
    pub fn gpu(self, scope: Scope) -> liedwerk::Result<Option<Gpu>> {
        let checked = || {
            let gpu = block_on(Gpu::request())?;
            let checked = block_on(self_test(&gpu, scope))?;
            eprintln!(
                "GPU checked: {}, {} ops, largest error {:.1e} ({})",
                gpu.name(),
                checked.ops,
                checked.largest_error,
                checked.op
            );
            Ok(gpu)
        };
        match self {
            Self::Cpu => Ok(None),
            Self::Gpu => checked().map(Some),
            Self::Auto => Ok(checked().inspect_err(|error| eprintln!("{error}; using the CPU")).ok()),
        }
    }
}
