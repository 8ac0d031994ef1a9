//! Whole models in one file, as JavaScript reads them.

use serde::Serialize;
use tsify::Tsify;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::error::to_js;
use super::object::to_object;
use crate::error::Result;
use crate::generate::{Generator, Translator};
use crate::io::ModelFile;
use crate::models::ModelConfig;
use crate::nn::Module;
use crate::read::{Classifier, TextTagger};
use crate::train::Kind;

#[derive(Serialize, Tsify)]
struct JsModelFile {
    config: String,
    tokenizer: String,
    card: Option<String>,
    model_type: &'static str,
    parameters: usize,
}

/// Opens a model in one file: `{config, tokenizer, card, model_type, parameters}`, the first three as JSON texts; `card`
/// is `undefined` if there is none. The same bytes are the weights that a generator or translator loads. All of
/// it is checked as loading would. Throws `bad-weights`, `bad-config` and the other codes of a model's files.
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
    };
    let parameters = parameters.iter().map(|(_, tensor)| tensor.numel()).sum();
    Ok(JsModelFile { config, tokenizer, card, model_type, parameters })
}
