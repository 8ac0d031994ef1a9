//! Workloads for the page's own measurements; JavaScript takes the time.

use super::error::to_js;
use crate::bench::{DecodeBench, MatmulBench, TrainingBench, TranslationBench};
use wasm_bindgen::prelude::*;

/// Multiplies `n × n` matrices.
#[wasm_bindgen]
pub struct BenchMatmul(MatmulBench);

#[wasm_bindgen]
impl BenchMatmul {
    /// Random matrices of `n` rows.
    #[wasm_bindgen(constructor)]
    pub fn new(n: usize) -> Self {
        Self(MatmulBench::new(n))
    }

    /// One product.
    pub fn run(&mut self) {
        self.0.run();
    }
}

/// Decodes characters with an LSTM of random weights.
#[wasm_bindgen]
pub struct BenchDecode(DecodeBench);

#[wasm_bindgen]
impl BenchDecode {
    /// A stack of `layers` LSTMs of `hidden` units.
    #[wasm_bindgen(constructor)]
    pub fn new(hidden: usize, layers: usize) -> Result<Self, JsValue> {
        DecodeBench::new(hidden, layers).map(Self).map_err(to_js)
    }

    /// Decodes `chars` characters.
    pub fn run(&mut self, chars: usize) {
        self.0.run(chars);
    }
}

/// Translates a sentence with a Transformer of random weights.
#[wasm_bindgen]
pub struct BenchTranslation(TranslationBench);

#[wasm_bindgen]
impl BenchTranslation {
    /// With a beam of this width.
    #[wasm_bindgen(constructor)]
    pub fn new(beam_width: usize) -> Result<Self, JsValue> {
        TranslationBench::new(beam_width).map(Self).map_err(to_js)
    }

    /// One sentence of ten words.
    pub fn run(&mut self) -> Result<(), JsValue> {
        self.0.run().map_err(to_js)
    }
}

/// Trains an LSTM on random characters.
#[wasm_bindgen]
pub struct BenchTraining(TrainingBench);

#[wasm_bindgen]
impl BenchTraining {
    /// A stack of `layers` LSTMs of `hidden` units, `batch` windows of `window` characters a step.
    #[wasm_bindgen(constructor)]
    pub fn new(hidden: usize, layers: usize, batch: usize, window: usize) -> Result<Self, JsValue> {
        TrainingBench::new(hidden, layers, batch, window).map(Self).map_err(to_js)
    }

    /// One training step.
    pub fn run(&mut self) -> Result<(), JsValue> {
        self.0.run().map_err(to_js)
    }
}
