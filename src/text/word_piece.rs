//! WordPiece (Wu et al. 2016) with BERT's rules for splitting a text into words.

use super::unicode::{decomposed, is_mark, nfc};
use crate::error::{Error, ErrorCode, Result};
use serde::Deserialize;
use std::collections::BTreeMap;

/// Prefix of pieces that continue a word.
const GOES_ON: &str = "##";

/// Splits words into pieces of a fixed vocabulary; `tokenizer.json` of a BERT in Hugging Face's layout.
///
/// A text is cleaned and split at white space and around punctuation. Each word is then split greedily from
/// its beginning into the longest pieces of the vocabulary. A word that cannot be split this way becomes
/// `[UNK]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WordPieceTokenizer {
    /// The file it was read from.
    json: String,
    ids: BTreeMap<String, u32>,
    pieces: Vec<String>,
    /// Ids of the special tokens, ascending.
    specials: Vec<u32>,
    unknown: u32,
    longest_word: usize,
    lowercase: bool,
    strip_accents: bool,
}

#[derive(Deserialize)]
struct File {
    normalizer: Option<Step>,
    pre_tokenizer: Option<Step>,
    #[serde(default)]
    added_tokens: Vec<Added>,
    model: Model,
}

#[derive(Deserialize)]
struct Step {
    r#type: String,
    lowercase: Option<bool>,
    strip_accents: Option<bool>,
    clean_text: Option<bool>,
    handle_chinese_chars: Option<bool>,
}

#[derive(Deserialize)]
struct Added {
    id: u32,
    content: String,
    #[serde(default)]
    special: bool,
}

#[derive(Deserialize)]
struct Model {
    r#type: Option<String>,
    #[serde(default = "unknown")]
    unk_token: String,
    #[serde(default = "goes_on")]
    continuing_subword_prefix: String,
    #[serde(default = "longest_word")]
    max_input_chars_per_word: usize,
    vocab: BTreeMap<String, u32>,
}

fn unknown() -> String {
    "[UNK]".to_owned()
}

fn goes_on() -> String {
    GOES_ON.to_owned()
}

fn longest_word() -> usize {
    100
}

fn bad(message: impl std::fmt::Display) -> Error {
    Error::new(ErrorCode::BadTokenizer, format!("tokenizer.json: {message}"))
}

impl WordPieceTokenizer {
    /// Reads the `tokenizer.json` of a BERT.
    ///
    /// # Errors
    /// `bad-tokenizer` if it does not parse, is not a WordPiece, splits words differently from BERT, or is
    /// inconsistent: gaps in the ids, duplicate ids, no token for unknown words.
    pub fn from_json(json: &str) -> Result<Self> {
        let json = json.strip_prefix('\u{feff}').unwrap_or(json);
        let File { normalizer, pre_tokenizer, added_tokens, model } =
            serde_json::from_str(json).map_err(bad)?;
        let named =
            |step: &Option<Step>| step.as_ref().map_or("none", |step| step.r#type.as_str()).to_owned();
        let problem = if model.r#type.as_deref().unwrap_or("WordPiece") != "WordPiece" {
            Some("the model is not of type \"WordPiece\"".to_owned())
        } else if model.continuing_subword_prefix != GOES_ON {
            Some("pieces that go on a word must begin with \"##\"".to_owned())
        } else if named(&pre_tokenizer) != "BertPreTokenizer" {
            Some(format!("the pre-tokenizer is {}; only BertPreTokenizer is possible", named(&pre_tokenizer)))
        } else if named(&normalizer) != "BertNormalizer" {
            Some(format!("the normalizer is {}; only BertNormalizer is possible", named(&normalizer)))
        } else {
            None
        };
        let Some(normalizer) = normalizer.filter(|_| problem.is_none()) else {
            return Err(bad(problem.unwrap_or_default()));
        };
        if normalizer.clean_text == Some(false) || normalizer.handle_chinese_chars == Some(false) {
            return Err(bad("clean_text and handle_chinese_chars cannot be switched off"));
        }
        let mut ids = model.vocab;
        for token in &added_tokens {
            ids.insert(token.content.clone(), token.id);
        }
        let mut pieces = vec![None; ids.len()];
        for (piece, &id) in &ids {
            match pieces.get_mut(id as usize) {
                Some(place @ None) => *place = Some(piece.clone()),
                _ => {
                    return Err(bad(format!(
                        "{piece:?} has the id {id}, which another has or that leaves a gap"
                    )));
                }
            }
        }
        let unknown =
            *ids.get(&model.unk_token).ok_or_else(|| bad(format!("{:?} has no id", model.unk_token)))?;
        let mut specials: Vec<u32> = added_tokens
            .iter()
            .filter(|token| token.special)
            .map(|token| token.id)
            .chain([unknown])
            .collect();
        specials.sort_unstable();
        specials.dedup();
        let lowercase = normalizer.lowercase.unwrap_or(true);
        Ok(Self {
            json: json.to_owned(),
            pieces: pieces.into_iter().flatten().collect(),
            ids,
            specials,
            unknown,
            longest_word: model.max_input_chars_per_word,
            lowercase,
            strip_accents: normalizer.strip_accents.unwrap_or(lowercase),
        })
    }

    /// Encodes `text`, without special tokens except for unknown words. Names of special tokens are read as
    /// plain text.
    pub fn encode(&self, text: &str) -> Vec<u32> {
        let mut ids = Vec::new();
        for word in self.words(text) {
            self.encode_word(&word, &mut ids);
        }
        ids
    }

    fn encode_word(&self, word: &str, ids: &mut Vec<u32>) {
        let before = ids.len();
        let mut rest = word;
        if word.chars().count() > self.longest_word {
            return ids.push(self.unknown);
        }
        while !rest.is_empty() {
            let prefix = if rest.len() == word.len() { "" } else { GOES_ON };
            let ends = rest.char_indices().map(|(at, c)| at + c.len_utf8());
            let found =
                ends.rev().find_map(|end| Some((end, *self.ids.get(&format!("{prefix}{}", &rest[..end]))?)));
            let Some((end, id)) = found else {
                ids.truncate(before);
                return ids.push(self.unknown);
            };
            ids.push(id);
            rest = &rest[end..];
        }
    }

    /// Cleans and splits the text: words, with each punctuation mark by itself.
    fn words(&self, text: &str) -> Vec<String> {
        let mut words: Vec<String> = Vec::new();
        let mut open = false;
        for c in self.cleaned(text).chars() {
            if c.is_whitespace() {
                open = false;
            } else if is_punctuation(c) || is_chinese(c) {
                words.push(c.to_string());
                open = false;
            } else {
                match words.last_mut().filter(|_| open) {
                    Some(word) => word.push(c),
                    None => words.push(c.to_string()),
                }
                open = true;
            }
        }
        words
    }

    fn cleaned(&self, text: &str) -> String {
        let is_dropped = |c: char| c == '\u{fffd}' || (c.is_control() && !matches!(c, '\t' | '\n' | '\r'));
        let mut text: String = text.chars().filter(|&c| !is_dropped(c)).collect();
        if self.strip_accents {
            text = nfc(&text)
                .chars()
                .flat_map(|c| decomposed(c).chars().collect::<Vec<_>>())
                .filter(|&c| !is_mark(c))
                .collect();
        }
        if self.lowercase { text.to_lowercase() } else { text }
    }

    /// The content of `tokenizer.json`.
    pub fn json(&self) -> &str {
        &self.json
    }

    /// Number of ids; all ids are smaller.
    pub fn vocab_size(&self) -> usize {
        self.pieces.len()
    }

    /// The id of a token, by name.
    pub fn id(&self, name: &str) -> Option<u32> {
        self.ids.get(name).copied()
    }

    /// Whether `id` is a special token.
    pub fn is_special(&self, id: u32) -> bool {
        self.specials.binary_search(&id).is_ok()
    }

    /// A token as printable text, with a leading space if it starts a word, like
    /// [`super::BpeTokenizer::token_text`]; the name of a special token.
    pub fn token_text(&self, id: u32) -> String {
        match self.pieces.get(id as usize) {
            None => char::REPLACEMENT_CHARACTER.to_string(),
            Some(piece) if self.is_special(id) => piece.clone(),
            Some(piece) => piece.strip_prefix(GOES_ON).map_or_else(|| format!(" {piece}"), str::to_owned),
        }
    }
}

/// ASCII punctuation, and the punctuation of European and East Asian texts.
fn is_punctuation(c: char) -> bool {
    c.is_ascii_punctuation()
        || matches!(
            c,
            '¡' | '§' | '«' | '¶' | '·' | '»' | '¿' | '\u{37e}' | '\u{387}' | '\u{55a}'..='\u{55f}'
        )
        || matches!(c, '\u{2010}'..='\u{2027}' | '\u{2030}'..='\u{2043}' | '\u{2045}'..='\u{2051}' | '\u{2053}'..='\u{205e}')
        || matches!(c, '\u{3001}'..='\u{3003}' | '\u{3008}'..='\u{3011}' | '\u{3014}'..='\u{301f}' | '\u{30fb}')
        || matches!(c, '\u{ff01}'..='\u{ff03}' | '\u{ff05}'..='\u{ff0a}' | '\u{ff0c}'..='\u{ff0f}' | '\u{ff1a}' | '\u{ff1b}' | '\u{ff1f}')
}

/// The ideographs that BERT treats as separate words.
fn is_chinese(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{2fa1f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = r###"{"normalizer": {"type": "BertNormalizer", "clean_text": true, "handle_chinese_chars": true,
        "strip_accents": null, "lowercase": true}, "pre_tokenizer": {"type": "BertPreTokenizer"},
        "added_tokens": [{"id": 0, "content": "[PAD]", "special": true}, {"id": 1, "content": "[MASK]", "special": true}],
        "model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##",
        "vocab": {"[PAD]": 0, "[MASK]": 1, "[UNK]": 2, "the": 3, "ro": 4, "##se": 5, "##s": 6, "rose": 7, ",": 8, "[": 9}}}"###;

    #[test]
    fn a_text_becomes_the_longest_pieces() {
        let tokenizer = WordPieceTokenizer::from_json(FILE).unwrap();
        assert_eq!(tokenizer.encode("Thé  roses,rose\u{0}"), [3, 7, 6, 8, 7]);
        assert_eq!(tokenizer.encode("thex [MASK"), [2, 9, 2]);
        assert!(tokenizer.encode(" \n").is_empty());
        assert_eq!([3, 6, 1].map(|id| tokenizer.token_text(id)), [" the", "s", "[MASK]"]);
    }

    #[test]
    fn another_way_of_cutting_is_refused_by_name() {
        let other = FILE.replace("BertPreTokenizer", "Metaspace");
        let error = WordPieceTokenizer::from_json(&other).unwrap_err();
        assert_eq!(error.code(), ErrorCode::BadTokenizer);
        assert!(error.to_string().contains("Metaspace"), "{error}");
        assert!(WordPieceTokenizer::from_json(&FILE.replace("\"the\": 3", "\"the\": 30")).is_err());
    }
}
