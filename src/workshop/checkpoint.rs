//! The checkpoint of a run: everything but the texts, of which only names and hashes are stored.

use super::card::Tally;
use crate::error::{Error, ErrorCode, Result};
use crate::train::Plan;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Maximum number of differences listed in a message.
const NAMED: usize = 5;

/// The part of a checkpoint that does not belong to the learner.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Saved {
    pub plan: Plan,
    /// `config.json` and `tokenizer.json`, which for a fine-tuned model do not follow from the plan.
    pub config: String,
    pub tokenizer: String,
    pub fine_tuned: bool,
    /// The learning rate, which may have been changed during the run.
    pub lr: f32,
    pub tally: Tally,
    /// Duration of the run so far, as counted by the caller.
    pub seconds: f64,
    /// Names and hashes of the run's texts.
    pub texts: Vec<(String, u64)>,
}

impl Saved {
    /// Checks that the run continues on the same texts.
    ///
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

    /// Checks that the run continues with the same plan.
    ///
    /// # Errors
    /// `other-plan`, naming the settings that differ.
    pub fn check_plan(&self, plan: &Plan) -> Result<()> {
        if self.plan == *plan {
            return Ok(());
        }
        // Compared as JSON text, where numbers are as short as they were written.
        let value = |plan: &Plan| serde_json::from_str(&plan.to_json()).expect("it was just written");
        let mut differ = Vec::new();
        differences("", &value(&self.plan), &value(plan), &mut differ);
        // With another kind of model everything differs, so only the kind is reported.
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
