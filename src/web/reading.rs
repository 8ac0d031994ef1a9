//! Files as texts: functions for JavaScript, which knows their bytes.

use serde::Serialize;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::error::to_js;
use super::object::{JsNote, to_js_notes, to_object};
use crate::text::reading::{self, Reading};

#[derive(Serialize)]
struct JsReading {
    text: String,
    notes: Vec<JsNote>,
}

/// A file's text as it is, in whichever encoding: `{text, notes: [{code, message, characters?}]}`. Throws `not-text`.
#[wasm_bindgen(js_name = decodeText)]
pub fn decode_text(name: &str, bytes: &[u8]) -> Result<JsValue, JsValue> {
    reading::decode(name, bytes).map_err(to_js).and_then(to_js_reading)
}

/// A file's songs, without the times of LRC, SRT and VTT: like `decodeText`.
#[wasm_bindgen(js_name = readSongs)]
pub fn read_songs(name: &str, bytes: &[u8]) -> Result<JsValue, JsValue> {
    reading::songs(name, bytes).map_err(to_js).and_then(to_js_reading)
}

/// The text without what a copied page of lyrics leaves behind, for whoever was told so by the note `lyrics-page`.
#[wasm_bindgen(js_name = withoutPageRemains)]
pub fn without_page_remains(text: &str) -> String {
    reading::without_page_remains(text)
}

fn to_js_reading(Reading { text, notes }: Reading) -> Result<JsValue, JsValue> {
    to_object(&JsReading { text, notes: to_js_notes(notes) })
}
