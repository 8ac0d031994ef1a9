//! `cargo xtask build`: the static site as one folder.

use crate::bundle;
use crate::cargo::root;
use anyhow::{Context, Result, bail};
use std::path::Path;

/// Builds the page and writes everything that a host must serve to `out`.
///
/// A folder that an earlier call wrote is replaced; any other folder with something in it is an error.
pub fn run(out: &Path) -> Result<()> {
    bundle::run()?;
    write_site(out)?;
    println!("the site is in {}", out.display());
    Ok(())
}

/// Copies `www/` to `out`, less what only its developers need.
pub fn write_site(out: &Path) -> Result<()> {
    clear(out)?;
    copy(&root().join("www"), out)
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
            std::fs::write(&target, published(&entry.path())?)
                .with_context(|| target.display().to_string())?;
        }
    }
    Ok(())
}

/// Types are for the developer's editor, hidden files for his tools; no browser asks for them.
pub fn is_published(name: &str) -> bool {
    !(name.starts_with('.') || name.ends_with(".d.ts"))
}

/// What a host sends for this file: scripts without their comments, a third of their download; all others as
/// they are.
pub fn published(path: &Path) -> Result<Vec<u8>> {
    let bytes = std::fs::read(path).with_context(|| path.display().to_string())?;
    if path.extension().is_none_or(|extension| extension != "js") {
        return Ok(bytes);
    }
    let source = String::from_utf8(bytes).with_context(|| path.display().to_string())?;
    Ok(without_comments(&source).into_bytes())
}

/// A script less the lines that are nothing but comment. A line inside a template literal must not begin like
/// one.
fn without_comments(source: &str) -> String {
    let mut out = String::with_capacity(source.len());
    let mut in_comment = false;
    for line in source.split_inclusive('\n') {
        let text = line.trim();
        let begins = text.starts_with("/*");
        if in_comment || begins {
            in_comment = !text.ends_with("*/");
        } else if !text.starts_with("//") {
            out.push_str(line);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scripts_are_published_without_comments() {
        let source = "// One.\nconst a = 1; // stays\n\n/** Two. */\n/**\n * @type {T}\n */\n  // Three.\nconst b = 'http://x';\n";
        assert_eq!(without_comments(source), "const a = 1; // stays\n\nconst b = 'http://x';\n");
    }

    #[test]
    fn a_foreign_folder_is_never_cleared() {
        let folder = tempfile::tempdir().unwrap();
        assert!(clear(folder.path()).is_ok());
        std::fs::write(folder.path().join("index.html"), "mine").unwrap();
        assert!(clear(folder.path()).is_err());
        assert!(folder.path().join("index.html").exists());
    }
}
