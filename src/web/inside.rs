//! Conversion of recordings to JavaScript: flat arrays of numbers with their layout.

use js_sys::{Float32Array, Reflect};
use serde::Serialize;
use tsify::Tsify;
use wasm_bindgen::JsValue;

use super::object::to_object;
use crate::generate::{Rated, Recorded};
use crate::models::FrameShape;

#[derive(Serialize, Tsify)]
struct JsRecorded<'a> {
    first: usize,
    ids: Vec<u32>,
    texts: Vec<&'a str>,
    spans: &'a [usize],
    layers: usize,
    heads: usize,
    channels: usize,
}

#[derive(Serialize, Tsify)]
struct JsRated {
    id: u32,
    text: String,
    value: f32,
}

/// `{first, ids, texts, spans, layers, heads, channels, values}`, where `values` is a `Float32Array`.
pub fn to_js_recorded(recorded: &Recorded) -> Result<JsValue, JsValue> {
    let Recorded { tokens, frames, shape } = recorded;
    let FrameShape { layers, heads, channels } = *shape;
    let object = to_object(&JsRecorded {
        first: frames.first,
        ids: tokens.iter().map(|(id, _)| *id).collect(),
        texts: tokens.iter().map(|(_, text)| text.as_str()).collect(),
        spans: &frames.spans,
        layers,
        heads,
        channels,
    })?;
    Reflect::set(&object, &"values".into(), &Float32Array::from(&frames.values[..]))?;
    Ok(object)
}

/// `[[{id, text, value}]]`
pub fn to_js_rated(rows: Vec<Vec<Rated>>) -> Result<JsValue, JsValue> {
    let rated = |Rated { id, text, value }| JsRated { id, text, value };
    to_object(
        &rows.into_iter().map(|row| row.into_iter().map(rated).collect()).collect::<Vec<Vec<JsRated>>>(),
    )
}
