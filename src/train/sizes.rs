//! Sizes of a new model in plans and recipes: `config.json` without the fields that the tokenizer determines.

use super::plan::bad;
use super::{Kind, Lessons};
use crate::error::Result;
use crate::models::ModelConfig;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Fields of `config.json` that are not allowed here, since they come from the tokenizer.
const OF_THE_TOKENIZER: [&str; 4] = ["vocab_size", "char_vocab_size", "src_vocab_size", "tgt_vocab_size"];

/// The configuration fields of a model, with its kind as `type`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sizes(Map<String, Value>);

impl Sizes {
    /// Sizes of this kind of model, given as a JSON object.
    ///
    /// # Panics
    /// If `fields` is not an object.
    pub fn new(kind: Kind, fields: Value) -> Self {
        let Value::Object(mut fields) = fields else { panic!("sizes are an object") };
        fields.insert("type".into(), kind.as_str().into());
        Self(fields)
    }

    /// The kind of model.
    ///
    /// # Errors
    /// `bad-recipe` if it is unknown.
    pub fn kind(&self) -> Result<Kind> {
        let kind = self.0.get("type").ok_or_else(|| bad("[model] has no `type`"))?;
        Kind::deserialize(kind)
            .map_err(|_| bad(format!("[model] type is {kind}, which is none of the models")))
    }

    /// Builds the content of `config.json` for vocabularies of these sizes: source and target, or characters
    /// and words for a tagger. A model with a single vocabulary uses the second.
    ///
    /// # Errors
    /// `bad-recipe` if a field is unknown, missing, or out of range.
    pub fn config(&self, [first, second]: [usize; 2]) -> Result<ModelConfig> {
        let mut fields = self.0.clone();
        let model_type = fields.remove("type").unwrap_or_default();
        if let Some(name) = OF_THE_TOKENIZER.iter().find(|name| fields.contains_key(**name)) {
            return Err(bad(format!("[model] {name} comes from the tokenizer")));
        }
        fields.insert("model_type".into(), model_type);
        let [of_first, of_second] = match self.kind()?.learns_from() {
            Lessons::Pairs => [Some("src_vocab_size"), Some("tgt_vocab_size")],
            Lessons::TaggedSentences => [Some("char_vocab_size"), Some("vocab_size")],
            Lessons::Songs | Lessons::LabelledTexts | Lessons::Texts => [None, Some("vocab_size")],
        };
        for (name, size) in [(of_first, first), (of_second, second)] {
            if let Some(name) = name {
                fields.insert(name.into(), size.into());
            }
        }
        let impossible = |error| bad(format!("[model] describes no possible model: {error}"));
        let config = ModelConfig::from_json(&Value::Object(fields).to_string()).map_err(impossible)?;
        // A `config.json` may have fields we do not read, but in a recipe every field must have a meaning.
        let known = serde_json::to_value(&config).expect("plain numbers always serialise");
        match self.0.keys().find(|name| *name != "type" && known.get(name).is_none()) {
            Some(name) => Err(bad(format!("[model] unknown field `{name}`"))),
            None => Ok(config),
        }
    }

    /// The value of a numeric field.
    pub fn get(&self, name: &str) -> Option<f64> {
        self.0.get(name)?.as_f64()
    }

    /// The names of the classes, if any.
    pub fn labels(&self) -> Vec<String> {
        let labels = self.0.get("labels").cloned().unwrap_or_default();
        serde_json::from_value(labels).unwrap_or_default()
    }

    /// Sets a field.
    pub fn set(&mut self, name: &str, value: impl Into<Value>) {
        self.0.insert(name.into(), value.into());
    }
}
