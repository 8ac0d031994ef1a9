//! Models as they lie on a disk: a folder of three files, or one file that holds all of them.

use crate::files::{read, read_text};
use liedwerk::generate::{Generator, Translator};
use liedwerk::io::ModelFile;
use liedwerk::models::ModelConfig;
use liedwerk::read::{Classifier, TextTagger};
use liedwerk::train::{Kind, Lessons};
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
    let Base { config, tokenizer, weights } = checked(path, Lessons::Songs)?;
    Ok(Generator::from_files(&config, &tokenizer, &weights)?)
}

/// Opens a model that translates.
pub fn open_translator(path: &Path) -> anyhow::Result<Translator> {
    let Base { config, tokenizer, weights } = checked(path, Lessons::Pairs)?;
    Ok(Translator::from_files(&config, &tokenizer, &weights)?)
}

/// Opens a model that gives a text a label.
pub fn open_classifier(path: &Path) -> anyhow::Result<Classifier> {
    let Base { config, tokenizer, weights } = checked(path, Lessons::LabelledTexts)?;
    Ok(Classifier::from_files(&config, &tokenizer, &weights)?)
}

/// Opens a model that gives every word a label.
pub fn open_tagger(path: &Path) -> anyhow::Result<TextTagger> {
    let Base { config, tokenizer, weights } = checked(path, Lessons::TaggedSentences)?;
    Ok(TextTagger::from_files(&config, &tokenizer, &weights)?)
}

/// What the model learns from, which tells what it does.
pub fn lessons_of(config: &str) -> liedwerk::Result<Lessons> {
    Ok(Kind::of(&ModelConfig::from_json(config)?).learns_from())
}

/// The files of a model.
///
/// # Errors
/// `bad-config` if the model does something else.
fn checked(path: &Path, wanted: Lessons) -> anyhow::Result<Base> {
    let base = read_model(path)?;
    let found = lessons_of(&base.config)?;
    if found == wanted {
        return Ok(base);
    }
    let (does, command) = match found {
        Lessons::Songs => ("continues a text", "generate"),
        Lessons::Pairs => ("translates", "translate"),
        Lessons::LabelledTexts => ("classifies texts", "classify"),
        Lessons::TaggedSentences => ("tags words", "tag"),
    };
    let message = format!("the model {} {does}: use `liedwerk {command}`", path.display());
    Err(Error::new(ErrorCode::BadConfig, message).into())
}
