//! Plain objects that several classes give.

use serde::Serialize;
use wasm_bindgen::JsValue;

use crate::generate::Note;

/// `{code, message, characters?}`.
#[derive(Serialize)]
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
