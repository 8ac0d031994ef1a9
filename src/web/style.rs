//! Style transfer as a JavaScript class. Pictures are passed as bytes (red, green, blue), rows from the top.

use serde::Serialize;
use tsify::Tsify;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::error::{bad_option, to_js};
use super::object::to_object;
use crate::error::{Error, ErrorCode};
use crate::pictures::{Motif, Painting, Picture};
use crate::style;

/// Metrics of a step: the number of steps done, and the two losses before it.
#[derive(Serialize, Tsify)]
struct JsStyleStep {
    step: usize,
    style: f32,
    content: f32,
}

/// Draws `size` x `size` pixels of the motif or painting with this name; the seed affects only paintings.
/// Throws `bad-option`.
#[wasm_bindgen(js_name = drawPicture)]
pub fn draw_picture(name: &str, size: usize, seed: f64) -> Result<Vec<u8>, JsValue> {
    let drawn = match (1..=style::MAX_SIZE).contains(&size) {
        true => Motif::named(name)
            .map(|motif| motif.drawn(size))
            .or_else(|| Painting::named(name).map(|painting| painting.drawn(size, seed as u64))),
        false => None,
    };
    let unknown = || to_js(Error::new(ErrorCode::BadOption, format!("no picture {name} of {size} pixels")));
    drawn.map(|picture| picture.pixels).ok_or_else(unknown)
}

/// A style transfer in progress. Must be `free()`d by JavaScript.
#[wasm_bindgen]
pub struct StyleTransfer(style::StyleTransfer);

#[wasm_bindgen]
impl StyleTransfer {
    /// Starts from two pictures of `size` x `size` pixels; omitted settings have their defaults. Throws
    /// `bad-option`.
    pub fn create(
        content: Vec<u8>,
        style: Vec<u8>,
        size: usize,
        settings: JsValue,
    ) -> Result<StyleTransfer, JsValue> {
        let settings = serde_wasm_bindgen::from_value(settings).map_err(bad_option)?;
        let picture = |pixels: Vec<u8>| match size <= style::MAX_SIZE && pixels.len() == 3 * size * size {
            true => Ok(Picture { size, pixels }),
            false => {
                Err(to_js(Error::new(ErrorCode::BadOption, format!("a picture is not {size} x {size}"))))
            }
        };
        style::StyleTransfer::new(&picture(content)?, &picture(style)?, settings).map(Self).map_err(to_js)
    }

    /// Performs one step: `{step, style, content}`, or `undefined` when all are done. Throws `diverged`.
    #[wasm_bindgen(unchecked_return_type = "JsStyleStep | undefined")]
    pub fn step(&mut self) -> Result<JsValue, JsValue> {
        match self.0.step().map_err(to_js)? {
            Some(style::StyleMetrics { step, style, content }) => {
                to_object(&JsStyleStep { step, style, content })
            }
            None => Ok(JsValue::UNDEFINED),
        }
    }

    /// The current picture, at half the size during the first half of the steps.
    pub fn picture(&self) -> Vec<u8> {
        self.0.picture().pixels
    }
}
