//! Command-line arguments for the form of a song, and its rhyme lexicon.

use std::path::{Path, PathBuf};

use anyhow::Context;
use liedwerk::generate::Sampling;
use liedwerk::generate::form::Form;
use liedwerk::text::rhyme::Lexicon;

use crate::lexicon;
use crate::model_files::models_beside;

/// Form of a song. Any of these options except title and style has the song written line by line, each the
/// best of many.
#[derive(clap::Args, Clone)]
pub struct FormArgs {
    /// What the song is about, for models that read titles
    #[arg(long, value_name = "TEXT", default_value = "")]
    pub title: String,
    /// old or modern, for models with styles
    #[arg(long, value_name = "STYLE", default_value = "")]
    pub style: String,
    /// Rhyme scheme of a stanza: ABAB, AABB, XAXA (X is unrhymed), or free
    #[arg(long, value_name = "LETTERS")]
    pub scheme: Option<String>,
    /// Lines per stanza
    #[arg(long, value_name = "N")]
    pub lines: Option<usize>,
    /// Number of stanzas
    #[arg(long, value_name = "N")]
    pub stanzas: Option<usize>,
    /// Syllables per line, such as 6-9
    #[arg(long, value_name = "LEAST-MOST", value_parser = range)]
    pub syllables: Option<(usize, usize)>,
    /// Parts of the song, one letter per stanza: V verse, C chorus (repeated word for word), B bridge
    #[arg(long, value_name = "LETTERS")]
    pub form: Option<String>,
    /// Number of candidates drawn for each line, three times as many where it must or may rhyme
    #[arg(long, value_name = "N")]
    pub tries: Option<usize>,
    /// Lexicon written by `lexicon build`; by default the one given in the list of models next to the model
    #[arg(long, value_name = "FILE")]
    pub lexicon: Option<PathBuf>,
}

/// Parses `LEAST-MOST`, or one number for both.
fn range(argument: &str) -> Result<(usize, usize), String> {
    let (least, most) = argument.split_once('-').unwrap_or((argument, argument));
    let parsed = least.trim().parse().ok().zip(most.trim().parse().ok());
    parsed.ok_or_else(|| "expected two numbers with a hyphen between".to_owned())
}

impl FormArgs {
    /// Whether the song must be written line by line.
    pub fn asked(&self) -> bool {
        self.scheme.is_some()
            || self.lines.is_some()
            || self.stanzas.is_some()
            || self.syllables.is_some()
            || self.form.is_some()
            || self.tries.is_some()
    }

    /// The form; sampling settings that are not given use the form's own defaults.
    pub fn form(&self, seed: u64, sampling: impl FnOnce(Sampling) -> Sampling) -> Form {
        let usual = Form::default();
        Form {
            title: self.title.clone(),
            style: self.style.clone(),
            scheme: self.scheme.clone().unwrap_or_else(|| "free".to_owned()),
            lines: self.lines.unwrap_or(0),
            stanzas: self.stanzas.unwrap_or(0),
            parts: self.form.clone().unwrap_or_default(),
            syllables: self.syllables,
            candidates: self.tries.unwrap_or(usual.candidates),
            seed,
            sampling: sampling(usual.sampling),
            weights: usual.weights,
        }
    }

    /// The lexicon given as an argument, or the one of this model.
    pub fn open_lexicon(&self, model: &Path) -> anyhow::Result<Lexicon> {
        match &self.lexicon {
            Some(path) => lexicon::open(path),
            None => lexicon_of(model),
        }
    }
}

/// The lexicon that the list of models gives for the model in this folder.
pub fn lexicon_of(model: &Path) -> anyhow::Result<Lexicon> {
    let found = || {
        let (models, manifest) = models_beside(model)?;
        let id = model.canonicalize().ok()?.file_name()?.to_str()?.to_owned();
        let entry = manifest.models.into_iter().find(|entry| entry.id == id)?;
        Some(models.join(entry.files.lexicon?.path))
    };
    let path = found()
        .with_context(|| format!("no lexicon is known for {}; name one with --lexicon", model.display()))?;
    lexicon::open(&path)
}
