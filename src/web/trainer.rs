//! Training as a JavaScript class.
//!
//! Plans are passed as JSON texts, so that they mean the same here as on the command line. Methods that may
//! have to wait for a GPU return promises; on the CPU one step is one task.

use serde::Serialize;
use serde::de::DeserializeOwned;
use tsify::Tsify;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

#[cfg(feature = "gpu")]
use super::Gpu;
use super::error::{bad_option, to_js};
use super::object::to_object;
use crate::io::Precision;
use crate::train::{Layers, Metrics};
use crate::workshop::{self, Base, Facts, Kind, Plan, PlannedData, Size, Workshop};

/// A training in progress. Must be `free()`d by JavaScript.
#[wasm_bindgen]
pub struct Trainer {
    inner: Workshop,
    seconds: f64,
}

/// A sample in progress, consumed by [`Trainer::finish_sample`].
#[wasm_bindgen]
pub struct TrainingSample(workshop::Sample);

#[derive(Serialize, Tsify)]
struct JsDescription<'a> {
    /// As returned by `inspectText`.
    #[tsify(type = "any")]
    facts: &'a Facts,
    parameters: usize,
    vocab_size: usize,
    characters_per_token: f64,
    steps_per_epoch: usize,
    steps: u64,
    step: u64,
    lr: f32,
    seconds: f64,
}

#[derive(Serialize, Tsify)]
struct JsMetrics {
    step: u64,
    loss: f32,
    grad_norm: f32,
    lr: f32,
    tokens: usize,
}

#[derive(Serialize, Tsify)]
struct JsMeasured {
    loss: f64,
    bits_per_char: f64,
}

/// The model to be fine-tuned, if all its files are given.
fn base(config: Option<String>, tokenizer: Option<String>, weights: Option<Vec<u8>>) -> Option<Base> {
    Some(Base { config: config?, tokenizer: tokenizer?, weights: weights? })
}

fn option<T: DeserializeOwned>(value: JsValue) -> Result<T, JsValue> {
    serde_wasm_bindgen::from_value(value).map_err(bad_option)
}

/// Counts what a text contains: `{unit, songs, train_songs, held_out_songs, lines, characters,
/// train_characters, held_out_characters, vocabulary, odd: [{character, count, dropped}], labels, notes}`.
/// `data` is that of a plan. Throws `not-text`, `text-too-long`, `text-too-short`, `bad-pairs`, `bad-labels`.
#[wasm_bindgen(js_name = inspectText)]
pub fn inspect_text(text: &str, kind: JsValue, data: JsValue, seed: f64) -> Result<JsValue, JsValue> {
    let (kind, data): (Kind, PlannedData) = (option(kind)?, option(data)?);
    to_object(&workshop::inspect(text, kind, &data, seed as u64).map_err(to_js)?)
}

/// Drafts a plan, as JSON, for a text: for a new model of this size or, with `layers`, for fine-tuning a
/// model of this kind.
#[wasm_bindgen(js_name = draftPlan)]
pub fn draft_plan(
    text: &str,
    kind: JsValue,
    size: JsValue,
    layers: JsValue,
    data: JsValue,
) -> Result<String, JsValue> {
    let (kind, data): (Kind, PlannedData) = (option(kind)?, option(data)?);
    let seed = crate::workshop::PlannedTraining::default().seed;
    let facts = workshop::inspect(text, kind, &data, seed).map_err(to_js)?;
    let mut plan = match option::<Option<Layers>>(layers)? {
        Some(layers) => Plan::fine_tuning(kind, layers, &facts),
        None => Plan::preset(kind, option::<Size>(size)?, &facts),
    };
    plan.data = data;
    Ok(plan.to_json())
}

/// Sets the plan's schedule for this many steps, with dropout suited to the number of epochs.
#[wasm_bindgen(js_name = spreadPlan)]
pub fn spread_plan(plan: &str, steps: u32, steps_per_epoch: usize) -> Result<String, JsValue> {
    let mut plan = Plan::from_json(plan).map_err(to_js)?;
    plan.spread_over_epochs(steps.into(), steps_per_epoch);
    Ok(plan.to_json())
}

#[wasm_bindgen]
impl Trainer {
    /// Starts a training of a new model, or of one given by its three files. Throws the error codes of
    /// [`inspect_text`], `bad-recipe`, and those of model files.
    pub fn create(
        plan: &str,
        text: &str,
        config: Option<String>,
        tokenizer: Option<String>,
        weights: Option<Vec<u8>>,
    ) -> Result<Trainer, JsValue> {
        let plan = Plan::from_json(plan).map_err(to_js)?;
        let inner = Workshop::new(plan, text, base(config, tokenizer, weights)).map_err(to_js)?;
        Ok(Self { inner, seconds: 0.0 })
    }

    /// Continues from a checkpoint. Throws `other-text`, `old-checkpoint`, `bad-weights`.
    pub fn resume(text: &str, checkpoint: &[u8]) -> Result<Trainer, JsValue> {
        let (inner, seconds) = Workshop::resume(text, checkpoint).map_err(to_js)?;
        Ok(Self { inner, seconds })
    }

    /// `{facts, parameters, vocab_size, characters_per_token, steps_per_epoch, steps, step, lr, seconds}`;
    /// `seconds` is the duration of the run before it was resumed.
    #[wasm_bindgen(unchecked_return_type = "JsDescription")]
    pub fn describe(&self) -> Result<JsValue, JsValue> {
        let workshop = &self.inner;
        to_object(&JsDescription {
            facts: workshop.facts(),
            parameters: workshop.parameters(),
            vocab_size: workshop.vocab_size(),
            characters_per_token: workshop.characters_per_token(),
            steps_per_epoch: workshop.steps_per_epoch(),
            steps: workshop.plan().train.steps,
            step: workshop.steps_done(),
            lr: workshop.lr(),
            seconds: self.seconds,
        })
    }

    /// The plan as JSON.
    pub fn plan(&self) -> String {
        self.inner.plan().to_json()
    }

    /// Whether the plan's last step is done.
    #[wasm_bindgen(js_name = isDone)]
    pub fn is_done(&self) -> bool {
        self.inner.is_done()
    }

    /// Sets the peak learning rate. Throws `bad-option`.
    #[wasm_bindgen(js_name = setRate)]
    pub fn set_rate(&mut self, lr: f32) -> Result<(), JsValue> {
        self.inner.set_lr(lr).map_err(to_js)
    }

    /// Performs one step: `{step, loss, grad_norm, lr, tokens}`. Rejects with `diverged`; the run is then
    /// back at the state last kept. If the GPU is lost, the CPU continues from there: see
    /// [`take_gpu_fault`](Self::take_gpu_fault).
    #[wasm_bindgen(unchecked_return_type = "JsMetrics")]
    pub async fn step(&mut self) -> Result<JsValue, JsValue> {
        let Metrics { step, loss, grad_norm, lr, tokens } = self.inner.step().await.map_err(to_js)?;
        to_object(&JsMetrics { step, loss, grad_norm, lr, tokens })
    }

    /// Returns and clears the error that ended the use of the GPU.
    #[wasm_bindgen(js_name = takeGpuFault)]
    pub fn take_gpu_fault(&mut self) -> Option<JsValue> {
        self.inner.take_gpu_fault().map(to_js)
    }

    /// Number of shares the next step is split into.
    pub fn shares(&mut self) -> usize {
        self.inner.shares()
    }

    /// The state that another trainer of the same run needs to compute a share of the next step.
    pub fn state(&mut self) -> Vec<u8> {
        self.inner.state()
    }

    /// Computes a share of the next step of the run with this `state`. Throws `bad-weights`, `bad-option`.
    #[wasm_bindgen(js_name = computeShare)]
    pub fn compute_share(&mut self, state: &[u8], share: usize) -> Result<Vec<u8>, JsValue> {
        self.inner.compute_share(state, share).map_err(to_js)
    }

    /// Accepts a share of the next step, so that `step` need not compute it. Throws `bad-weights`.
    #[wasm_bindgen(js_name = takeShare)]
    pub fn take_share(&mut self, share: usize, computed: &[u8]) -> Result<(), JsValue> {
        self.inner.take_share(share, computed).map_err(to_js)
    }

    /// Returns a checkpoint, to which the run also returns after a divergence or the loss of a GPU. `seconds`
    /// is the duration of the run.
    pub async fn keep(&mut self, seconds: f64) -> Result<Vec<u8>, JsValue> {
        self.inner.keep(seconds).await.map_err(to_js)
    }

    /// Starts validating on the held-out data; `false` if there is none.
    #[wasm_bindgen(js_name = beginValidation)]
    pub fn begin_validation(&mut self) -> bool {
        self.inner.begin_validation()
    }

    /// Validates one batch: `null`, or `{loss, bits_per_char}` after the last one.
    #[wasm_bindgen(unchecked_return_type = "JsMeasured | null")]
    pub async fn validate(&mut self) -> Result<JsValue, JsValue> {
        match self.inner.validate().await.map_err(to_js)? {
            Some(workshop::Measured { loss, bits_per_char }) => {
                to_object(&JsMeasured { loss, bits_per_char })
            }
            None => Ok(JsValue::NULL),
        }
    }

    /// Starts generating `tokens` tokens, or translating some held-out sentences.
    pub async fn sample(&mut self, seed: f64, tokens: usize) -> Result<TrainingSample, JsValue> {
        self.inner.sample(seed as u64, tokens).await.map(TrainingSample).map_err(to_js)
    }

    /// `{text, memorized, pairs: [{source, text, reference}]}`; `memorized` is the fraction of the text
    /// copied from the training text.
    #[wasm_bindgen(js_name = finishSample)]
    pub fn finish_sample(&self, sample: TrainingSample) -> Result<JsValue, JsValue> {
        to_object(&self.inner.finish_sample(sample.0))
    }

    /// The current model as a single file.
    #[wasm_bindgen(js_name = modelFile)]
    pub async fn model_file(&mut self, seconds: f64) -> Result<Vec<u8>, JsValue> {
        self.inner.model_file(seconds, Precision::F16).await.map_err(to_js)
    }

    /// The card of the model.
    pub fn card(&self, seconds: f64) -> Result<JsValue, JsValue> {
        to_object(&self.inner.card(seconds))
    }
}

#[cfg(feature = "gpu")]
#[wasm_bindgen]
impl Trainer {
    /// Switches to this GPU.
    #[wasm_bindgen(js_name = useGpu)]
    pub async fn use_gpu(&mut self, gpu: &Gpu) -> Result<(), JsValue> {
        let gpu = gpu.inner.clone();
        self.inner.use_gpu(&gpu).await.map_err(to_js)
    }
}

#[wasm_bindgen]
impl TrainingSample {
    /// Continues by `tokens` tokens or one sentence; returns whether the sample is complete.
    #[wasm_bindgen(js_name = goOn)]
    pub fn go_on(&mut self, tokens: usize) -> Result<bool, JsValue> {
        self.0.go_on(tokens).map_err(to_js)
    }
}
