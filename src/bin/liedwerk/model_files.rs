//! Models as they lie on a disk: a folder of three files, or one file that holds all of them.

use crate::files::{read, read_text};
use liedwerk::generate::{Generator, Translator};
use liedwerk::io::ModelFile;
use liedwerk::models::ModelConfig;
use liedwerk::train::Kind;
use liedwerk::workshop::Base;
use liedwerk::{Error, ErrorCode};
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
    check_kind(path, &config, false)?;
    Ok(Generator::from_files(&config, &tokenizer, &weights)?)
}

/// Opens a model that translates.
pub fn open_translator(path: &Path) -> anyhow::Result<Translator> {
    let Base { config, tokenizer, weights } = read_model(path)?;
    check_kind(path, &config, true)?;
    Ok(Translator::from_files(&config, &tokenizer, &weights)?)
}

/// # Errors
/// `bad-config` if the model does the other thing.
fn check_kind(path: &Path, config: &str, is_to_translate: bool) -> liedwerk::Result<()> {
    let translates = Kind::of(&ModelConfig::from_json(config)?).learns_from_pairs();
    if translates == is_to_translate {
        return Ok(());
    }
    let (does, command) =
        if translates { ("translates", "translate") } else { ("continues a text", "generate") };
    let message = format!("the model {} {does}: use `liedwerk {command}`", path.display());
    Err(Error::new(ErrorCode::BadConfig, message))
}
