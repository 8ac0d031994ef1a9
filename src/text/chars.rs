//! The character tokenizer: one token per character, numbered in code point order.

use serde::{Deserialize, Serialize};

use super::{Normalize, Normalized, fold};
use crate::error::{Error, ErrorCode, Result};

/// A file with more distinct characters than this is damaged or hostile.
const MAX_CHARACTERS: usize = 1 << 20;

/// Maps the characters of a model's alphabet to ids; `tokenizer.json` of a character model.
///
/// ```
/// use liedwerk::text::{CharTokenizer, Normalize};
/// let tokenizer = CharTokenizer::from_text(Normalize::None, "banana");
/// assert_eq!(tokenizer.encode("nab"), [2, 0, 1]);
/// assert_eq!(tokenizer.decode(&[1, 0, 2]), "ban");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CharTokenizer {
    normalize: Normalize,
    /// Strictly ascending, so that ids can be found by binary search.
    characters: Vec<char>,
}

/// Layout of the file.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    r#type: String,
    normalize: Normalize,
    characters: Vec<char>,
}

impl CharTokenizer {
    /// Builds the alphabet for training on `text`, which must already be cleaned: the full alphabet of the
    /// policy if it has one, so that rare characters of held-out text have ids, too; otherwise the characters
    /// that occur.
    pub fn from_text(normalize: Normalize, text: &str) -> Self {
        let characters = normalize.alphabet().unwrap_or_else(|| {
            let distinct: std::collections::BTreeSet<char> = text.chars().collect();
            distinct.into_iter().collect()
        });
        Self { normalize, characters }
    }

    /// Reads `tokenizer.json`: `{"type":"chars","normalize":"songs","characters":["\n"," ",...]}`.
    ///
    /// # Errors
    /// `bad-tokenizer` if it does not parse, has another type, or its characters are not in strictly
    /// ascending code point order.
    pub fn from_json(json: &str) -> Result<Self> {
        let bad = |message: String| Error::new(ErrorCode::BadTokenizer, format!("tokenizer.json: {message}"));
        let file: File = serde_json::from_str(json).map_err(|e| bad(e.to_string()))?;
        if file.r#type != "chars" {
            return Err(bad(format!("type {:?} is not known here; expected \"chars\"", file.r#type)));
        }
        if file.characters.is_empty() || file.characters.len() > MAX_CHARACTERS {
            return Err(bad(format!("{} characters; expected 1 to {MAX_CHARACTERS}", file.characters.len())));
        }
        if let Some(pair) = file.characters.windows(2).find(|pair| pair[0] >= pair[1]) {
            return Err(bad(format!(
                "characters must be in ascending code point order, but {:?} stands before {:?}",
                pair[0], pair[1]
            )));
        }
        Ok(Self { normalize: file.normalize, characters: file.characters })
    }

    /// The content of `tokenizer.json`, ending in a line break.
    pub fn to_json(&self) -> String {
        let file = File {
            r#type: "chars".to_owned(),
            normalize: self.normalize,
            characters: self.characters.clone(),
        };
        let mut json = serde_json::to_string(&file).expect("strings and characters always serialise");
        json.push('\n');
        json
    }

    /// Encodes `text`; characters outside the alphabet are skipped.
    pub fn encode(&self, text: &str) -> Vec<u32> {
        text.chars().filter_map(|c| self.id(c)).collect()
    }

    /// Decodes ids; an id outside the alphabet becomes U+FFFD.
    pub fn decode(&self, ids: &[u32]) -> String {
        let character = |&id: &u32| self.characters.get(id as usize).copied();
        ids.iter().map(|id| character(id).unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
    }

    /// The id of a character, if it is in the alphabet.
    pub fn id(&self, c: char) -> Option<u32> {
        self.characters.binary_search(&c).ok().map(|id| id as u32)
    }

    /// Number of characters in the alphabet; all ids are smaller.
    pub fn vocab_size(&self) -> usize {
        self.characters.len()
    }

    /// The cleaning policy for text that this model reads.
    pub fn normalize(&self) -> Normalize {
        self.normalize
    }

    /// The token a model reads before any text: a line break, or a space if the alphabet has no line break,
    /// or else the first character.
    pub fn start_id(&self) -> u32 {
        self.id('\n').or_else(|| self.id(' ')).unwrap_or(0)
    }

    /// Adapts user input to the model: typographic characters missing from the alphabet are
    /// [respelled](fold), the cleaning policy is applied, and characters that are still not in the alphabet
    /// are dropped and reported. Every character of the result has an id.
    pub fn prepare_prompt(&self, text: &str) -> Normalized {
        // The lecture's policy lowercases later, so an upper-case letter counts as known.
        let known = |c: char| match self.normalize {
            Normalize::Lecture => c.to_lowercase().all(|lower| self.id(lower).is_some()),
            Normalize::None | Normalize::Songs | Normalize::Lieder => self.id(c).is_some(),
        };
        let cleaned = self.normalize.normalize_prompt(&fold(text, known));
        let mut prompt = Normalized { text: String::new(), dropped: cleaned.dropped };
        for c in cleaned.text.chars() {
            if self.id(c).is_some() {
                prompt.text.push(c);
            } else {
                prompt.drop_char(c);
            }
        }
        prompt
    }
}
