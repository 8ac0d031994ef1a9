//! Normalisation of a text before it is split into words: composing accents, unifying quotation marks.

use serde::{Deserialize, Serialize};

use crate::error::{Error, ErrorCode, Result};
use crate::text::unicode::nfc;

/// Maximum factor by which normalisation may grow a text; guards against damaged or hostile files.
const MAX_GROWTH: f64 = 64.0;

/// A sequence of rewriting steps: the `normalizer` of a Hugging Face `tokenizer.json`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Normalizer {
    steps: Vec<Step>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Step {
    /// Unicode normalisation form C.
    Nfc,
    /// Replaces every occurrence of a literal string.
    Replace { pattern: String, content: String },
}

/// A step as stored in the file. One struct for all kinds, because a tagged enum derived by serde would add
/// several KB to the download.
#[derive(Default, Serialize, Deserialize)]
pub(super) struct FileStep {
    r#type: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pattern: Option<Pattern>,
    #[serde(skip_serializing_if = "Option::is_none")]
    content: Option<String>,
    /// The steps of a sequence; at the top level only.
    #[serde(skip_serializing_if = "Option::is_none")]
    normalizers: Option<Vec<FileStep>>,
}

#[derive(Serialize, Deserialize)]
struct Pattern {
    #[serde(rename = "String")]
    string: String,
}

impl Normalizer {
    /// The normalizer for translation: NFC, then plain characters for typographic quotation marks, the
    /// ellipsis and the no-break space, which a small model need not distinguish.
    pub fn translation() -> Self {
        let plain = [("„“”»«", "\""), ("‚‘’›‹", "'"), ("…", "..."), ("\u{a0}", " ")];
        let replace = plain.iter().flat_map(|(variants, content)| {
            variants.chars().map(|c| Step::Replace { pattern: c.to_string(), content: (*content).to_owned() })
        });
        Self { steps: std::iter::once(Step::Nfc).chain(replace).collect() }
    }

    /// Normalises `text`.
    ///
    /// ```
    /// use liedwerk::text::Normalizer;
    /// assert_eq!(Normalizer::translation().apply("„Gru\u{308}n…“"), "\"Grün...\"");
    /// ```
    pub fn apply(&self, text: &str) -> String {
        self.steps.iter().fold(text.to_owned(), |text, step| match step {
            Step::Nfc => nfc(&text),
            Step::Replace { pattern, content } => text.replace(pattern, content),
        })
    }

    /// Reads the normalizer of a `tokenizer.json`.
    ///
    /// # Errors
    /// `bad-tokenizer` for unknown kinds of steps, nested sequences, an empty pattern, or steps that could
    /// make a text grow excessively.
    pub(super) fn from_file(step: Option<FileStep>) -> Result<Self> {
        let steps = match step {
            None => Vec::new(),
            Some(FileStep { r#type, normalizers: Some(steps), .. }) if r#type == "Sequence" => steps,
            Some(single) => vec![single],
        };
        let bad = |message: &str| Error::new(ErrorCode::BadTokenizer, format!("normalizer: {message}"));
        let mut growth = 1.0;
        let mut read = |step: FileStep| match (step.r#type.as_str(), step.pattern, step.content) {
            ("NFC", ..) => Ok(Step::Nfc),
            ("Replace", Some(Pattern { string }), Some(content)) => {
                if string.is_empty() {
                    return Err(bad("an empty pattern"));
                }
                growth *= (content.len() as f64 / string.len() as f64).max(1.0);
                Ok(Step::Replace { pattern: string, content })
            }
            ("Sequence", ..) => Err(bad("a sequence inside a sequence")),
            (other, ..) => Err(bad(&format!("a step {other:?} as it stands there is not possible"))),
        };
        let steps = steps.into_iter().map(&mut read).collect::<Result<_>>()?;
        if growth > MAX_GROWTH {
            return Err(bad("its replacements could make a text grow too much"));
        }
        Ok(Self { steps })
    }

    pub(super) fn to_file(&self) -> Option<FileStep> {
        let file = |step: &Step| match step {
            Step::Nfc => FileStep { r#type: "NFC".to_owned(), ..FileStep::default() },
            Step::Replace { pattern, content } => FileStep {
                r#type: "Replace".to_owned(),
                pattern: Some(Pattern { string: pattern.clone() }),
                content: Some(content.clone()),
                normalizers: None,
            },
        };
        let normalizers = Some(self.steps.iter().map(file).collect());
        let sequence = FileStep { r#type: "Sequence".to_owned(), normalizers, ..FileStep::default() };
        Some(sequence).filter(|_| !self.steps.is_empty())
    }
}
