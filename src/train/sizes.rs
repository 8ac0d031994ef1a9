//! A new model's sizes, as plans and recipes give them: `config.json` without what the tokenizer decides.

use super::plan::bad;
use super::{Kind, Lessons};
use crate::error::Result;
use crate::models::ModelConfig;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// What stands in `config.json` and not here, since it comes from the tokenizer.
const OF_THE_TOKENIZER: [&str; 4] = ["vocab_size", "char_vocab_size", "src_vocab_size", "tgt_vocab_size"];

/// The kind of model as `type`, beside the fields of its configuration.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sizes(Map<String, Value>);

impl Sizes {
    /// Sizes of a kind of model, which `fields`, an object, holds.
    ///
    /// # Panics
    /// If it is no object.
    pub fn new(kind: Kind, fields: Value) -> Self {
        let Value::Object(mut fields) = fields else { panic!("sizes are an object") };
        fields.insert("type".into(), kind.as_str().into());
        Self(fields)
    }

    /// Which kind of model it is.
    ///
    /// # Errors
    /// `bad-recipe` if that is none of the models.
    pub fn kind(&self) -> Result<Kind> {
        let kind = self.0.get("type").ok_or_else(|| bad("[model] has no `type`"))?;
        Kind::deserialize(kind)
            .map_err(|_| bad(format!("[model] type is {kind}, which is none of the models")))
    }

    /// The content of `config.json` for vocabularies of these sizes: source and target, or characters and words of a
    /// tagger; a model with a single vocabulary takes the second.
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
        // A `config.json` may say more than we read; who writes sizes means every one of them.
        let known = serde_json::to_value(&config).expect("plain numbers always serialise");
        match self.0.keys().find(|name| *name != "type" && known.get(name).is_none()) {
            Some(name) => Err(bad(format!("[model] unknown field `{name}`"))),
            None => Ok(config),
        }
    }

    /// The value of a field, if it is a number.
    pub fn get(&self, name: &str) -> Option<f64> {
        self.0.get(name)?.as_f64()
    }

    /// The names of the classes, if it has any.
    pub fn labels(&self) -> Vec<String> {
        let labels = self.0.get("labels").cloned().unwrap_or_default();
        serde_json::from_value(labels).unwrap_or_default()
    }

    /// Sets a field.
    pub fn set(&mut self, name: &str, value: impl Into<Value>) {
        self.0.insert(name.into(), value.into());
    }
}
