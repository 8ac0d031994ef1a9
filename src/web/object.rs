//! Plain objects shared by several classes.

use serde::Serialize;
use serde::de::DeserializeOwned;
use tsify::Tsify;
use wasm_bindgen::JsValue;

use super::error::{bad_option, to_js};
use crate::generate::Note;
use crate::io::ModelFile;

/// `{code, message, characters?}`.
#[derive(Serialize, Tsify)]
pub struct JsNote {
    code: &'static str,
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    characters: Option<String>,
}

impl From<Note> for JsNote {
    fn from(Note { code, message, characters }: Note) -> Self {
        Self { code, message, characters }
    }
}

/// Converts notes to JavaScript.
pub fn to_js_notes(notes: Vec<Note>) -> Vec<JsNote> {
    notes.into_iter().map(JsNote::from).collect()
}

/// Serialising these small structs cannot fail; if it did, JavaScript would get the error.
pub fn to_object(value: &impl Serialize) -> Result<JsValue, JsValue> {
    Ok(serde_wasm_bindgen::to_value(value)?)
}

/// Reads two kinds of options from one flat object: each takes the properties it knows and uses defaults for
/// missing ones, or for all if there is no object. (Serde cannot reject unknown properties here, because it
/// asks a JavaScript object for each field by name.)
pub fn from_object<A: DeserializeOwned, B: DeserializeOwned>(object: JsValue) -> Result<(A, B), JsValue> {
    let absent = object.is_undefined() || object.is_null();
    let object = if absent { js_sys::Object::new().into() } else { object };
    let first = serde_wasm_bindgen::from_value(object.clone()).map_err(bad_option)?;
    Ok((first, serde_wasm_bindgen::from_value(object).map_err(bad_option)?))
}

/// `config.json` and `tokenizer.json` of a model: as given, or otherwise from the header of its weights.
pub fn model_texts(
    weights: &[u8],
    config: Option<String>,
    tokenizer: Option<String>,
) -> Result<(String, String), JsValue> {
    match (config, tokenizer) {
        (Some(config), Some(tokenizer)) => Ok((config, tokenizer)),
        _ => ModelFile::read(weights).map(|file| (file.config, file.tokenizer)).map_err(to_js),
    }
}
