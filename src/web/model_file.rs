//! Opening model files for JavaScript.

use js_sys::Uint8Array;
use serde::Serialize;
use std::borrow::Cow;
use tsify::Tsify;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::error::to_js;
use super::object::to_object;
use crate::error::Result;
use crate::generate::{Generator, Translator};
use crate::io::ModelFile;
use crate::io::formats::{self, Ends, File, Group, Offered, OpenedModel, Sorted};
use crate::models::ModelConfig;
use crate::nn::Module;
use crate::read::{Classifier, MaskFiller, TextTagger};
use crate::train::Kind;

#[derive(Serialize, Tsify)]
struct JsSorted {
    models: Vec<JsGroup>,
    refused: Vec<JsRefusal>,
}

#[derive(Serialize, Tsify)]
struct JsGroup {
    name: String,
    files: Vec<usize>,
}

#[derive(Serialize, Tsify)]
struct JsRefusal {
    code: &'static str,
    message: String,
}

#[derive(Serialize, Tsify)]
struct JsModelFile {
    config: String,
    tokenizer: String,
    card: Option<String>,
    model_type: &'static str,
    parameters: usize,
}

/// Groups files into models by their names and first bytes (512, or all): `{models: [{name, files}], refused:
/// [{code, message}]}`, where `files` are indices into the list.
#[wasm_bindgen(js_name = sortFiles, unchecked_return_type = "JsSorted")]
pub fn sort_files(names: Vec<String>, heads: Vec<Uint8Array>) -> std::result::Result<JsValue, JsValue> {
    let offered = names.into_iter().zip(heads).map(|(name, head)| Offered { name, head: head.to_vec() });
    let Sorted { models, refused } = formats::sort(&offered.collect::<Vec<_>>());
    to_object(&JsSorted {
        models: models.into_iter().map(|Group { name, files }| JsGroup { name, files }).collect(),
        refused: refused
            .into_iter()
            .map(|error| JsRefusal { code: error.code().as_str(), message: error.to_string() })
            .collect(),
    })
}

/// Refuses the files of one model by the first and last bytes of each, which may be all, if no more is needed
/// for that. Throws what [`open_model`] would.
#[wasm_bindgen(js_name = refuseEarly)]
pub fn refuse_early(
    names: Vec<String>,
    sizes: Vec<f64>,
    first: Vec<Uint8Array>,
    last: Vec<Uint8Array>,
) -> std::result::Result<(), JsValue> {
    let ends =
        names.into_iter().zip(sizes).zip(first.iter().zip(&last)).map(|((name, size), (first, last))| Ends {
            name,
            size: size as u64,
            first: first.to_vec(),
            last: last.to_vec(),
        });
    formats::refuse_early(&ends.collect::<Vec<_>>()).map_err(to_js)
}

/// Converts the files of one model, in any format listed in `docs/formats.md`, to a single model file. Throws
/// `other-format`, `bad-weights`, `bad-config`, `bad-tokenizer`.
#[wasm_bindgen(js_name = openModel)]
pub fn open_model(names: Vec<String>, contents: Vec<Uint8Array>) -> std::result::Result<Vec<u8>, JsValue> {
    let file = |(name, bytes): (String, Uint8Array)| File { name, bytes: Cow::Owned(bytes.to_vec()) };
    let files = names.into_iter().zip(contents).map(file).collect();
    formats::open(files).and_then(OpenedModel::into_file).map_err(to_js)
}

/// Reads a single model file: `{config, tokenizer, card, model_type, parameters}`, the first three as JSON
/// texts; `card` is `undefined` if there is none. The same bytes serve as the weights for a generator or
/// translator. Everything is checked as when loading. Throws `bad-weights`, `bad-config` and the other error
/// codes of model files.
#[wasm_bindgen(js_name = readModelFile, unchecked_return_type = "JsModelFile")]
pub fn read_model_file(bytes: &[u8]) -> std::result::Result<JsValue, JsValue> {
    to_object(&read(bytes).map_err(to_js)?)
}

fn read(bytes: &[u8]) -> Result<JsModelFile> {
    let ModelFile { config, tokenizer, card } = ModelFile::read(bytes)?;
    let parsed = ModelConfig::from_json(&config)?;
    let model_type = Kind::of(&parsed).as_str();
    let parameters = match parsed {
        ModelConfig::CharLstm(_) | ModelConfig::Gpt2(_) => {
            Generator::from_files(&config, &tokenizer, bytes)?.model().parameters()
        }
        ModelConfig::Transformer(_) | ModelConfig::Seq2seq(_) => {
            Translator::from_files(&config, &tokenizer, bytes)?.model().parameters()
        }
        ModelConfig::TextClassifier(_) => {
            Classifier::from_files(&config, &tokenizer, bytes)?.model().parameters()
        }
        ModelConfig::Tagger(_) => TextTagger::from_files(&config, &tokenizer, bytes)?.model().parameters(),
        ModelConfig::Bert(_) => MaskFiller::from_files(&config, &tokenizer, bytes)?.model().parameters(),
    };
    let parameters = parameters.iter().map(|(_, tensor)| tensor.numel()).sum();
    Ok(JsModelFile { config, tokenizer, card, model_type, parameters })
}
