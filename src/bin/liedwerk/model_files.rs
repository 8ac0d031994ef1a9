//! Models as they lie on a disk: a folder of three files, or one file that holds all of them.

use crate::generate::unreadable;
use crate::texts::read_text;
use liedwerk::io::ModelFile;
use liedwerk::workshop::Base;
use std::path::Path;

/// Reads a model folder, or a model in one file as the page's trainer writes it.
pub fn read_model(path: &Path) -> anyhow::Result<Base> {
    let read = |path: &Path| std::fs::read(path).map_err(|error| unreadable(path, &error));
    if path.is_file() {
        let weights = read(path)?;
        let ModelFile { config, tokenizer, .. } = ModelFile::read(&weights)?;
        return Ok(Base { config, tokenizer, weights });
    }
    Ok(Base {
        config: read_text(&path.join("config.json"))?,
        tokenizer: read_text(&path.join("tokenizer.json"))?,
        weights: read(&path.join("model.safetensors"))?,
    })
}
