//! Text to image as JavaScript classes. Pictures are passed as bytes (red, green, blue), rows from the top.

use serde::Serialize;
use tsify::Tsify;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::error::{bad_option, to_js};
use super::object::{JsNote, to_js_notes, to_object};
use crate::draw;
use crate::pictures::Prompt;
use crate::text::Note;

/// The interpretation of a prompt.
#[derive(Serialize, Tsify)]
struct JsOrder {
    /// `de` or `en`.
    language: &'static str,
    /// The caption given to the model, without the language token.
    caption: String,
    notes: Vec<JsNote>,
}

/// Result of one step: `latent` (4, 8, 8) after it, `pixels` (32, 32, 3) of the decoded prediction.
#[derive(Serialize, Tsify)]
struct JsDrawnStep {
    latent: Vec<f32>,
    pixels: Vec<u8>,
    /// One for each token: the language, then the words of the caption.
    words: Vec<JsLookedAt>,
}

/// Cross-attention to a token from 8 x 8 and 4 x 4 places.
#[derive(Serialize, Tsify)]
struct JsLookedAt {
    fine: Vec<f32>,
    coarse: Vec<f32>,
}

/// A text-to-image model. Must be `free()`d by JavaScript.
#[wasm_bindgen]
pub struct TextToImage(draw::TextToImage);

#[wasm_bindgen]
impl TextToImage {
    /// Loads a model from its three files. Throws `bad-config`, `bad-tokenizer`, and the error codes of weights.
    pub fn load(config: &str, tokenizer: &str, weights: &[u8]) -> Result<TextToImage, JsValue> {
        draw::TextToImage::from_files(config, tokenizer, weights).map(Self).map_err(to_js)
    }

    /// Starts a drawing; omitted settings have their defaults. Throws `empty-prompt`, `text-too-long`, `bad-option`.
    pub fn begin(&self, prompt: &str, settings: JsValue) -> Result<Drawing, JsValue> {
        let settings: draw::DrawSettings = serde_wasm_bindgen::from_value(settings).map_err(bad_option)?;
        let prompt = Prompt::read(prompt).map_err(to_js)?;
        let order = draw::Order::new(&prompt, settings.seed);
        let drawing = self.0.begin(&order, settings).map_err(to_js)?;
        Ok(Drawing { drawing, order, notes: prompt.notes, fingerprint: 0 })
    }
}

/// A drawing in progress. Must be `free()`d by JavaScript.
#[wasm_bindgen]
pub struct Drawing {
    drawing: draw::Drawing,
    order: draw::Order,
    notes: Vec<Note>,
    fingerprint: u64,
}

#[wasm_bindgen]
impl Drawing {
    /// `{language, caption, notes}`.
    #[wasm_bindgen(unchecked_return_type = "JsOrder")]
    pub fn order(&self) -> Result<JsValue, JsValue> {
        to_object(&JsOrder {
            language: self.order.language.code(),
            caption: self.order.caption.clone(),
            notes: to_js_notes(self.notes.clone()),
        })
    }

    /// Performs one step: `{latent, pixels, words}`, or undefined when all are done. Throws
    /// `not-finite`.
    #[wasm_bindgen(unchecked_return_type = "JsDrawnStep | undefined")]
    pub fn step(&mut self) -> Result<JsValue, JsValue> {
        let Some(drawn) = self.drawing.step().map_err(to_js)? else { return Ok(JsValue::UNDEFINED) };
        self.fingerprint = drawn.picture.fingerprint();
        let draw::DrawnStep { latent, picture, words, .. } = drawn;
        let words = words.into_iter().map(|draw::LookedAt { fine, coarse }| JsLookedAt { fine, coarse });
        to_object(&JsDrawnStep { latent, pixels: picture.pixels, words: words.collect() })
    }

    /// Hash of the latest picture, 16 hexadecimal digits.
    pub fn fingerprint(&self) -> String {
        format!("{:016x}", self.fingerprint)
    }
}
