//! The generator as a JavaScript class.

use serde::Serialize;
use tsify::Tsify;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

#[cfg(feature = "gpu")]
use super::Gpu;
use super::error::to_js;
use super::inside::{to_js_rated, to_js_recorded};
use super::object::{JsNote, from_object, model_texts, to_js_notes, to_object};
use crate::generate::{self, Options, Row, Sampling, Token};
use crate::models::LanguageModel;
use crate::nn::Module;
#[cfg(not(feature = "gpu"))]
use crate::now::now;
use crate::text::TextTokenizer;

/// A loaded model and the text it is writing. Must be `free()`d by JavaScript.
#[wasm_bindgen]
pub struct Generator {
    pub(super) inner: generate::Generator,
}

#[derive(Serialize)]
struct JsDescription {
    model_type: &'static str,
    parameters: usize,
    vocab_size: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    normalize: Option<crate::text::Normalize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    context: Option<usize>,
}

#[derive(Serialize, Tsify)]
struct JsStarted {
    prompt: String,
    notes: Vec<JsNote>,
}

#[derive(Serialize, Tsify)]
struct JsText {
    text: String,
    ids: Vec<u32>,
    tokens: usize,
    done: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    end: Option<&'static str>,
    steps: Vec<JsStep>,
}

#[derive(Serialize, Tsify)]
struct JsStep {
    id: u32,
    text: String,
    rows: Vec<JsRow>,
}

#[derive(Serialize, Tsify)]
struct JsRow {
    id: u32,
    text: String,
    rank: usize,
    logit: f32,
    before: f32,
    /// At temperatures 0.1 to 2.
    curve: Vec<f32>,
    after: f32,
    #[serde(skip_serializing_if = "Option::is_none")]
    cut: Option<&'static str>,
}

#[wasm_bindgen]
impl Generator {
    /// Loads a model from the contents of its three files; configuration and tokenizer may be omitted if they
    /// are in the header of the weights. Throws an `Error` with a `code`.
    pub fn load(
        weights: &[u8],
        config: Option<String>,
        tokenizer: Option<String>,
    ) -> Result<Generator, JsValue> {
        let (config, tokenizer) = model_texts(weights, config, tokenizer)?;
        let inner = generate::Generator::from_files(&config, &tokenizer, weights).map_err(to_js)?;
        Ok(Self { inner })
    }

    /// `{model_type, parameters, vocab_size, normalize?, context?}`: `normalize` for character models,
    /// `context` (in tokens) for models with a context window.
    pub fn describe(&self) -> Result<JsValue, JsValue> {
        let (model, tokenizer) = (self.inner.model(), self.inner.tokenizer());
        to_object(&JsDescription {
            model_type: match model {
                LanguageModel::CharLstm(_) => "char_lstm",
                LanguageModel::Gpt(_) => "gpt2",
            },
            parameters: model.parameters().iter().map(|(_, tensor)| tensor.numel()).sum(),
            vocab_size: model.vocab_size(),
            normalize: match tokenizer {
                TextTokenizer::Chars(tokenizer) => Some(tokenizer.normalize()),
                TextTokenizer::Bpe(_) => None,
            },
            context: model.context(),
        })
    }

    /// Takes back the last `n` tokens and returns the released text of the remaining ones. Throws
    /// `bad-option`.
    pub fn rewind(&mut self, n: usize) -> Result<String, JsValue> {
        self.inner.rewind(n).map_err(to_js)
    }

    /// The activations recorded since the last call: `{first, ids, texts, spans, layers, heads, channels,
    /// values: Float32Array}`, see [`Recording`](crate::models::Recording); `null` unless the option
    /// `recording` is set.
    #[wasm_bindgen(unchecked_return_type = "(JsRecorded & { values: Float32Array }) | null")]
    pub fn recorded(&mut self) -> Result<JsValue, JsValue> {
        self.inner.take_recorded().map_or(Ok(JsValue::NULL), |recorded| to_js_recorded(&recorded))
    }

    /// The logit lens: the `count` likeliest tokens `[[{id, text, value}]]` for each row of a residual
    /// stream. Throws `bad-option`.
    #[wasm_bindgen(unchecked_return_type = "JsRated[][]")]
    pub fn lens(&self, residual: &[f32], count: usize) -> Result<JsValue, JsValue> {
        to_js_rated(self.inner.lens(residual, count).map_err(to_js)?)
    }

    /// The tokens with the most similar embeddings `[[{id, text, value}]]`, by cosine similarity. Throws
    /// `bad-option`.
    #[wasm_bindgen(unchecked_return_type = "JsRated[][]")]
    pub fn neighbours(&self, id: u32, count: usize) -> Result<JsValue, JsValue> {
        to_js_rated(vec![self.inner.neighbours(id, count).map_err(to_js)?])
    }

    /// The embeddings of the first positions, concatenated; empty for an LSTM.
    pub fn positions(&self, count: usize) -> Vec<f32> {
        self.inner.positions(count)
    }
}

/// Writing on the CPU. In the module with GPU support, the same methods return promises.
#[cfg(not(feature = "gpu"))]
#[wasm_bindgen]
impl Generator {
    /// Starts a new text that continues `prompt`: `{prompt, notes: [{code, message, characters?}]}`.
    ///
    /// `options` is `{temperature, top_k, top_p, min_p, typical_p, repetition_penalty, no_repeat_ngram,
    /// logit_bias: [[id, bias]], seed, max_new_tokens, stop: [string], candidates, recording, beam_width,
    /// length_penalty}`, each optional; `seed` is an integer from 0 to 2^53 - 1. Throws `bad-option`.
    #[wasm_bindgen(unchecked_return_type = "JsStarted")]
    pub fn start(&mut self, prompt: &str, options: JsValue) -> Result<JsValue, JsValue> {
        now(self.begin(prompt, options))
    }

    /// Writes up to `n` tokens: `{text, ids, tokens, done, end?, steps}`. `end` is `limit`, `end-of-text` or
    /// `stop`. `steps` is empty unless the option `candidates` is set; otherwise it has for each token `{id,
    /// text, rows: [{id, text, rank, logit, before, curve, after, cut?}]}`. Throws `not-finite`.
    #[wasm_bindgen(unchecked_return_type = "JsText")]
    pub fn next(&mut self, n: usize) -> Result<JsValue, JsValue> {
        now(self.write(n))
    }

    /// Writes the token `id` instead of sampling one; returns the same as [`next`](Self::next). Throws
    /// `bad-option`, `not-finite`.
    #[wasm_bindgen(unchecked_return_type = "JsText")]
    pub fn force(&mut self, id: u32) -> Result<JsValue, JsValue> {
        now(self.put(id))
    }
}

#[cfg(feature = "gpu")]
#[wasm_bindgen]
impl Generator {
    /// Switches back to the CPU. A text in progress is kept.
    #[wasm_bindgen(js_name = useCpu)]
    pub fn use_cpu(&mut self) {
        self.inner.use_gpu(None);
    }

    /// Switches to this GPU. A text in progress is kept.
    #[wasm_bindgen(js_name = useGpu)]
    pub fn use_gpu(&mut self, gpu: &Gpu) {
        self.inner.use_gpu(Some(&gpu.inner));
    }

    /// The error that ended the use of the GPU, if any; the CPU has continued the text.
    #[wasm_bindgen(js_name = gpuFault)]
    pub fn gpu_fault(&self) -> Option<JsValue> {
        self.inner.gpu_fault().cloned().map(to_js)
    }

    /// Starts a new text: a promise of what the module without a GPU returns.
    #[wasm_bindgen(unchecked_return_type = "JsStarted")]
    pub async fn start(&mut self, prompt: String, options: JsValue) -> Result<JsValue, JsValue> {
        self.begin(&prompt, options).await
    }

    /// Writes up to `n` tokens.
    #[wasm_bindgen(unchecked_return_type = "JsText")]
    pub async fn next(&mut self, n: usize) -> Result<JsValue, JsValue> {
        self.write(n).await
    }

    /// Writes the token `id` instead of sampling one.
    #[wasm_bindgen(unchecked_return_type = "JsText")]
    pub async fn force(&mut self, id: u32) -> Result<JsValue, JsValue> {
        self.put(id).await
    }
}

impl Generator {
    async fn begin(&mut self, prompt: &str, options: JsValue) -> Result<JsValue, JsValue> {
        let (sampling, rest) = from_object::<Sampling, Options>(options)?;
        let started = self.inner.start_async(prompt, Options { sampling, ..rest }).await.map_err(to_js)?;
        to_object(&JsStarted { prompt: started.prompt, notes: to_js_notes(started.notes) })
    }

    async fn write(&mut self, n: usize) -> Result<JsValue, JsValue> {
        let mut out = Vec::new();
        while out.len() < n {
            match self.inner.next_async().await.map_err(to_js)? {
                Some(token) => out.push(token),
                None => break,
            }
        }
        self.written(out)
    }

    async fn put(&mut self, id: u32) -> Result<JsValue, JsValue> {
        let token = self.inner.force_async(id).await.map_err(to_js)?;
        self.written(token.into_iter().collect())
    }

    fn written(&self, tokens: Vec<Token>) -> Result<JsValue, JsValue> {
        let end = self.inner.end();
        to_object(&JsText {
            text: tokens.iter().map(|token| token.text.as_str()).collect(),
            ids: tokens.iter().map(|token| token.id).collect(),
            tokens: tokens.len(),
            done: self.inner.remaining() == 0,
            end: end.map(generate::End::as_str),
            steps: tokens
                .into_iter()
                .filter(|token| !token.candidates.is_empty())
                .map(JsStep::from)
                .collect(),
        })
    }
}

impl From<Token> for JsStep {
    fn from(Token { id, text, candidates }: Token) -> Self {
        let row = |Row { text, candidate }| {
            let generate::Candidate { id, rank, logit, before, curve, after, cut } = candidate;
            JsRow {
                id,
                text,
                rank,
                logit,
                before,
                curve: curve.to_vec(),
                after,
                cut: cut.map(generate::Cut::as_str),
            }
        };
        Self { id, text, rows: candidates.into_iter().map(row).collect() }
    }
}
