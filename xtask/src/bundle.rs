//! Source to `www/pkg`: the optimised wasm modules and their JavaScript glue.

use crate::cargo::{WASM, cargo, ensure_wasm_target, root, target_dir};
use anyhow::{Context, Result, anyhow, bail};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::thread;
use wasm_bindgen_cli_support::Bindgen;

/// One build of the library.
struct Variant {
    /// Below `www/pkg`.
    folder: &'static str,
    /// Cargo's arguments for its features.
    features: &'static [&'static str],
    /// Below cargo's target folder, so that the builds do not wait for each other; nothing is the folder itself.
    target: &'static str,
}

/// What every visitor gets; and what only who trains, measures, or computes on a GPU does: half as much again.
const VARIANTS: [Variant; 2] = [
    Variant { folder: "", features: &["--no-default-features"], target: "" },
    Variant { folder: "full", features: &[], target: "full" },
];

/// Builds the library for the browser and writes `www/pkg/liedwerk{.js,.d.ts,_bg.wasm}`, and the same with the
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
    // An old file must not survive beside the new ones: the size budget would count it.
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

/// The release build; the path of its wasm file is read from cargo's own messages, so that it holds
/// for every target folder.
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
