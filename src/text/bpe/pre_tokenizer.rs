//! The `pre_tokenizer` of a `tokenizer.json`: GPT-2's word splitting in each of its common spellings.

use serde::Deserialize;

/// A step as stored in the file. One struct for all kinds, because a tagged enum derived by serde would add
/// several KB to the download.
#[derive(Default, Deserialize)]
pub(super) struct PreTokenizer {
    r#type: String,
    add_prefix_space: Option<bool>,
    use_regex: Option<bool>,
    pattern: Option<Pattern>,
    behavior: Option<String>,
    #[serde(default)]
    invert: bool,
    /// The steps of a sequence.
    #[serde(default)]
    pretokenizers: Vec<PreTokenizer>,
}

#[derive(Deserialize)]
struct Pattern {
    #[serde(rename = "Regex")]
    regex: Option<String>,
}

/// GPT-2's regular expression, and the later forms in which tiktoken writes it.
const GPT2: [&str; 3] = [
    r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+",
    r"'(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+",
    r"'(?:[sdmt]|ll|ve|re)| ?\p{L}++| ?\p{N}++| ?[^\s\p{L}\p{N}]++|\s++$|\s+(?!\S)|\s",
];

impl PreTokenizer {
    /// Whether the pre-tokenizer adds a space before a text.
    ///
    /// # Errors
    /// A message, if it splits text differently from GPT-2.
    pub fn add_prefix_space(step: Option<Self>) -> Result<bool, String> {
        let mut steps = Vec::new();
        if let Some(step) = step {
            step.flatten(&mut steps);
        }
        let by_itself = |step: &Self| step.r#type == "ByteLevel" && step.use_regex != Some(false);
        let after_split = |step: &Self| {
            step.r#type == "ByteLevel"
                && step.use_regex == Some(false)
                && step.add_prefix_space == Some(false)
        };
        match &steps[..] {
            [step] if by_itself(step) => step
                .add_prefix_space
                .ok_or_else(|| "the pre-tokenizer does not say add_prefix_space".to_owned()),
            [split, step] if split.is_gpt2() && after_split(step) => Ok(false),
            _ => {
                let names: Vec<&str> = steps.iter().map(|step| step.r#type.as_str()).collect();
                Err(format!(
                    "the pre-tokenizer [{}] is not \"ByteLevel\" with its regular expression, nor the same in other words",
                    names.join(", ")
                ))
            }
        }
    }

    /// Collects the steps of a sequence, including nested sequences.
    fn flatten(self, steps: &mut Vec<Self>) {
        match self.r#type.as_str() {
            "Sequence" => self.pretokenizers.into_iter().for_each(|step| step.flatten(steps)),
            _ => steps.push(self),
        }
    }

    /// Whether the step splits by GPT-2's expression, which covers every text completely.
    fn is_gpt2(&self) -> bool {
        let regex = self.pattern.as_ref().and_then(|pattern| pattern.regex.as_deref());
        let keeps_all = match self.behavior.as_deref() {
            Some("Isolated") => true,
            Some("Removed") => self.invert,
            _ => false,
        };
        self.r#type == "Split" && keeps_all && regex.is_some_and(|regex| GPT2.contains(&regex))
    }
}
