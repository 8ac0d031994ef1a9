//! Converts the files of one model to our format.

use super::alphabet::Alphabet;
use super::entries::Entries;
use super::pytorch::{self, Checkpoint};
use super::recognise::{Format, other_format, text};
use super::sort::{Offered, base_name, sort};
use super::zip::{File, unpack};
use super::{HEAD_BYTES, gpt2, keras, marian, tokenizer_files, torch_names};
use crate::error::{Error, ErrorCode, Result};
use crate::io::ModelFile;
use serde_json::{Map, Value};

/// Maximum size of the tensors relative to their files; tensors that share data can be larger than the file.
const MOST_GROWTH: usize = 4;
/// Additional allowance in bytes, for small files.
const FREE_BYTES: usize = 1 << 24;

/// The models whose weights may need to be renamed.
pub(super) const MODEL_TYPES: [&str; 7] =
    ["gpt2", "char_lstm", "seq2seq", "transformer", "text_classifier", "tagger", "bert"];

/// Maximum nesting of zips: a Keras model in a zipped folder.
const DEEPEST: usize = 2;

/// A model, ready for `from_files`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenedModel {
    /// `config.json`.
    pub config: String,
    /// `tokenizer.json`.
    pub tokenizer: String,
    /// A JSON object describing the model's origin, if present.
    pub card: Option<String>,
    /// `model.safetensors`.
    pub weights: Vec<u8>,
}

impl OpenedModel {
    /// Joins the model into a single file.
    ///
    /// # Errors
    /// `bad-weights` if the weights are not a safetensors file.
    pub fn into_file(self) -> Result<Vec<u8>> {
        let Self { config, tokenizer, card, weights } = self;
        let parts = ModelFile { config, tokenizer, card };
        // A file that is already in our format is kept, so that its hash does not change.
        match ModelFile::read(&weights) {
            Ok(inside) if inside == parts => Ok(weights),
            _ => parts.join(&weights),
        }
    }
}

/// Opens the files of one group formed by [`sort`], or a single file, which may be a zipped folder.
///
/// # Errors
/// `other-format` for unsupported formats, `bad-weights`, `bad-config` or `bad-tokenizer` for damaged or
/// missing parts, and the errors of [`Weights`](crate::io::Weights).
pub fn open(mut files: Vec<File<'_>>) -> Result<OpenedModel> {
    if let [file] = &mut files[..]
        && let Ok(ModelFile { config, tokenizer, card }) = ModelFile::read(&file.bytes)
    {
        let weights = std::mem::take(&mut file.bytes).into_owned();
        return Ok(OpenedModel { config, tokenizer, card, weights });
    }
    open_group(&files, DEEPEST)
}

/// Opens files of which one may be a zip of others.
fn open_group(files: &[File<'_>], nesting: usize) -> Result<OpenedModel> {
    let mut unpacked = unpack_all(files)?;
    let Some(zip) = files.iter().find(|file| is_zip(file)) else { return open_parts(files, &unpacked) };
    match &mut unpacked[..] {
        [inside] if pytorch::pickle_of(inside).is_none() => match nesting.checked_sub(1) {
            None => Err(other_format(format!("{} is a zip in a zip in a zip: unpack it first", zip.name))),
            Some(nesting) => {
                let beside = files.iter().filter(|file| !is_zip(file));
                open_folder(&zip.name, std::mem::take(inside), beside, nesting)
            }
        },
        _ => open_parts(files, &unpacked),
    }
}

fn is_zip(file: &File<'_>) -> bool {
    Format::of(&file.name, &file.bytes) == Format::Zip
}

/// Unpacks the zip files among these files.
fn unpack_all<'f>(files: &'f [File<'_>]) -> Result<Vec<Vec<File<'f>>>> {
    let packed = files.iter().filter(|file| is_zip(file));
    packed.map(|file| unpack(&file.name, &file.bytes)).collect()
}

/// Opens the only model of a zipped folder, with what is beside the zip.
fn open_folder<'f>(
    zip: &str,
    mut files: Vec<File<'f>>,
    beside: impl Iterator<Item = &'f File<'f>>,
    nesting: usize,
) -> Result<OpenedModel> {
    let head = |file: &File<'_>| file.bytes[..file.bytes.len().min(HEAD_BYTES)].to_vec();
    let offered: Vec<Offered> =
        files.iter().map(|file| Offered { name: file.name.clone(), head: head(file) }).collect();
    let sorted = sort(&offered);
    match (&sorted.models[..], sorted.refused.first()) {
        ([group], _) => {
            let take = |&place: &usize| {
                let File { name, bytes } = &mut files[place];
                File { name: std::mem::take(name), bytes: std::mem::take(bytes) }
            };
            let inside = group.files.iter().map(take);
            let parts: Vec<File<'_>> = inside.chain(beside.cloned()).collect();
            open_group(&parts, nesting)
        }
        ([], Some(refusal)) => Err(refusal.clone()),
        (models, _) => {
            let names: Vec<&str> = models.iter().map(|model| model.name.as_str()).collect();
            Err(other_format(format!("{zip} holds several models: {}; open one at a time", names.join(", "))))
        }
    }
}

/// Access to the files of a model by name.
pub(super) struct Parts<'f, 'a> {
    pub files: &'f [File<'a>],
}

impl<'f> Parts<'f, '_> {
    pub fn named(&self, name: &str) -> Option<&'f File<'f>> {
        self.files.iter().find(|file| base_name(&file.name).eq_ignore_ascii_case(name))
    }

    /// The content of a text file, if it exists.
    pub fn text(&self, name: &str, code: ErrorCode) -> Result<Option<String>> {
        self.named(name).map(|file| text(&file.name, &file.bytes, code)).transpose()
    }

    /// The most bytes that their tensors may take.
    fn most_bytes(&self) -> usize {
        let size: usize = self.files.iter().map(|file| file.bytes.len()).sum();
        size.saturating_mul(MOST_GROWTH).saturating_add(FREE_BYTES)
    }
}

fn open_parts(files: &[File<'_>], unpacked: &[Vec<File<'_>>]) -> Result<OpenedModel> {
    let parts = Parts { files };
    let single: Vec<&File<'_>> = files.iter().filter(|file| is_weights(file)).collect();
    let inside = match single[..] {
        [file] => ModelFile::read(&file.bytes).ok(),
        _ => None,
    };
    let mut facts = Value::Null;
    let mut entries = Entries::default();
    for file in &single {
        entries.add_safetensors(&file.bytes)?;
    }
    for files in unpacked {
        let Checkpoint { entries: more, facts: said } = pytorch::read(files)?;
        entries.append(more)?;
        facts = said;
    }
    check_index(&parts, |name| entries.get(name).is_some())?;
    if let Some(file) = parts.named("meta.pkl") {
        facts = Value::Array(vec![facts, pytorch::facts(&file.bytes)?]);
    }
    let said = match (parts.text("config.json", ErrorCode::BadConfig)?, &inside) {
        (Some(text), _) => Some(text),
        (None, Some(inside)) => Some(inside.config.clone()),
        (None, None) => None,
    };
    if let Some(theirs) = object(said.clone())?.filter(marian::is_marian) {
        return open_marian(&parts, entries, theirs);
    }
    let keras = files.iter().find(|file| Format::of(&file.name, &file.bytes) == Format::Hdf5);
    let (config, changed) = match keras {
        Some(file) => (Some(keras::convert(&mut entries, &file.bytes, object(said.clone())?)?), true),
        None => configure(&mut entries, said.as_deref(), &facts)?,
    };
    let mut config = match config {
        Some(config) => config,
        None => object(said.clone())?.unwrap_or_default(),
    };
    let (tokenizer, alphabet) = match tokenizer(&parts, &facts)? {
        (None, None) => (inside.as_ref().map(|inside| inside.tokenizer.clone()), None),
        found => found,
    };
    if let Some(alphabet) = &alphabet {
        select(&mut entries, &mut config, alphabet)?;
    }
    let tokenizer = tokenizer.ok_or_else(no_tokenizer)?;
    let is_as_it_was = !changed && alphabet.is_none() && unpacked.is_empty() && !entries.has_wide_numbers();
    let weights = match single[..] {
        [file] if is_as_it_was => file.bytes.to_vec(),
        _ => entries.into_file(parts.most_bytes())?,
    };
    let card = parts.text("card.json", ErrorCode::BadConfig)?.or(inside.and_then(|inside| inside.card));
    let config = match said {
        Some(text) if object(Some(text.clone()))?.as_ref() == Some(&config) => text,
        _ => Value::Object(config).to_string(),
    };
    Ok(OpenedModel { config, tokenizer, card, weights })
}

pub(super) fn no_tokenizer() -> Error {
    let message = "there is no tokenizer.json beside the weights, nor any other vocabulary (of characters: a \
                   chars.json, the list of them in the order of their numbers): bring both at once";
    Error::new(ErrorCode::BadTokenizer, message)
}

fn open_marian(
    parts: &Parts<'_, '_>,
    mut entries: Entries<'_>,
    config: Map<String, Value>,
) -> Result<OpenedModel> {
    let bytes = |name: &str| parts.named(name).map(|file| &*file.bytes);
    let files = marian::Files {
        vocab: parts.text("vocab.json", ErrorCode::BadTokenizer)?,
        generation: parts.text("generation_config.json", ErrorCode::BadConfig)?,
        source: bytes("source.spm"),
        target: bytes("target.spm"),
    };
    let (config, tokenizer) = marian::convert(&mut entries, config, &files)?;
    let card = parts.text("card.json", ErrorCode::BadConfig)?;
    let weights = entries.into_file(parts.most_bytes())?;
    Ok(OpenedModel { config: Value::Object(config).to_string(), tokenizer, card, weights })
}

/// Also true for damaged files, which are recognised by name.
fn is_weights(file: &File<'_>) -> bool {
    Format::of(&file.name, &file.bytes) == Format::Safetensors
        || base_name(&file.name).to_ascii_lowercase().ends_with(".safetensors")
}

pub(super) fn object(json: Option<String>) -> Result<Option<Map<String, Value>>> {
    let bad = |e: serde_json::Error| Error::new(ErrorCode::BadConfig, format!("config.json: {e}"));
    json.map(|json| serde_json::from_str(&json).map_err(bad)).transpose()
}

/// Checks that all shards are present.
///
/// # Errors
/// `bad-weights` if a shard listed in the index is missing.
pub(super) fn check_index(parts: &Parts<'_, '_>, is_there: impl Fn(&str) -> bool) -> Result<()> {
    let Some(index) = parts.files.iter().find(|file| file.name.ends_with(".index.json")) else {
        return Ok(());
    };
    let bad = |message: String| Error::new(ErrorCode::BadWeights, format!("{}: {message}", index.name));
    let json = text(&index.name, &index.bytes, ErrorCode::BadWeights)?;
    let index: Value = serde_json::from_str(&json).map_err(|e| bad(e.to_string()))?;
    let Some(map) = index.get("weight_map").and_then(Value::as_object) else {
        return Err(bad("it has no \"weight_map\"".to_owned()));
    };
    match map.iter().find(|(name, _)| !is_there(name)) {
        None => Ok(()),
        Some((name, shard)) => {
            let shard = shard.as_str().unwrap_or_default();
            Err(bad(format!("{name:?} is to be in {shard}, which is not among the files brought")))
        }
    }
}

/// Converts tensor names and infers the configuration if no file states it. Also returns whether a tensor
/// changed.
fn configure(
    entries: &mut Entries<'_>,
    said: Option<&str>,
    facts: &Value,
) -> Result<(Option<Map<String, Value>>, bool)> {
    let config = object(said.map(str::to_owned))?;
    let model_type = config.as_ref().and_then(|config| config.get("model_type")).and_then(Value::as_str);
    if model_type.is_some_and(|model_type| !MODEL_TYPES.contains(&model_type)) {
        // The model's own reader refuses it by name.
        return Ok((config, false));
    }
    if gpt2::is_gpt2(entries) {
        let changed = gpt2::rename(entries)?;
        let config = match config {
            Some(config) if model_type == Some("gpt2") => config,
            Some(mut config) if config.contains_key("n_positions") => {
                config.insert("model_type".to_owned(), "gpt2".into());
                config
            }
            config => {
                let args = config.or_else(|| model_args(facts)).unwrap_or_default();
                as_object(gpt2::nanogpt_config(&args, entries)?)
            }
        };
        return Ok((Some(config), changed));
    }
    let mut changed = torch_names::unwrap(entries)?;
    match model_type {
        None => Ok((Some(as_object(torch_names::recognise(entries)?)), true)),
        Some("char_lstm") if entries.get("lstm.weight_ih_l0").is_none() => {
            torch_names::char_lstm(entries)?;
            Ok((config, true))
        }
        Some("transformer") => {
            changed |= torch_names::rename_transformer(entries)?;
            Ok((config, changed))
        }
        Some("bert") => {
            changed |= torch_names::rename_bert(entries)?;
            Ok((config, changed))
        }
        Some(_) => Ok((config, changed)),
    }
}

fn as_object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(object) => object,
        _ => Map::new(),
    }
}

/// nanoGPT's settings, which are saved with the weights.
fn model_args(facts: &Value) -> Option<Map<String, Value>> {
    let facts = facts.get(0).unwrap_or(facts);
    let named = ["model_args", "config", "args", "hparams", "hyper_parameters"]
        .iter()
        .find_map(|name| facts.get(name)?.as_object().filter(|args| args.contains_key("n_head")));
    named.or_else(|| facts.as_object()).cloned()
}

type Tokenizer = (Option<String>, Option<Alphabet>);

/// The content of `tokenizer.json`, and the original ids if the characters were saved with the weights.
fn tokenizer(parts: &Parts<'_, '_>, facts: &Value) -> Result<Tokenizer> {
    let read = |name: &str| parts.text(name, ErrorCode::BadTokenizer);
    if let Some(json) = read("tokenizer.json")? {
        return match Alphabet::of_keras(&json)? {
            Some(alphabet) => Ok((Some(alphabet.tokenizer_json()), Some(alphabet))),
            None => Ok((Some(json), None)),
        };
    }
    if let (Some(vocab), Some(merges)) = (read("vocab.json")?, read("merges.txt")?) {
        let added = read("added_tokens.json")?;
        return Ok((Some(tokenizer_files::join(&vocab, &merges, added.as_deref())?), None));
    }
    let several = facts.as_array().map_or(std::slice::from_ref(facts), Vec::as_slice);
    for facts in several.iter().rev() {
        if let Some(alphabet) = Alphabet::find(facts)? {
            return Ok((Some(alphabet.tokenizer_json()), Some(alphabet)));
        }
    }
    let beside = Alphabet::beside(read)?;
    Ok((beside.as_ref().map(Alphabet::tokenizer_json), beside))
}

/// Reorders the tables of a character model to match its tokenizer.
fn select(entries: &mut Entries<'_>, config: &mut Map<String, Value>, alphabet: &Alphabet) -> Result<()> {
    let tables = ["wte.weight", "embedding.weight", "head.weight", "head.bias"];
    for table in tables.iter().filter(|table| entries.get(table).is_some()) {
        alphabet.check(entries.shape(table).first().copied().unwrap_or(0))?;
    }
    gpt2::select_tokens(entries, &alphabet.rows);
    torch_names::select_characters(entries, &alphabet.rows);
    config.insert("vocab_size".to_owned(), alphabet.rows.len().into());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::io::{Precision, to_safetensors};
    use crate::tensor::Tensor;
    use std::borrow::Cow;

    #[test]
    fn a_model_in_one_file_stays_as_it_is() {
        let weights = to_safetensors(&[("a".to_owned(), Tensor::full(&[2], 0.5))], Precision::F32).unwrap();
        let parts = ModelFile { config: "{}".into(), tokenizer: "[]".into(), card: Some("{}".into()) };
        let file = parts.join(&weights).unwrap();
        let brought = File { name: "a.safetensors".into(), bytes: Cow::Borrowed(&file[..]) };
        let opened = open(vec![brought]).unwrap();
        assert_eq!((opened.config.as_str(), opened.card.as_deref()), ("{}", Some("{}")));
        assert_eq!(opened.into_file().unwrap(), file);
    }
}
