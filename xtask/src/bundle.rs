//! Builds `www/pkg`: the optimised wasm modules and their JavaScript glue.

use crate::cargo::{WASM, cargo, ensure_wasm_target, root, target_dir};
use anyhow::{Context, Result, anyhow, bail};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::thread;
use wasm_bindgen_cli_support::Bindgen;

/// One build of the library.
struct Variant {
    /// Output folder below `www/pkg`.
    folder: &'static str,
    /// Cargo arguments that select the features.
    features: &'static [&'static str],
    /// Subfolder of cargo's target folder, so that the builds do not wait for each other; empty for the
    /// folder itself.
    target: &'static str,
}

/// The module for every visitor, and the larger one for visitors who train, benchmark or use a GPU.
const VARIANTS: [Variant; 2] = [
    Variant { folder: "", features: &["--no-default-features"], target: "" },
    Variant { folder: "full", features: &[], target: "full" },
];

/// Builds the library for the browser and writes `www/pkg/liedwerk{.js,.d.ts,_bg.wasm}`, and the same with
/// GPU and training to `www/pkg/full`.
pub fn run() -> Result<()> {
    ensure_wasm_target()?;
    let target = target_dir()?;
    let modules = thread::scope(|scope| {
        let builds = VARIANTS.map(|variant| {
            let target = target.join(variant.target);
            scope.spawn(move || compile(variant.features, &target))
        });
        builds.map(|build| build.join().unwrap_or_else(|_| Err(anyhow!("a build panicked"))))
    });
    let out = root().join("www/pkg");
    // Old files must not survive next to the new ones: the size budget would count them.
    if out.exists() {
        std::fs::remove_dir_all(&out).with_context(|| format!("cannot clear {}", out.display()))?;
    }
    for (variant, module) in VARIANTS.iter().zip(modules) {
        Bindgen::new()
            .input_path(module?)
            .web(true)?
            .typescript(true)
            .demangle(false)
            .remove_name_section(true)
            .remove_producers_section(true)
            .generate(out.join(variant.folder))
            .context("wasm-bindgen failed")?;
    }
    Ok(())
}

/// Runs the release build; takes the path of the wasm file from cargo's messages, so that it is right for
/// every target folder.
fn compile(features: &[&str], target: &Path) -> Result<PathBuf> {
    let output = cargo()
        .args(["build", "--release", "--package", "liedwerk", "--lib", "--target", WASM])
        .args(features)
        .arg("--target-dir")
        .arg(target)
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
