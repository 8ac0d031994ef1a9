//! The captioning model as a JavaScript class.

use serde::Serialize;
use tsify::Tsify;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::error::to_js;
use super::object::to_object;
use crate::error::{Error, ErrorCode};
use crate::pictures::{ICON_SIZE, Icon, caption};
use crate::read;
use crate::text::Language;

/// A drawn icon: `(32, 32, 3)` in bytes, and its caption in German and English.
#[derive(Serialize, Tsify)]
struct JsIcon {
    pixels: Vec<u8>,
    captions: [String; 2],
}

/// A word of a caption with its probability and the attention over 8 x 8 image regions.
#[derive(Serialize, Tsify)]
struct JsDescribedWord {
    text: String,
    probability: f32,
    looked: Vec<f32>,
}

/// Icon number `index` of the endless collection `seed`.
#[wasm_bindgen(js_name = drawIcon, unchecked_return_type = "JsIcon")]
pub fn draw_icon(seed: f64, index: f64) -> Result<JsValue, JsValue> {
    let (scene, icon) = Icon::numbered(seed as u64, index as u64);
    to_object(&JsIcon { pixels: icon.pixels, captions: caption(&scene) })
}

/// A captioning model. Must be `free()`d by JavaScript.
#[wasm_bindgen]
pub struct Describer(read::Describer);

#[wasm_bindgen]
impl Describer {
    /// Loads a model from its three files. Throws `bad-config`, `bad-tokenizer`, and the error codes of
    /// weights.
    pub fn load(config: &str, tokenizer: &str, weights: &[u8]) -> Result<Describer, JsValue> {
        read::Describer::from_files(config, tokenizer, weights).map(Self).map_err(to_js)
    }

    /// Describes a picture of 32 x 32 pixels (red, green, blue) in German (`de`) or otherwise English:
    /// `[{text, probability, looked}]`. Throws `bad-option`, `not-finite`.
    #[wasm_bindgen(unchecked_return_type = "JsDescribedWord[]")]
    pub fn describe(&self, pixels: Vec<u8>, language: &str) -> Result<JsValue, JsValue> {
        if pixels.len() != 3 * ICON_SIZE * ICON_SIZE {
            return Err(to_js(Error::new(ErrorCode::BadOption, "a picture has 32 x 32 pixels")));
        }
        let language = Language::of_code(language);
        let words = self.0.describe(&Icon { pixels }, language).map_err(to_js)?;
        let told = words.into_iter().map(|read::DescribedWord { text, probability, looked }| {
            JsDescribedWord { text, probability, looked }
        });
        to_object(&told.collect::<Vec<_>>())
    }
}
