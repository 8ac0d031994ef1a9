//! `cargo xtask package`: builds the npm package, ready for `npm pack`.

use crate::bundle;
use crate::cargo::root;
use anyhow::{Context, Result, bail};
use std::path::Path;

/// Files of the lean build below `www/pkg`.
const MODULE: [&str; 3] = ["liedwerk.js", "liedwerk.d.ts", "liedwerk_bg.wasm"];
const LICENCES: [&str; 2] = ["LICENSE-APACHE", "LICENSE-MIT"];

/// Builds the modules and writes the package to `out`.
pub fn run(out: &Path) -> Result<()> {
    bundle::run()?;
    write(out)?;
    println!("the package is in {}: `npm pack {0}`", out.display());
    Ok(())
}

/// Writes the package with the most recently built module. A folder with other contents is an error.
pub fn write(out: &Path) -> Result<()> {
    let is_package = ["package.json", "wasm/liedwerk_bg.wasm"].iter().all(|name| out.join(name).is_file());
    if out.exists() && !is_package && out.read_dir()?.next().is_some() {
        bail!("{} is not empty and holds no package; name another folder", out.display());
    }
    if out.exists() {
        std::fs::remove_dir_all(out).with_context(|| format!("cannot replace {}", out.display()))?;
    }
    std::fs::create_dir_all(out.join("wasm"))?;
    let copy = |from: &Path, to: &Path| {
        std::fs::copy(from, to).map(drop).with_context(|| format!("cannot copy {}", from.display()))
    };
    let (root, sources) = (root(), root().join("xtask/package"));
    for entry in sources.read_dir()? {
        let entry = entry?;
        copy(&entry.path(), &out.join(entry.file_name()))?;
    }
    for name in MODULE {
        copy(&root.join("www/pkg").join(name), &out.join("wasm").join(name))?;
    }
    LICENCES.iter().try_for_each(|name| copy(&root.join(name), &out.join(name)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_package_of_another_is_never_replaced() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("package.json"), "{}").unwrap();
        assert!(write(folder.path()).is_err());
        assert!(folder.path().join("package.json").exists());
    }
}
