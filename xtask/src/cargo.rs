//! Calls of cargo and rustup, and paths in the repository.

use anyhow::{Context, Result, bail};
use std::path::{Path, PathBuf};
use std::process::Command;

/// The compilation target for everything that runs in the browser.
pub const WASM: &str = "wasm32-unknown-unknown";

/// The repository's root folder.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask lies in the repository")
}

/// A cargo command in the repository, with the same toolchain and target folder as this process.
pub fn cargo() -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root());
    command
}

/// Cargo's target folder, wherever the environment or a configuration has put it.
pub fn target_dir() -> Result<PathBuf> {
    let output = cargo()
        .args(["metadata", "--format-version", "1", "--no-deps"])
        .output()
        .context("cargo metadata did not start")?;
    if !output.status.success() {
        bail!("cargo metadata failed: {}", String::from_utf8_lossy(&output.stderr));
    }
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout)?;
    let folder = metadata["target_directory"].as_str().context("cargo metadata names no target folder")?;
    Ok(folder.into())
}

/// Runs `command` with its output on the terminal; an error names the command.
pub fn run(command: &mut Command) -> Result<()> {
    let status = command.status().with_context(|| format!("{command:?} did not start"))?;
    if !status.success() {
        bail!("{command:?} failed: {status}");
    }
    Ok(())
}

/// Ensures that the standard library for wasm is installed, using rustup if it is missing.
pub fn ensure_wasm_target() -> Result<()> {
    let output = Command::new("rustc")
        .current_dir(root())
        .args(["--print", "target-libdir", "--target", WASM])
        .output()
        .context("rustc did not start")?;
    let folder = PathBuf::from(String::from_utf8_lossy(&output.stdout).trim().to_owned());
    if output.status.success() && folder.is_dir() {
        return Ok(());
    }
    println!("installing the {WASM} target");
    run(Command::new("rustup").current_dir(root()).args(["target", "add", WASM])).with_context(|| {
        format!(
            "the Rust target {WASM} is missing; install it with `rustup target add {WASM}`, \
             or with your distribution's package of it"
        )
    })
}
