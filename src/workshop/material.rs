//! What is trained on: a text that a tokenizer has numbered, for a model of this configuration.

use super::facts::Facts;
use super::label_material::LabelMaterial;
use super::pair_material::PairMaterial;
use super::sample::Sample;
use super::song_material::SongMaterial;
use super::source::Source;
use super::tag_material::TagMaterial;
use super::text_material::TextMaterial;
use crate::error::{Error, ErrorCode, Result};
use crate::io::Weights;
use crate::models::ModelConfig;
use crate::text::{LabelledText, SentencePair, TaggedSentence};
use crate::train::{Kind, Learner, Lessons, Model, Plan};

/// A model that is trained on: the contents of its files.
#[derive(Clone, Debug)]
pub struct Base {
    /// `config.json`.
    pub config: String,
    /// `tokenizer.json`.
    pub tokenizer: String,
    /// `model.safetensors`.
    pub weights: Vec<u8>,
}

/// What is never trained on.
pub enum HeldOut<'a> {
    /// For a model that writes.
    Text(String),
    /// For one that translates.
    Pairs(&'a [SentencePair]),
    /// For one that classifies.
    LabelledTexts(&'a [LabelledText]),
    /// For one that tags.
    TaggedSentences(&'a [TaggedSentence]),
    /// For one that foretells masked words.
    Texts(&'a [String]),
}

/// A text with the tokenizer that numbers it, and the model's configuration.
pub trait Material {
    /// What the text holds.
    fn facts(&self) -> &Facts;

    /// The content of `config.json`.
    fn config(&self) -> &ModelConfig;

    /// The content of `tokenizer.json`.
    fn tokenizer_json(&self) -> String;

    /// Number of different tokens that the model writes, or of its labels.
    fn vocab_size(&self) -> usize;

    /// The text that is trained on, to find copies of it.
    fn training_text(&self) -> String;

    /// Characters of a token of the training text, on average; of a translator, of what it writes.
    fn characters_per_token(&self) -> f64;

    /// What is held out.
    fn held_out(&self) -> HeldOut<'_>;

    /// A training before its first step, on the CPU; of the model with these weights, or of a new one.
    ///
    /// # Errors
    /// `text-too-short` if the text fills no batch, and those of the weights.
    fn learner(&self, plan: &Plan, weights: Option<&[u8]>) -> Result<Box<dyn Learner>>;

    /// A sample of the model as it is.
    ///
    /// # Errors
    /// `bad-option` for a number of tokens that is not possible.
    fn sample(&self, model: Model, seed: u64, tokens: usize) -> Result<Sample>;
}

/// Cleans, splits and numbers what the source gives.
///
/// # Errors
/// Those of the texts, `bad-recipe`, and of the files of a model that is trained on.
pub fn open(plan: &Plan, source: &Source<'_>, base: Option<&Base>) -> Result<Box<dyn Material>> {
    let kind = match (&plan.model, base) {
        (Some(sizes), _) => sizes.kind()?,
        (None, Some(base)) => Kind::of(&ModelConfig::from_json(&base.config)?),
        (None, None) => return Err(bad("there is neither a new model nor one that is trained on")),
    };
    Ok(match kind.learns_from() {
        Lessons::Songs => Box::new(SongMaterial::new(plan, kind, source, base)?),
        Lessons::Pairs => Box::new(PairMaterial::new(plan, source, base)?),
        Lessons::LabelledTexts => Box::new(LabelMaterial::new(plan, source, base)?),
        Lessons::TaggedSentences => Box::new(TagMaterial::new(plan, source, base)?),
        Lessons::Texts => Box::new(TextMaterial::new(plan, source, base)?),
    })
}

/// The configuration for a source and a target vocabulary of these sizes: from the plan, or, where it plans no new
/// model, that of the model it fine-tunes.
pub fn config(plan: &Plan, base: Option<&Base>, vocab_sizes: [usize; 2]) -> Result<ModelConfig> {
    match (&plan.model, base) {
        (Some(sizes), _) => sizes.config(vocab_sizes),
        (None, Some(base)) => ModelConfig::from_json(&base.config),
        (None, None) => Err(bad("there is neither a new model nor one that is trained on")),
    }
}

/// The model with the weights of a file, or a new one.
pub fn loaded<M>(
    weights: Option<&[u8]>,
    load: impl FnOnce(&mut Weights) -> Result<M>,
    init: impl FnOnce() -> Result<M>,
) -> Result<M> {
    let Some(bytes) = weights else { return init() };
    let mut weights = Weights::from_safetensors(bytes)?;
    let model = load(&mut weights)?;
    weights.finish()?;
    Ok(model)
}

pub fn bad(message: &str) -> Error {
    Error::new(ErrorCode::BadRecipe, message)
}
