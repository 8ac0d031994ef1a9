//! `--device`: where a command computes.

use clap::ValueEnum;
use liedwerk::gpu::Gpu;
use liedwerk::self_test::{Scope, self_test};
use pollster::block_on;

/// Where to compute.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum DeviceArg {
    /// On the processor, with the very bits that the page computes there.
    Cpu,
    /// On the GPU, once it has been checked against the processor.
    Gpu,
    /// On whichever is faster for this model.
    Auto,
}

impl DeviceArg {
    /// The GPU that this choice means, checked for what it is to do: always one for `gpu`, and for `auto` one that
    /// may be raced against the processor.
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
