//! `cargo xtask build`: writes the static site to a folder.

use crate::cargo::{root, run as run_command};
use crate::{bundle, tools};
use anyhow::{Context, Result, bail};
use std::ffi::OsStr;
use std::path::Path;
use std::process::Command;

/// Builds the page and writes everything that a host must serve to `out`.
///
/// Replaces a folder written by an earlier call; any other non-empty folder is an error.
pub fn run(out: &Path) -> Result<()> {
    bundle::run()?;
    write_site(out)?;
    println!("the site is in {}", out.display());
    Ok(())
}

/// Copies `www/` to `out`, without files that only developers need, and bundles it.
pub fn write_site(out: &Path) -> Result<()> {
    clear(out)?;
    copy(&root().join("www"), out)?;
    pack(out)
}

/// Copies `www/` to `out` unbundled and without the models, for tests that import single modules.
pub fn write_sources(out: &Path) -> Result<()> {
    clear(out)?;
    copy(&root().join("www"), out)?;
    std::fs::remove_dir_all(out.join("models")).context("www/models is missing")
}

fn clear(out: &Path) -> Result<()> {
    let empty = !out.exists() || out.read_dir().with_context(|| out.display().to_string())?.next().is_none();
    if empty {
        return Ok(());
    }
    if !(out.join("index.html").is_file() && out.join("pkg/liedwerk_bg.wasm").is_file()) {
        bail!("{} is not empty and holds no liedwerk site; name another folder", out.display());
    }
    std::fs::remove_dir_all(out).with_context(|| format!("cannot replace {}", out.display()))
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    std::fs::create_dir_all(to).with_context(|| format!("cannot create {}", to.display()))?;
    for entry in from.read_dir().with_context(|| from.display().to_string())? {
        let entry = entry?;
        let name = entry.file_name();
        if !is_published(&name.to_string_lossy()) {
            continue;
        }
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &to.join(&name))?;
        } else {
            let target = to.join(&name);
            std::fs::copy(entry.path(), &target).with_context(|| target.display().to_string())?;
        }
    }
    Ok(())
}

/// Type declarations and hidden files are for developers; browsers never request them.
fn is_published(name: &str) -> bool {
    !(name.starts_with('.') || name.ends_with(".d.ts"))
}

/// Bundles about a hundred scripts into one per page and worker, minified.
fn pack(site: &Path) -> Result<()> {
    tools::ensure_node()?;
    let folder = root().join("xtask/pack");
    let run = |program: &str, arguments: &[&OsStr]| {
        run_command(Command::new(program).args(arguments).current_dir(&folder))
    };
    run(
        "npm",
        &["ci", "--ignore-scripts", "--prefer-offline", "--no-audit", "--no-fund", "--silent"]
            .map(OsStr::new),
    )?;
    run("node", &[OsStr::new("pack.js"), site.canonicalize()?.as_os_str()])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_foreign_folder_is_never_cleared() {
        let folder = tempfile::tempdir().unwrap();
        assert!(clear(folder.path()).is_ok());
        std::fs::write(folder.path().join("index.html"), "mine").unwrap();
        assert!(clear(folder.path()).is_err());
        assert!(folder.path().join("index.html").exists());
    }
}
