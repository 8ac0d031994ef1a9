//! Models on disk: a folder, a zip, a checkpoint, or a single file with the whole model.

use crate::files::{read, read_text, unreadable};
use liedwerk::generate::{Generator, Translator};
use liedwerk::io::formats::{self, File, Format, HEAD_BYTES, Offered, OpenedModel};
use liedwerk::io::manifest::Manifest;
use liedwerk::models::ModelConfig;
use liedwerk::read::{Classifier, MaskFiller, TextTagger};
use liedwerk::train::{Kind, Lessons};
use liedwerk::workshop::Base;
use liedwerk::{Error, ErrorCode};
use std::borrow::Cow;
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// Reads a model in any of the formats listed in `docs/formats.md`.
pub fn read_files(path: &Path) -> Result<OpenedModel, Error> {
    let paths = if path.is_dir() { files_in(path)? } else { vec![path.to_owned()] };
    let offered: Vec<Offered> = paths.iter().map(|path| offer(path)).collect::<Result<_, _>>()?;
    let sorted = formats::sort(&offered);
    let group = match (&sorted.models[..], sorted.refused.first()) {
        ([group], _) => group,
        ([], Some(refusal)) => return Err(refusal.clone()),
        (models, _) => {
            let names: Vec<&str> = models.iter().map(|model| model.name.as_str()).collect();
            let message = format!(
                "{} holds several models: {}; name one of the files",
                path.display(),
                names.join(", ")
            );
            return Err(Error::new(ErrorCode::OtherFormat, message));
        }
    };
    let files = group.files.iter().map(|&place| {
        Ok(File { name: offered[place].name.clone(), bytes: Cow::Owned(read(&paths[place])?) })
    });
    formats::open(files.collect::<Result<_, Error>>()?)
}

/// Like [`read_files`], without the card.
pub fn read_model(path: &Path) -> anyhow::Result<Base> {
    let OpenedModel { config, tokenizer, weights, .. } = read_files(path)?;
    Ok(Base { config, tokenizer, weights })
}

/// Whether the path is a file of weights, with or without the rest of the model.
pub fn is_safetensors(path: &Path) -> Result<bool, Error> {
    if path.is_dir() {
        return Ok(false);
    }
    let Offered { name, head } = offer(path)?;
    Ok(name.ends_with(".safetensors") || Format::of(&name, &head) == Format::Safetensors)
}

/// The files of a folder in sorted order; subfolders are other models.
fn files_in(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let entries = fs::read_dir(folder).map_err(|e| unreadable(folder, &e))?;
    let paths = entries.map(|entry| entry.map(|entry| entry.path())).collect::<io::Result<Vec<_>>>();
    let mut paths = paths.map_err(|e| unreadable(folder, &e))?;
    paths.retain(|path| path.is_file());
    paths.sort();
    Ok(paths)
}

/// Reads a file's name and first bytes.
fn offer(path: &Path) -> Result<Offered, Error> {
    let mut head = Vec::new();
    let file = fs::File::open(path).map_err(|e| unreadable(path, &e))?;
    file.take(HEAD_BYTES as u64).read_to_end(&mut head).map_err(|e| unreadable(path, &e))?;
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    Ok(Offered { name, head })
}

/// The parent of a model's folder, and the list of models there.
pub fn models_beside(model: &Path) -> Option<(PathBuf, Manifest)> {
    let models = model.canonicalize().ok()?.parent()?.to_owned();
    let manifest = Manifest::from_json(&read_text(&models.join("index.json")).ok()?).ok()?;
    Some((models, manifest))
}

/// Opens a language model.
pub fn open_generator(path: &Path) -> anyhow::Result<Generator> {
    let Base { config, tokenizer, weights } = checked(path, Lessons::Songs)?;
    Ok(Generator::from_files(&config, &tokenizer, &weights)?)
}

/// Opens a translator.
pub fn open_translator(path: &Path) -> anyhow::Result<Translator> {
    let Base { config, tokenizer, weights } = checked(path, Lessons::Pairs)?;
    Ok(Translator::from_files(&config, &tokenizer, &weights)?)
}

/// Opens a classifier.
pub fn open_classifier(path: &Path) -> anyhow::Result<Classifier> {
    let Base { config, tokenizer, weights } = checked(path, Lessons::LabelledTexts)?;
    Ok(Classifier::from_files(&config, &tokenizer, &weights)?)
}

/// Opens a tagger.
pub fn open_tagger(path: &Path) -> anyhow::Result<TextTagger> {
    let Base { config, tokenizer, weights } = checked(path, Lessons::TaggedSentences)?;
    Ok(TextTagger::from_files(&config, &tokenizer, &weights)?)
}

/// Opens a masked language model.
pub fn open_filler(path: &Path) -> anyhow::Result<MaskFiller> {
    let Base { config, tokenizer, weights } = checked(path, Lessons::Texts)?;
    Ok(MaskFiller::from_files(&config, &tokenizer, &weights)?)
}

/// What the model is trained on, which tells its task.
pub fn lessons_of(config: &str) -> liedwerk::Result<Lessons> {
    Ok(Kind::of(&ModelConfig::from_json(config)?).learns_from())
}

/// Reads the files of a model.
///
/// # Errors
/// `bad-config` if the model has another task.
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
        Lessons::Texts => ("foretells masked words", "fill"),
    };
    let message = format!("the model {} {does}: use `liedwerk {command}`", path.display());
    Err(Error::new(ErrorCode::BadConfig, message).into())
}
