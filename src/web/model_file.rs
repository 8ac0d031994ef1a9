//! Whole models in one file, as JavaScript reads and writes them.

use serde::Serialize;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::error::to_js;
use super::object::to_object;
use crate::error::Result;
use crate::generate::{Generator, Translator};
use crate::io::ModelFile;
use crate::models::ModelConfig;
use crate::nn::Module;

#[derive(Serialize)]
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
#[wasm_bindgen(js_name = readModelFile)]
pub fn read_model_file(bytes: &[u8]) -> std::result::Result<JsValue, JsValue> {
    to_object(&read(bytes).map_err(to_js)?)
}

fn read(bytes: &[u8]) -> Result<JsModelFile> {
    let ModelFile { config, tokenizer, card } = ModelFile::read(bytes)?;
    let (model_type, parameters) = match ModelConfig::from_json(&config)? {
        ModelConfig::CharLstm(_) | ModelConfig::Gpt2(_) => {
            let generator = Generator::from_files(&config, &tokenizer, bytes)?;
            let model_type = if generator.model().context().is_some() { "gpt2" } else { "char_lstm" };
            (model_type, generator.model().parameters())
        }
        other => {
            let translator = Translator::from_files(&config, &tokenizer, bytes)?;
            let model_type = if matches!(other, ModelConfig::Seq2seq(_)) { "seq2seq" } else { "transformer" };
            (model_type, translator.model().parameters())
        }
    };
    let parameters = parameters.iter().map(|(_, tensor)| tensor.numel()).sum();
    Ok(JsModelFile { config, tokenizer, card, model_type, parameters })
}

/// One file from three and a card. Throws `bad-weights`.
#[wasm_bindgen(js_name = joinModelFile)]
pub fn join_model_file(
    config: String,
    tokenizer: String,
    weights: &[u8],
    card: Option<String>,
) -> std::result::Result<Vec<u8>, JsValue> {
    ModelFile { config, tokenizer, card }.join(weights).map_err(to_js)
}
