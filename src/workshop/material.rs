//! Training data: texts with a tokenizer and the configuration of a model.

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

/// A model to be fine-tuned: the contents of its files.
#[derive(Clone, Debug)]
pub struct Base {
    /// `config.json`.
    pub config: String,
    /// `tokenizer.json`.
    pub tokenizer: String,
    /// `model.safetensors`.
    pub weights: Vec<u8>,
}

/// The held-out data.
pub enum HeldOut<'a> {
    /// For a language model.
    Text(String),
    /// For a translator.
    Pairs(&'a [SentencePair]),
    /// For a classifier.
    LabelledTexts(&'a [LabelledText]),
    /// For a tagger.
    TaggedSentences(&'a [TaggedSentence]),
    /// For a masked language model.
    Texts(&'a [String]),
}

/// Texts with their tokenizer and the model's configuration.
pub trait Material {
    /// Facts about the text.
    fn facts(&self) -> &Facts;

    /// The content of `config.json`.
    fn config(&self) -> &ModelConfig;

    /// The content of `tokenizer.json`.
    fn tokenizer_json(&self) -> String;

    /// Number of distinct tokens the model writes, or of its labels.
    fn vocab_size(&self) -> usize;

    /// The training text, in which copies are searched for.
    fn training_text(&self) -> String;

    /// Average number of characters per token of the training text; for a translator, of the target side.
    fn characters_per_token(&self) -> f64;

    /// The held-out data.
    fn held_out(&self) -> HeldOut<'_>;

    /// Creates a training run on the CPU, with these weights or for a new model.
    ///
    /// # Errors
    /// `text-too-short` if the text does not fill a batch, and the errors of loading weights.
    fn learner(&self, plan: &Plan, weights: Option<&[u8]>) -> Result<Box<dyn Learner>>;

    /// Starts a sample from the model in its current state.
    ///
    /// # Errors
    /// `bad-option` if the number of tokens is out of range.
    fn sample(&self, model: Model, seed: u64, tokens: usize) -> Result<Sample>;
}

/// Cleans, splits and tokenizes the texts of a source.
///
/// # Errors
/// The errors of reading the texts, `bad-recipe`, and the errors of loading the model to be fine-tuned.
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

/// The configuration for source and target vocabularies of these sizes: from the plan or, when fine-tuning,
/// that of the model.
pub fn config(plan: &Plan, base: Option<&Base>, vocab_sizes: [usize; 2]) -> Result<ModelConfig> {
    match (&plan.model, base) {
        (Some(sizes), _) => sizes.config(vocab_sizes),
        (None, Some(base)) => ModelConfig::from_json(&base.config),
        (None, None) => Err(bad("there is neither a new model nor one that is trained on")),
    }
}

/// Loads the model from weights, or creates a new one.
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
