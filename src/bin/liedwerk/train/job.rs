//! The job of a training: a plan with its text, or a recipe with its files.

use super::Args;
use crate::files::{read, read_text};
use crate::model_files::read_model;
use crate::texts::read_decoded;
use anyhow::Context;
use liedwerk::io::{Precision, to_safetensors};
use liedwerk::models::stored_layout;
use liedwerk::nn::Module;
use liedwerk::train::{Model, Plan, Recipe};
use liedwerk::workshop::{RecipeFiles, Source, Unit, Workshop};
use pollster::block_on;
use std::path::PathBuf;

/// A plan or a recipe.
pub enum Job {
    Plan(Plan, String),
    Recipe(Recipe, RecipeFiles),
}

impl Job {
    /// Reads all files given by the arguments.
    pub fn read(args: &Args) -> anyhow::Result<Self> {
        if let (Some(plan), Some(text)) = (&args.plan, &args.text) {
            return Ok(Self::Plan(Plan::from_json(&read_text(plan)?)?, read_decoded(text)?));
        }
        let recipe = args.recipe.as_ref().context("neither a recipe nor a plan is given")?;
        let recipe = Recipe::from_toml(&read_text(recipe)?)?;
        let data = args.data.clone().unwrap_or_default();
        let files = RecipeFiles::read(&recipe, |path| read(&data.join(path)))?;
        Ok(Self::Recipe(recipe, files))
    }

    /// The input files.
    pub fn inputs(&self, args: &Args) -> Vec<PathBuf> {
        let mut inputs: Vec<PathBuf> =
            [&args.recipe, &args.plan, &args.text].into_iter().flatten().cloned().collect();
        if let (Self::Recipe(recipe, _), Some(data)) = (self, &args.data) {
            let train = recipe.train.iter().map(|file| &file.path);
            inputs.extend(train.chain(&recipe.dev).map(|path| data.join(path)));
        }
        inputs
    }

    /// Starts or resumes the training; also returns its duration so far in seconds.
    pub fn begin(&self, args: &Args, checkpoint: Option<&[u8]>) -> anyhow::Result<(Workshop, f64)> {
        let (plan, source) = match self {
            Self::Plan(plan, text) => (plan, Source::Text(text)),
            Self::Recipe(recipe, files) => (&recipe.plan, Source::Files(files)),
        };
        if let Some(checkpoint) = checkpoint {
            return Ok(Workshop::go_on(Some(plan), source, checkpoint)?);
        }
        let base = args.init.as_deref().map(read_model).transpose()?;
        Ok((Workshop::begin(plan.clone(), source, base)?, 0.0))
    }

    /// Whether it is a recipe.
    pub fn is_recipe(&self) -> bool {
        matches!(self, Self::Recipe(..))
    }

    /// Steps between checkpoints, for a recipe.
    pub fn checkpoint_every(&self) -> Option<u64> {
        match self {
            Self::Plan(..) => None,
            Self::Recipe(recipe, _) => Some(recipe.checkpoint_every),
        }
    }

    /// The content of `model.safetensors`: a recipe's weights, or a plan's model with its card in a single
    /// file.
    pub fn weights(&self, workshop: &mut Workshop, model: &Model, seconds: f64) -> anyhow::Result<Vec<u8>> {
        Ok(match self {
            Self::Plan(..) => block_on(workshop.model_file(seconds, Precision::F16))?,
            Self::Recipe(Recipe { precision, .. }, _) => {
                to_safetensors(&stored_layout(model.parameters(), *precision), *precision)?
            }
        })
    }
}

/// The plural name of a unit.
pub fn name(unit: Unit) -> &'static str {
    match unit {
        Unit::Title | Unit::Song => "songs",
        Unit::Stanza => "stanzas",
        Unit::Lines => "parts",
        Unit::Pair => "pairs",
        Unit::LabelledText | Unit::Text => "texts",
        Unit::TaggedSentence => "sentences",
    }
}
