//! `--log`: one line of JSON per step.

use anyhow::Context;
use liedwerk::train::Metrics;
use std::fs::File;
use std::io::Write;
use std::path::Path;

/// The log file, if one was requested.
pub struct Log(Option<File>);

impl Log {
    /// Opens the file for appending.
    pub fn open(path: Option<&Path>) -> anyhow::Result<Self> {
        let open = |path: &Path| {
            let file = File::options().create(true).append(true).open(path);
            file.with_context(|| path.display().to_string())
        };
        Ok(Self(path.map(open).transpose()?))
    }

    /// Writes the line for a step.
    pub fn write(&mut self, metrics: Metrics) -> std::io::Result<()> {
        let Some(log) = &mut self.0 else { return Ok(()) };
        let Metrics { step, loss, grad_norm, lr, tokens } = metrics;
        let line = serde_json::json!({ "step": step, "loss": loss, "grad_norm": grad_norm, "lr": lr, "tokens": tokens });
        writeln!(log, "{line}")
    }
}
