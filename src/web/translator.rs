//! The translator as a JavaScript class.

use serde::Serialize;
use tsify::Tsify;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

#[cfg(feature = "gpu")]
use super::Gpu;
use super::error::to_js;
use super::inside::{to_js_rated, to_js_recorded};
use super::object::{JsNote, from_object, model_texts, to_js_notes, to_object};
use crate::generate::{self, Search, Side, TranslateOptions, TranslatedPiece};
use crate::models::TranslationModel;
use crate::nn::Module;
#[cfg(not(feature = "gpu"))]
use crate::now::now;

/// A loaded model and the text it is translating. Must be `free()`d by JavaScript.
#[wasm_bindgen]
pub struct Translator {
    inner: generate::Translator,
}

#[derive(Serialize)]
struct JsDescription {
    model_type: &'static str,
    parameters: usize,
    vocab_size: usize,
}

#[derive(Serialize, Tsify)]
struct JsSplit {
    pieces: usize,
    notes: Vec<JsNote>,
}

#[derive(Serialize, Tsify)]
struct JsPiece {
    index: usize,
    before: String,
    source: String,
    text: String,
    source_ids: Vec<u32>,
    target_ids: Vec<u32>,
    source_tokens: Vec<String>,
    target_tokens: Vec<String>,
    attention: Vec<Vec<f32>>,
    score: f64,
    notes: Vec<JsNote>,
}

#[wasm_bindgen]
impl Translator {
    /// Loads a model like [`Generator::load`](super::Generator::load).
    pub fn load(
        weights: &[u8],
        config: Option<String>,
        tokenizer: Option<String>,
    ) -> Result<Translator, JsValue> {
        let (config, tokenizer) = model_texts(weights, config, tokenizer)?;
        let inner = generate::Translator::from_files(&config, &tokenizer, weights).map_err(to_js)?;
        Ok(Self { inner })
    }

    /// `{model_type, parameters, vocab_size}`; the vocabulary is that of the target language.
    pub fn describe(&self) -> Result<JsValue, JsValue> {
        let model = self.inner.model();
        to_object(&JsDescription {
            model_type: match model {
                TranslationModel::Transformer(_) => "transformer",
                TranslationModel::Seq2Seq(_) => "seq2seq",
            },
            parameters: model.parameters().iter().map(|(_, tensor)| tensor.numel()).sum(),
            vocab_size: model.vocab_sizes()[1],
        })
    }

    /// Starts a new text: `{pieces, notes: [{code, message, characters?}]}`.
    ///
    /// `options` is `{beam_width, length_penalty, no_repeat_ngram, max_new_tokens}`, each optional. Throws
    /// `bad-option`.
    #[wasm_bindgen(unchecked_return_type = "JsSplit")]
    pub fn start(&mut self, text: &str, options: JsValue) -> Result<JsValue, JsValue> {
        let (search, rest) = from_object::<Search, TranslateOptions>(options)?;
        let started = self.inner.start(text, TranslateOptions { search, ..rest }).map_err(to_js)?;
        to_object(&JsSplit { pieces: started.pieces, notes: to_js_notes(started.notes) })
    }

    /// Skips the next `pieces`, which the page already has.
    pub fn skip(&mut self, pieces: usize) {
        self.inner.skip(pieces);
    }

    /// The model's activations for a piece with these `source_ids` and `target_ids`: `[source, target]`, each
    /// in the format of [`Generator::recorded`](super::Generator::recorded); empty for a model that offers
    /// only its attention. Throws `bad-option`.
    #[wasm_bindgen(unchecked_return_type = "(JsRecorded & { values: Float32Array })[]")]
    pub fn inside(&self, source: &[u32], target: &[u32]) -> Result<Vec<JsValue>, JsValue> {
        match self.inner.inside(source, target).map_err(to_js)? {
            Some(inside) => [&inside.source, &inside.target].map(to_js_recorded).into_iter().collect(),
            None => Ok(Vec::new()),
        }
    }

    /// See [`Generator::lens`](super::Generator::lens).
    #[wasm_bindgen(unchecked_return_type = "JsRated[][]")]
    pub fn lens(&self, residual: &[f32], count: usize) -> Result<JsValue, JsValue> {
        to_js_rated(self.inner.lens(residual, count).map_err(to_js)?)
    }

    /// See [`Generator::neighbours`](super::Generator::neighbours); among the target tokens or, if
    /// `of_source`, the source tokens.
    #[wasm_bindgen(unchecked_return_type = "JsRated[][]")]
    pub fn neighbours(&self, id: u32, count: usize, of_source: bool) -> Result<JsValue, JsValue> {
        let side = if of_source { Side::Source } else { Side::Target };
        to_js_rated(vec![self.inner.neighbours(side, id, count).map_err(to_js)?])
    }

    /// The embeddings of the first positions, concatenated; empty for a model without any.
    pub fn positions(&self, count: usize) -> Vec<f32> {
        self.inner.positions(count)
    }
}

/// Translating on the CPU. In the module with GPU support, the same method returns a promise.
#[cfg(not(feature = "gpu"))]
#[wasm_bindgen]
impl Translator {
    /// Translates the next sentence or line: `{index, before, source, text, source_ids, target_ids,
    /// source_tokens, target_tokens, attention, score, notes}`, or `null` after the last. Throws `not-finite`
    /// for damaged weights.
    #[wasm_bindgen(unchecked_return_type = "JsPiece | null")]
    #[expect(clippy::should_implement_trait, reason = "JavaScript calls it, which knows no such trait")]
    pub fn next(&mut self) -> Result<JsValue, JsValue> {
        now(self.translate_next())
    }
}

#[cfg(feature = "gpu")]
#[wasm_bindgen]
impl Translator {
    /// Switches back to the CPU.
    #[wasm_bindgen(js_name = useCpu)]
    pub fn use_cpu(&mut self) {
        self.inner.use_gpu(None);
    }

    /// Switches to this GPU.
    #[wasm_bindgen(js_name = useGpu)]
    pub fn use_gpu(&mut self, gpu: &Gpu) {
        self.inner.use_gpu(Some(&gpu.inner));
    }

    /// The error that ended the use of the GPU, if any; the CPU has taken over.
    #[wasm_bindgen(js_name = gpuFault)]
    pub fn gpu_fault(&self) -> Option<JsValue> {
        self.inner.gpu_fault().cloned().map(to_js)
    }

    /// Translates the next sentence or line.
    #[wasm_bindgen(unchecked_return_type = "JsPiece | null")]
    pub async fn next(&mut self) -> Result<JsValue, JsValue> {
        self.translate_next().await
    }
}

impl Translator {
    async fn translate_next(&mut self) -> Result<JsValue, JsValue> {
        match self.inner.next_async().await.map_err(to_js)? {
            Some(piece) => to_object(&JsPiece::from(piece)),
            None => Ok(JsValue::NULL),
        }
    }
}

impl From<TranslatedPiece> for JsPiece {
    fn from(piece: TranslatedPiece) -> Self {
        let TranslatedPiece { index, before, source, text, source_ids, target_ids, .. } = piece;
        let TranslatedPiece { source_tokens, target_tokens, attention, score, notes, .. } = piece;
        let notes = to_js_notes(notes);
        Self {
            index,
            before,
            source,
            text,
            source_ids,
            target_ids,
            source_tokens,
            target_tokens,
            attention,
            score,
            notes,
        }
    }
}
