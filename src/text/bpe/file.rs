//! `tokenizer.json` in the layout of Hugging Face's `tokenizers`, as far as byte-level BPE is concerned.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::added::{AddedToken, AddedTokens};
use super::normalizer::FileStep;
use super::pre_tokenizer::PreTokenizer;
use super::{BpeTokenizer, Merge, Normalizer, bytes};
use crate::error::{Error, ErrorCode, Result};
use crate::order;

/// A file with more ids than this is damaged or hostile.
const MAX_VOCABULARY: usize = 1 << 20;

#[derive(Deserialize)]
struct File {
    #[serde(default)]
    added_tokens: Vec<AddedToken>,
    normalizer: Option<FileStep>,
    pre_tokenizer: Option<PreTokenizer>,
    model: Model,
}

/// The component of this name, used as pre-tokenizer and as decoder.
#[derive(Serialize)]
struct ByteLevel {
    r#type: &'static str,
    add_prefix_space: bool,
    trim_offsets: bool,
    use_regex: bool,
}

#[derive(Deserialize)]
struct Model {
    r#type: Option<String>,
    dropout: Option<f32>,
    continuing_subword_prefix: Option<String>,
    end_of_word_suffix: Option<String>,
    #[serde(default)]
    ignore_merges: bool,
    vocab: BTreeMap<String, u32>,
    merges: Vec<MergeEntry>,
}

/// A merge as `["a","b"]`, or `"a b"` in older files.
struct MergeEntry(String, String);

impl<'de> Deserialize<'de> for MergeEntry {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl<'de> de::Visitor<'de> for Visitor {
            type Value = MergeEntry;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a merge as two strings, or as one string with a space between")
            }

            fn visit_str<E: de::Error>(self, line: &str) -> Result<MergeEntry, E> {
                match line.split_once(' ') {
                    Some((a, b)) => Ok(MergeEntry(a.to_owned(), b.to_owned())),
                    None => Err(E::invalid_value(de::Unexpected::Str(line), &self)),
                }
            }

            fn visit_seq<A: de::SeqAccess<'de>>(self, mut list: A) -> Result<MergeEntry, A::Error> {
                match (list.next_element()?, list.next_element()?, list.next_element::<String>()?) {
                    (Some(a), Some(b), None) => Ok(MergeEntry(a, b)),
                    _ => Err(de::Error::invalid_length(0, &self)),
                }
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}

fn bad(message: impl std::fmt::Display) -> Error {
    Error::new(ErrorCode::BadTokenizer, format!("tokenizer.json: {message}"))
}

impl BpeTokenizer {
    /// Reads the `tokenizer.json` of a byte-level BPE as written by this crate, by `tokenizers` or for GPT-2.
    ///
    /// # Errors
    /// `bad-tokenizer` if it does not parse, needs a feature that is not implemented (another pre-tokenizer,
    /// `ignore_merges`, subword prefixes or suffixes), or is inconsistent: gaps in the ids, duplicate ids, a
    /// byte without a token, a merge of or into an unknown token.
    pub fn from_json(json: &str) -> Result<Self> {
        let file: File = serde_json::from_str(json).map_err(bad)?;
        check_supported(&file)?;
        let normalizer = Normalizer::from_file(file.normalizer)?;
        let add_prefix_space = PreTokenizer::add_prefix_space(file.pre_tokenizer).map_err(bad)?;
        let (tokens, specials) = number(file.model.vocab, &file.added_tokens)?;
        let ids = Ids::new(&tokens);
        let byte_ids = (0..=u8::MAX).map(|byte| {
            let character = bytes::to_char(byte);
            ids.of(&character.to_string())
                .ok_or_else(|| bad(format!("byte {byte} has no token {character:?}")))
        });
        let byte_ids: Vec<u32> = byte_ids.collect::<Result<_>>()?;
        let mut merges = Vec::with_capacity(file.model.merges.len());
        for (rank, MergeEntry(a, b)) in (0..).zip(&file.model.merges) {
            let known = |token: &str| match ids.of(token) {
                Some(id) if specials.binary_search(&id).is_err() => Ok(id),
                _ => Err(bad(format!("merge {rank} of {a:?} and {b:?}: {token:?} is not an ordinary token"))),
            };
            merges.push(Merge { pair: (known(a)?, known(b)?), rank, id: known(&format!("{a}{b}"))? });
        }
        let by_pair = order::sorted(merges.len(), &|a, b| merges[a].pair.cmp(&merges[b].pair));
        let mut merges: Vec<Merge> = order::in_order(merges, by_pair).collect();
        // For a merge listed twice the library uses the later rank.
        merges.reverse();
        merges.dedup_by_key(|merge| merge.pair);
        merges.reverse();
        let added = Box::new(AddedTokens::new(file.added_tokens, &normalizer));
        Ok(Self { normalizer, add_prefix_space, tokens, specials, added, byte_ids, merges })
    }

    /// The content of `tokenizer.json`, as `tokenizers` writes it. If the vocabulary has `<start>` and
    /// `<end>`, the library will put them around every text.
    pub fn to_json(&self) -> String {
        let byte_level = |add_prefix_space| ByteLevel {
            r#type: "ByteLevel",
            add_prefix_space,
            trim_offsets: true,
            use_regex: true,
        };
        let around = self.id("<start>").zip(self.id("<end>"));
        let file = Written {
            version: "1.0",
            truncation: None,
            padding: None,
            added_tokens: self.added.tokens(),
            normalizer: self.normalizer.to_file(),
            pre_tokenizer: byte_level(self.add_prefix_space),
            // Besides adding tokens it trims offsets, which only GPT-2's own file asks for.
            post_processor: match around {
                Some((start, end)) => template(start, end),
                None if self.specials.is_empty() => serde_json::Value::Null,
                None => serde_json::to_value(byte_level(true)).expect("a flat struct always serialises"),
            },
            decoder: byte_level(true),
            model: WrittenModel {
                r#type: "BPE",
                dropout: None,
                unk_token: None,
                continuing_subword_prefix: None,
                end_of_word_suffix: None,
                fuse_unk: false,
                byte_fallback: false,
                ignore_merges: false,
                vocab: Vocabulary(&self.tokens),
                merges: self.merges_by_rank(),
            },
        };
        let mut json = serde_json::to_string(&file).expect("strings and numbers always serialise");
        json.push('\n');
        json
    }

    fn merges_by_rank(&self) -> Vec<[&str; 2]> {
        let mut merges: Vec<&Merge> = self.merges.iter().collect();
        merges.sort_unstable_by_key(|merge| merge.rank);
        let text = |id: u32| self.tokens[id as usize].as_str();
        merges.iter().map(|merge| [text(merge.pair.0), text(merge.pair.1)]).collect()
    }
}

fn check_supported(file: &File) -> Result<()> {
    let model = &file.model;
    let is_empty = |text: &Option<String>| text.as_deref().unwrap_or_default().is_empty();
    let problem = if model.r#type.as_deref().is_some_and(|kind| kind != "BPE") {
        "the model is not of type \"BPE\""
    } else if model.dropout.is_some_and(|dropout| dropout != 0.0) {
        "dropout of merges is not supported"
    } else if model.ignore_merges {
        "ignore_merges is not supported"
    } else if !is_empty(&model.continuing_subword_prefix) || !is_empty(&model.end_of_word_suffix) {
        "prefixes and suffixes of subwords are not supported"
    } else {
        return Ok(());
    };
    Err(bad(problem))
}

/// The tokens in id order, and the ids of the special ones.
fn number(vocab: BTreeMap<String, u32>, added: &[AddedToken]) -> Result<(Vec<String>, Vec<u32>)> {
    let mut specials: Vec<u32> = added.iter().filter(|token| token.special).map(|token| token.id).collect();
    specials.sort_unstable();
    specials.dedup();
    let mut all = vocab;
    for token in added {
        let id = *all.entry(token.content.clone()).or_insert(token.id);
        if id != token.id {
            return Err(bad(format!("{:?} has the ids {id} and {}", token.content, token.id)));
        }
    }
    if all.len() > MAX_VOCABULARY {
        return Err(bad(format!("{} tokens; at most {MAX_VOCABULARY} are supported", all.len())));
    }
    let mut tokens = vec![None; all.len()];
    for (token, id) in all {
        match tokens.get_mut(id as usize) {
            Some(place @ None) => *place = Some(token),
            Some(Some(other)) => return Err(bad(format!("{token:?} and {other:?} have the same id {id}"))),
            None => return Err(bad(format!("{token:?} has id {id}, but there are {} tokens", tokens.len()))),
        }
    }
    // There are as many tokens as slots and no duplicates, so every slot is filled.
    Ok((tokens.into_iter().flatten().collect(), specials))
}

/// Looks up ids by token.
struct Ids<'a> {
    tokens: &'a [String],
    sorted: Vec<u32>,
}

impl<'a> Ids<'a> {
    fn new(tokens: &'a [String]) -> Self {
        Self { tokens, sorted: order::sorted(tokens.len(), &|a, b| tokens[a].cmp(&tokens[b])) }
    }

    fn of(&self, token: &str) -> Option<u32> {
        self.sorted
            .binary_search_by_key(&token, |&id| &self.tokens[id as usize])
            .ok()
            .map(|at| self.sorted[at])
    }
}

#[derive(Serialize)]
struct Written<'a> {
    version: &'static str,
    truncation: Option<()>,
    padding: Option<()>,
    added_tokens: &'a [AddedToken],
    normalizer: Option<FileStep>,
    pre_tokenizer: ByteLevel,
    post_processor: serde_json::Value,
    decoder: ByteLevel,
    model: WrittenModel<'a>,
}

#[derive(Serialize)]
struct WrittenModel<'a> {
    r#type: &'static str,
    dropout: Option<f32>,
    unk_token: Option<&'static str>,
    continuing_subword_prefix: Option<&'static str>,
    end_of_word_suffix: Option<&'static str>,
    fuse_unk: bool,
    byte_fallback: bool,
    ignore_merges: bool,
    vocab: Vocabulary<'a>,
    merges: Vec<[&'a str; 2]>,
}

/// Serialised in id order.
struct Vocabulary<'a>(&'a [String]);

impl Serialize for Vocabulary<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().zip(0u32..))
    }
}

/// `<start> $A <end>`.
fn template(start: u32, end: u32) -> serde_json::Value {
    let special = |name: &str| serde_json::json!({"SpecialToken": {"id": name, "type_id": 0}});
    let sequence = |name: &str, kind: u32| serde_json::json!({"Sequence": {"id": name, "type_id": kind}});
    let token = |name: &str, id: u32| serde_json::json!({"id": name, "ids": [id], "tokens": [name]});
    serde_json::json!({
        "type": "TemplateProcessing",
        "single": [special("<start>"), sequence("A", 0), special("<end>")],
        "pair": [sequence("A", 0), sequence("B", 1)],
        "special_tokens": {"<start>": token("<start>", start), "<end>": token("<end>", end)},
    })
}
