//! The index of training songs as a JavaScript class.

use serde::Serialize;
use tsify::Tsify;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::error::to_js;
use super::object::to_object;
use crate::text;

/// Finds passages that a text copied from the songs. Must be `free()`d by JavaScript.
#[wasm_bindgen]
pub struct SongIndex {
    inner: text::SongIndex,
}

#[derive(Serialize, Tsify)]
struct JsStretch {
    start: usize,
    end: usize,
    characters: usize,
}

#[wasm_bindgen]
impl SongIndex {
    /// Loads an index file. Throws `bad-index`.
    pub fn load(bytes: &[u8]) -> Result<SongIndex, JsValue> {
        Ok(Self { inner: text::SongIndex::from_bytes(bytes).map_err(to_js)? })
    }

    /// `[{start, end, characters}]` in reading order: `text.slice(start, end)` occurs in the songs;
    /// `characters` is its length ignoring punctuation and line breaks. Up to 5 more characters may belong to
    /// it at either end; every passage of 40 characters is found.
    #[wasm_bindgen(unchecked_return_type = "JsStretch[]")]
    pub fn find(&self, text: &str) -> Result<JsValue, JsValue> {
        // JavaScript counts in UTF-16 units.
        let (mut byte, mut unit) = (0, 0);
        let mut unit_at = |offset: usize| {
            unit += text[byte..offset].encode_utf16().count();
            byte = offset;
            unit
        };
        let stretches: Vec<JsStretch> = self
            .inner
            .find(text)
            .into_iter()
            .map(|text::Stretch { start, end, characters }| JsStretch {
                start: unit_at(start),
                end: unit_at(end),
                characters,
            })
            .collect();
        to_object(&stretches)
    }
}
