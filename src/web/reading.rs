//! Reading text files for JavaScript.

use serde::Serialize;
use tsify::Tsify;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::error::to_js;
use super::object::{JsNote, to_js_notes, to_object};
use crate::text::reading::{Reading, decode, songs};

#[derive(Serialize, Tsify)]
struct JsReading {
    text: String,
    notes: Vec<JsNote>,
}

/// Reads a text file: `{text, notes}`. Timed lyrics and subtitles are reduced to the sung lines. A `table` is
/// only decoded, since telling its columns apart requires the whole text. Throws `not-text`.
#[wasm_bindgen(js_name = readText, unchecked_return_type = "JsReading")]
pub fn read_text(file: &str, bytes: &[u8], table: bool) -> Result<JsValue, JsValue> {
    let reading = if table { decode(file, bytes) } else { songs(file, bytes) };
    let Reading { text, notes } = reading.map_err(to_js)?;
    to_object(&JsReading { text, notes: to_js_notes(notes) })
}
