//! `liedwerk manifest`: updates the page's list of models from the files next to it.

use crate::files::say;
use crate::model_files::lessons_of;
use anyhow::Context;
use liedwerk::generate::{Generator, Translator};
use liedwerk::io::manifest::{Manifest, WeightsFile};
use liedwerk::io::write_atomically;
use liedwerk::nn::Module;
use liedwerk::read::{Classifier, MaskFiller, TextTagger};
use liedwerk::train::Lessons;
use std::path::PathBuf;

/// Arguments of `manifest`.
#[derive(clap::Args)]
pub struct Args {
    /// Folder with `index.json` and one folder per model
    #[arg(long, default_value = "www/models")]
    models: PathBuf,
}

/// Opens every listed model and records its size, hash and number of parameters.
pub fn run(args: Args) -> anyhow::Result<()> {
    let path = args.models.join("index.json");
    let read = |name: &str| {
        let path = args.models.join(name);
        std::fs::read(&path).with_context(|| path.display().to_string())
    };
    let mut manifest = Manifest::from_json(&String::from_utf8(read("index.json")?)?)?;
    for model in &mut manifest.models {
        let weights = read(&model.files.weights.path)?;
        let config = String::from_utf8(read(&model.files.config)?)?;
        let tokenizer = String::from_utf8(read(&model.files.tokenizer)?)?;
        let parameters = match lessons_of(&config)? {
            Lessons::Songs => Generator::from_files(&config, &tokenizer, &weights)?.model().parameters(),
            Lessons::Pairs => Translator::from_files(&config, &tokenizer, &weights)?.model().parameters(),
            Lessons::LabelledTexts => {
                Classifier::from_files(&config, &tokenizer, &weights)?.model().parameters()
            }
            Lessons::TaggedSentences => {
                TextTagger::from_files(&config, &tokenizer, &weights)?.model().parameters()
            }
            Lessons::Texts => MaskFiller::from_files(&config, &tokenizer, &weights)?.model().parameters(),
        };
        model.files.weights = WeightsFile::describe(model.files.weights.path.clone(), &weights);
        for file in model.files.songs.iter_mut().chain(&mut model.files.lexicon) {
            *file = WeightsFile::describe(file.path.clone(), &read(&file.path)?);
        }
        model.figures.parameters = parameters.iter().map(|(_, tensor)| tensor.numel() as u64).sum();
        say!("{}: {} bytes, sha256 {}", model.id, model.files.weights.bytes, model.files.weights.sha256);
    }
    Ok(write_atomically(&path, (serde_json::to_string_pretty(&manifest)? + "\n").as_bytes())?)
}
