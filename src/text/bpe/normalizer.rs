//! What is done to a text before it is cut into words: composing accents, unifying quotes.

use serde::{Deserialize, Serialize};

use crate::error::{Error, ErrorCode, Result};
use crate::text::nfc::nfc;

/// A damaged or hostile file must not make a text grow beyond this factor.
const MAX_GROWTH: f64 = 64.0;

/// A sequence of rewriting steps, the `normalizer` of a Hugging Face `tokenizer.json`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Normalizer {
    steps: Vec<Step>,
}

/// One step, laid out as in the file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type")]
pub(super) enum Step {
    /// Unicode normalisation form C.
    #[serde(rename = "NFC")]
    Nfc,
    /// Every occurrence of a literal string.
    Replace { pattern: Pattern, content: String },
    /// Several steps; only at the top.
    Sequence { normalizers: Vec<Step> },
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Pattern {
    String(String),
}

impl Normalizer {
    /// For translation: NFC, then typographic quotes, the ellipsis and the no-break space as plain
    /// characters. A small model need not tell them apart.
    pub fn translation() -> Self {
        let plain = [("„“”»«", "\""), ("‚‘’›‹", "'"), ("…", "..."), ("\u{a0}", " ")];
        let replace = plain.iter().flat_map(|(variants, content)| {
            variants.chars().map(|c| Step::Replace {
                pattern: Pattern::String(c.to_string()),
                content: (*content).to_owned(),
            })
        });
        Self { steps: std::iter::once(Step::Nfc).chain(replace).collect() }
    }

    /// Rewrites `text`.
    ///
    /// ```
    /// use liedwerk::text::Normalizer;
    /// assert_eq!(Normalizer::translation().apply("„Gru\u{308}n…“"), "\"Grün...\"");
    /// ```
    pub fn apply(&self, text: &str) -> String {
        self.steps.iter().fold(text.to_owned(), |text, step| match step {
            Step::Nfc => nfc(&text),
            Step::Replace { pattern: Pattern::String(pattern), content } => text.replace(pattern, content),
            Step::Sequence { .. } => unreachable!("sequences are flattened when they are read"),
        })
    }

    /// # Errors
    /// `bad-tokenizer` for sequences inside sequences, an empty pattern, or steps that could make a text
    /// grow without measure.
    pub(super) fn from_file(step: Option<Step>) -> Result<Self> {
        let steps = match step {
            None => Vec::new(),
            Some(Step::Sequence { normalizers }) => normalizers,
            Some(single) => vec![single],
        };
        let bad = |message: &str| Err(Error::new(ErrorCode::BadTokenizer, format!("normalizer: {message}")));
        let mut growth = 1.0;
        for step in &steps {
            match step {
                Step::Sequence { .. } => return bad("a sequence inside a sequence"),
                Step::Replace { pattern: Pattern::String(pattern), .. } if pattern.is_empty() => {
                    return bad("an empty pattern");
                }
                Step::Replace { pattern: Pattern::String(pattern), content } => {
                    growth *= (content.len() as f64 / pattern.len() as f64).max(1.0);
                }
                Step::Nfc => {}
            }
        }
        if growth > MAX_GROWTH {
            return bad("its replacements could make a text grow too much");
        }
        Ok(Self { steps })
    }

    pub(super) fn to_file(&self) -> Option<Step> {
        (!self.steps.is_empty()).then(|| Step::Sequence { normalizers: self.steps.clone() })
    }
}
