//! Source to `www/pkg`: the optimised wasm module and its JavaScript glue.

use crate::cargo::{WASM, cargo, ensure_wasm_target, root};
use anyhow::{Context, Result, bail};
use std::path::PathBuf;
use std::process::Stdio;
use wasm_bindgen_cli_support::Bindgen;

/// Builds the library for the browser and writes `www/pkg/liedwerk{.js,.d.ts,_bg.wasm}`.
pub fn run() -> Result<()> {
    ensure_wasm_target()?;
    let module = compile()?;
    let out = root().join("www/pkg");
    // An old file must not survive beside the new ones: the size budget would count it.
    if out.exists() {
        std::fs::remove_dir_all(&out).with_context(|| format!("cannot clear {}", out.display()))?;
    }
    Bindgen::new()
        .input_path(module)
        .web(true)?
        .typescript(true)
        .demangle(false)
        .remove_name_section(true)
        .remove_producers_section(true)
        .generate(&out)
        .context("wasm-bindgen failed")
}

/// The release build; the path of its wasm file is read from cargo's own messages, so that it holds
/// for every target folder.
fn compile() -> Result<PathBuf> {
    let output = cargo()
        .args(["build", "--release", "--package", "liedwerk", "--lib", "--no-default-features"])
        .args(["--target", WASM])
        .arg("--message-format=json-render-diagnostics")
        .stderr(Stdio::inherit())
        .output()
        .context("cargo build did not start")?;
    if !output.status.success() {
        bail!("the library does not build for {WASM}");
    }
    String::from_utf8(output.stdout)?
        .lines()
        .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok())
        .filter(|message| message["target"]["name"] == "liedwerk")
        .filter_map(|message| message["filenames"].as_array().cloned())
        .flatten()
        .filter_map(|name| name.as_str().map(PathBuf::from))
        .find(|path| path.extension().is_some_and(|extension| extension == "wasm"))
        .context("cargo named no wasm file")
}
