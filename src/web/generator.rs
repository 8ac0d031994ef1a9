//! The generator as a JavaScript class.

use serde::{Deserialize, Serialize};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::error::{bad_option, to_js};
use super::object::{JsNote, to_js_notes, to_object};
use crate::generate::{self, Options, Sampling};
use crate::nn::Module;

/// A loaded model and the text it is writing. To be `free()`d by JavaScript.
#[wasm_bindgen]
pub struct Generator {
    inner: generate::Generator,
}

/// The options of `start`; what is left out has the default. (Serde cannot refuse unknown properties
/// here: a JavaScript object is asked for each field by name.)
#[derive(Deserialize)]
#[serde(default)]
struct JsOptions {
    temperature: f32,
    top_k: usize,
    top_p: f32,
    repetition_penalty: f32,
    seed: u64,
    max_new_tokens: usize,
}

#[derive(Serialize)]
struct JsDescription {
    model_type: &'static str,
    parameters: usize,
    vocab_size: usize,
    normalize: crate::text::Normalize,
}

#[derive(Serialize)]
struct JsStarted {
    prompt: String,
    notes: Vec<JsNote>,
}

#[derive(Serialize)]
struct JsText {
    text: String,
    tokens: usize,
    done: bool,
}

#[wasm_bindgen]
impl Generator {
    /// Opens a model from the contents of its three files. Throws an `Error` with a `code`.
    pub fn load(config: &str, tokenizer: &str, weights: &[u8]) -> Result<Generator, JsValue> {
        let inner = generate::Generator::from_files(config, tokenizer, weights).map_err(to_js)?;
        Ok(Self { inner })
    }

    /// `{model_type, parameters, vocab_size, normalize}`.
    pub fn describe(&self) -> Result<JsValue, JsValue> {
        let tokenizer = self.inner.tokenizer();
        to_object(&JsDescription {
            model_type: "char_lstm",
            parameters: self.inner.model().parameters().iter().map(|(_, tensor)| tensor.numel()).sum(),
            vocab_size: tokenizer.vocab_size(),
            normalize: tokenizer.normalize(),
        })
    }

    /// Begins a new text that continues `prompt`: `{prompt, notes: [{code, message, characters?}]}`.
    ///
    /// `options` is `{temperature, top_k, top_p, repetition_penalty, seed, max_new_tokens}`, each
    /// optional; `seed` is an integer from 0 to 2^53 - 1. Throws `bad-option`.
    pub fn start(&mut self, prompt: &str, options: JsValue) -> Result<JsValue, JsValue> {
        let options: Option<JsOptions> = serde_wasm_bindgen::from_value(options).map_err(bad_option)?;
        let started = self.inner.start(prompt, options.unwrap_or_default().into()).map_err(to_js)?;
        to_object(&JsStarted { prompt: started.prompt, notes: to_js_notes(started.notes) })
    }

    /// Writes up to `n` tokens: `{text, tokens, done}`. Throws `not-finite` for damaged weights.
    pub fn next(&mut self, n: usize) -> Result<JsValue, JsValue> {
        let mut out = JsText { text: String::new(), tokens: 0, done: false };
        while out.tokens < n {
            let Some(token) = self.inner.next().map_err(to_js)? else {
                break;
            };
            out.text.push_str(&token.text);
            out.tokens += 1;
        }
        out.done = self.inner.remaining() == 0;
        to_object(&out)
    }
}

impl Default for JsOptions {
    fn default() -> Self {
        let Options { sampling, seed, max_new_tokens } = Options::default();
        let Sampling { temperature, top_k, top_p, repetition_penalty } = sampling;
        Self { temperature, top_k, top_p, repetition_penalty, seed, max_new_tokens }
    }
}

impl From<JsOptions> for Options {
    fn from(options: JsOptions) -> Self {
        let JsOptions { temperature, top_k, top_p, repetition_penalty, seed, max_new_tokens } = options;
        Self { sampling: Sampling { temperature, top_k, top_p, repetition_penalty }, seed, max_new_tokens }
    }
}
