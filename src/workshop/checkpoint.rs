//! A run's checkpoint: all but the texts, of which it only knows whether they are the same.

use super::card::Tally;
use crate::error::{Error, ErrorCode, Result};
use crate::train::Plan;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Differences that a message names.
const NAMED: usize = 5;

/// The part that is not the learner's.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Saved {
    pub plan: Plan,
    /// `config.json` and `tokenizer.json`, for a model that is trained on has them from elsewhere.
    pub config: String,
    pub tokenizer: String,
    pub fine_tuned: bool,
    /// The rate may have been changed on the way.
    pub lr: f32,
    pub tally: Tally,
    /// How long the run has taken, as the caller counts it.
    pub seconds: f64,
    /// Names and hashes of the texts that belong to the run.
    pub texts: Vec<(String, u64)>,
}

impl Saved {
    /// # Errors
    /// `other-text`, naming those that differ.
    pub fn check_texts(&self, texts: &[(String, u64)]) -> Result<()> {
        let names = |some: &[(String, u64)], others: &[(String, u64)]| -> Vec<String> {
            some.iter().filter(|text| !others.contains(text)).map(|(name, _)| name.clone()).collect()
        };
        let (mut differ, missing) = (names(texts, &self.texts), names(&self.texts, texts));
        differ.extend(missing.into_iter().filter(|name| !texts.iter().any(|(own, _)| own == name)));
        if differ.is_empty() && self.texts == texts {
            return Ok(());
        }
        let which = if differ.is_empty() { "in another order".into() } else { differ.join(", ") };
        let message = format!("the checkpoint belongs to another text; what differs: {which}");
        Err(Error::new(ErrorCode::OtherText, message))
    }

    /// # Errors
    /// `other-plan`, naming the settings that differ.
    pub fn check_plan(&self, plan: &Plan) -> Result<()> {
        if self.plan == *plan {
            return Ok(());
        }
        // By way of the text, in which a number is as short as it was written.
        let value = |plan: &Plan| serde_json::from_str(&plan.to_json()).expect("it was just written");
        let mut differ = Vec::new();
        differences("", &value(&self.plan), &value(plan), &mut differ);
        // Of another kind of model everything differs; its kind says it all.
        if let Some(kind) = differ.iter().position(|setting| setting.starts_with("model.type ")) {
            differ.swap(0, kind);
            differ.truncate(1);
        }
        differ.truncate(NAMED);
        let message = format!(
            "the checkpoint belongs to another plan: {}. Undo the change, or begin a new run from the model (--init)",
            differ.join("; ")
        );
        Err(Error::new(ErrorCode::OtherPlan, message))
    }
}

fn differences(path: &str, was: &Value, is: &Value, found: &mut Vec<String>) {
    match (was, is) {
        (Value::Object(was), Value::Object(is)) => {
            let keys: std::collections::BTreeSet<&String> = was.keys().chain(is.keys()).collect();
            for key in keys {
                let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
                let field =
                    |object: &serde_json::Map<String, Value>| object.get(key).cloned().unwrap_or_default();
                differences(&path, &field(was), &field(is), found);
            }
        }
        _ if was != is => found.push(format!("{path} was {was} and is {is}")),
        _ => {}
    }
}
