//! Plain objects that several classes give.

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

/// All notes as JavaScript sees them.
pub fn to_js_notes(notes: Vec<Note>) -> Vec<JsNote> {
    notes.into_iter().map(JsNote::from).collect()
}

/// Serialising these small structs cannot fail; if it did, JavaScript would see why.
pub fn to_object(value: &impl Serialize) -> Result<JsValue, JsValue> {
    Ok(serde_wasm_bindgen::to_value(value)?)
}

/// Two kinds of options from one flat object: each takes the properties it knows, and its defaults for those
/// that are left out, as all are where there is no object. (Serde cannot refuse unknown properties here: a
/// JavaScript object is asked for each field by name.)
pub fn from_object<A: DeserializeOwned, B: DeserializeOwned>(object: JsValue) -> Result<(A, B), JsValue> {
    let absent = object.is_undefined() || object.is_null();
    let object = if absent { js_sys::Object::new().into() } else { object };
    let first = serde_wasm_bindgen::from_value(object.clone()).map_err(bad_option)?;
    Ok((first, serde_wasm_bindgen::from_value(object).map_err(bad_option)?))
}

/// `config.json` and `tokenizer.json` of a model: as they are given, else out of the header of its weights.
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
