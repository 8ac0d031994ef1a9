//! Models as they lie on a disk: a folder of three files, or one file that holds all of them.

use crate::files::{read, read_text};
use liedwerk::generate::{Generator, Translator};
use liedwerk::io::ModelFile;
use liedwerk::workshop::Base;
use std::path::Path;

/// Reads a model folder, or a model in one file as the page's trainer writes it.
pub fn read_model(path: &Path) -> anyhow::Result<Base> {
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

/// Opens a model that continues a text.
pub fn open_generator(path: &Path) -> anyhow::Result<Generator> {
    let Base { config, tokenizer, weights } = read_model(path)?;
    Ok(Generator::from_files(&config, &tokenizer, &weights)?)
}

/// Opens a model that translates.
pub fn open_translator(path: &Path) -> anyhow::Result<Translator> {
    let Base { config, tokenizer, weights } = read_model(path)?;
    Ok(Translator::from_files(&config, &tokenizer, &weights)?)
}
