//! Character vocabularies saved with a model: a list, a string, or a dictionary in either direction.

use crate::error::{Error, ErrorCode, Result};
use serde_json::{Map, Value, json};

/// Common names for it.
const NAMES: [&str; 14] = [
    "itos",
    "stoi",
    "chars",
    "vocab",
    "vocabulary",
    "alphabet",
    "char_to_idx",
    "char2idx",
    "char_to_ix",
    "char_to_int",
    "idx_to_char",
    "idx2char",
    "ix_to_char",
    "int_to_char",
];

/// An alphabet, with the original ids of its characters.
#[derive(Debug, PartialEq, Eq)]
pub struct Alphabet {
    /// Ascending.
    characters: Vec<char>,
    /// The original id of each character.
    pub rows: Vec<usize>,
}

impl Alphabet {
    /// Searches for a vocabulary among the data saved with the weights, at the top level or one level below.
    ///
    /// # Errors
    /// `bad-tokenizer` if it does not consist of single characters, each with an id.
    pub fn find(facts: &Value) -> Result<Option<Self>> {
        let Some(facts) = facts.as_object() else { return Ok(None) };
        let below = facts.values().filter_map(Value::as_object);
        let found = std::iter::once(facts).chain(below).find_map(named);
        found.map(Self::of).transpose()
    }

    /// Reads a vocabulary from a file called as it would be in a checkpoint, such as `chars.json`; `read` returns
    /// the content of a file, if it exists.
    ///
    /// # Errors
    /// `bad-tokenizer` if it is not JSON, or as in [`Self::find`].
    pub fn beside(read: impl Fn(&str) -> Result<Option<String>>) -> Result<Option<Self>> {
        for name in NAMES {
            let file = format!("{name}.json");
            let Some(text) = read(&file)? else { continue };
            let bad = |e| Error::new(ErrorCode::BadTokenizer, format!("{file}: {e}"));
            return Self::of(&serde_json::from_str(&text).map_err(bad)?).map(Some);
        }
        Ok(None)
    }

    /// Reads a `Tokenizer` of Keras, as its `to_json` writes it: its dictionary is a string of JSON. `None` if it is
    /// not one.
    ///
    /// # Errors
    /// As [`Self::find`].
    pub fn of_keras(json: &str) -> Result<Option<Self>> {
        let Ok(tokenizer) = serde_json::from_str::<Value>(json) else { return Ok(None) };
        if tokenizer["class_name"] != "Tokenizer" {
            return Ok(None);
        }
        let index = tokenizer["config"]["word_index"].as_str().unwrap_or_default();
        let index: Value = serde_json::from_str(index).unwrap_or_default();
        Self::of(&index).map(Some)
    }

    /// Whether a file of this name is read by [`Self::beside`].
    pub fn is_file(name: &str) -> bool {
        name.strip_suffix(".json").is_some_and(|stem| NAMES.contains(&stem))
    }

    fn of(vocabulary: &Value) -> Result<Self> {
        let numbered = match vocabulary {
            Value::String(text) => Some(text.chars().zip(0..).collect()),
            Value::Array(list) => list.iter().map(character).zip(0..).map(|(c, id)| Some((c?, id))).collect(),
            Value::Object(object) => object.iter().map(|(key, value)| pair(key, value)).collect(),
            _ => None,
        };
        let bad = |message: &str| Err(Error::new(ErrorCode::BadTokenizer, format!("vocabulary: {message}")));
        let Some(mut numbered): Option<Vec<(char, usize)>> = numbered else {
            return bad(
                "it is not of single characters, each with its number; put a tokenizer.json beside the model",
            );
        };
        numbered.sort_unstable();
        if numbered.windows(2).any(|pair| pair[0].0 == pair[1].0) {
            return bad("a character is there twice");
        }
        let (characters, rows): (Vec<char>, Vec<usize>) = numbered.into_iter().unzip();
        let mut numbers = rows.clone();
        numbers.sort_unstable();
        if numbers.windows(2).any(|pair| pair[0] == pair[1]) {
            return bad("two characters have one number");
        }
        if characters.is_empty() {
            return bad("it is empty");
        }
        Ok(Self { characters, rows })
    }

    /// The content of `tokenizer.json`.
    pub fn tokenizer_json(&self) -> String {
        json!({"type": "chars", "normalize": "none", "characters": self.characters}).to_string()
    }

    /// Checks that all original ids are in range.
    ///
    /// # Errors
    /// `bad-tokenizer` if a character has an id that is not below `vocab_size`.
    pub fn check(&self, vocab_size: usize) -> Result<()> {
        if self.rows.iter().all(|&row| row < vocab_size) {
            return Ok(());
        }
        let message = format!("vocabulary: a character has a number outside the model's {vocab_size}");
        Err(Error::new(ErrorCode::BadTokenizer, message))
    }
}

/// Finds a vocabulary by name. A single value would only be its size.
fn named(facts: &Map<String, Value>) -> Option<&Value> {
    let is_one = |value: &&Value| match value {
        Value::String(text) => text.chars().count() > 1,
        Value::Array(list) => list.len() > 1,
        Value::Object(object) => object.len() > 1,
        _ => false,
    };
    NAMES.iter().find_map(|name| facts.get(*name).filter(is_one))
}

fn single(text: &str) -> Option<char> {
    let mut characters = text.chars();
    characters.next().filter(|_| characters.next().is_none())
}

fn character(value: &Value) -> Option<char> {
    value.as_str().and_then(single)
}

/// A character and its id, in either direction.
fn pair(key: &str, value: &Value) -> Option<(char, usize)> {
    match value {
        Value::String(text) => Some((single(text)?, key.parse().ok()?)),
        _ => Some((single(key)?, value.as_u64()?.try_into().ok()?)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_of_keeping_one_is_read() {
        for facts in [
            json!({"chars": ["b", "a", "ü"]}),
            json!({"chars": "baü", "vocab_size": 3}),
            json!({"vocab": {"a": 1, "b": 0, "ü": 2}}),
            json!({"meta": {"itos": {"0": "b", "1": "a", "2": "ü"}}}),
        ] {
            let alphabet = Alphabet::find(&facts).unwrap().unwrap();
            assert_eq!(
                alphabet,
                Alphabet { characters: vec!['a', 'b', 'ü'], rows: vec![1, 0, 2] },
                "{facts}"
            );
        }
        assert_eq!(Alphabet::find(&json!({"vocab": 3, "n_head": 2})).unwrap(), None);
    }

    #[test]
    fn others_are_refused() {
        for facts in [
            json!({"chars": ["ab", "c"]}),
            json!({"chars": ["a", "a"]}),
            json!({"stoi": {"a": 1, "b": -1}}),
            // Each row of the table may be used only once, or a small file could produce a table of any size.
            json!({"stoi": {"a": 1, "b": 1}}),
        ] {
            assert_eq!(Alphabet::find(&facts).unwrap_err().code(), ErrorCode::BadTokenizer, "{facts}");
        }
        assert!(Alphabet::find(&json!({"chars": "ab"})).unwrap().unwrap().check(1).is_err());
    }
}
