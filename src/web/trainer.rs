//! Training as a JavaScript class.
//!
//! Plans cross as JSON texts, so that a plan means the same here as to the command line. All methods that compute
//! return promises, since a GPU has to be waited for; on the CPU one step is one task.

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

/// A training in progress. To be `free()`d by JavaScript.
#[wasm_bindgen]
pub struct Trainer {
    inner: Workshop,
    seconds: f64,
}

/// A sample in progress, which [`Trainer::finish_sample`] takes.
#[wasm_bindgen]
pub struct TrainingSample(workshop::Sample);

#[derive(Serialize, Tsify)]
struct JsDescription<'a> {
    /// What `inspectText` gives.
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

/// A model that is trained on, or nothing.
fn base(config: Option<String>, tokenizer: Option<String>, weights: Option<Vec<u8>>) -> Option<Base> {
    Some(Base { config: config?, tokenizer: tokenizer?, weights: weights? })
}

fn option<T: DeserializeOwned>(value: JsValue) -> Result<T, JsValue> {
    serde_wasm_bindgen::from_value(value).map_err(bad_option)
}

/// Counts a text: `{unit, songs, train_songs, held_out_songs, lines, characters, train_characters,
/// held_out_characters, vocabulary, odd: [{character, count, dropped}], notes}`. `data` is that of a plan. Throws
/// `not-text`, `text-too-long`, `text-too-short`, `bad-pairs`.
#[wasm_bindgen(js_name = inspectText)]
pub fn inspect_text(text: &str, kind: JsValue, data: JsValue, seed: f64) -> Result<JsValue, JsValue> {
    let (kind, data): (Kind, PlannedData) = (option(kind)?, option(data)?);
    to_object(&workshop::inspect(text, kind, &data, seed as u64).map_err(to_js)?)
}

/// A plan, as JSON, for a text with these counts: for a new model of this size, or with `layers` for going on with
/// one of this kind.
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

/// The plan with its learning rate spread over so many steps, and as much dropout as their epochs ask for.
#[wasm_bindgen(js_name = spreadPlan)]
pub fn spread_plan(plan: &str, steps: u32, steps_per_epoch: usize) -> Result<String, JsValue> {
    let mut plan = Plan::from_json(plan).map_err(to_js)?;
    plan.spread_over_epochs(steps.into(), steps_per_epoch);
    Ok(plan.to_json())
}

#[wasm_bindgen]
impl Trainer {
    /// A training before its first step: of a new model, or of one that is given by its three files. Throws the codes
    /// of [`inspect_text`], `bad-recipe`, and those of a model's files.
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

    /// Continues where the run stood that wrote the checkpoint. Throws `other-text`, `bad-weights`.
    pub fn resume(text: &str, checkpoint: &[u8]) -> Result<Trainer, JsValue> {
        let (inner, seconds) = Workshop::resume(text, checkpoint).map_err(to_js)?;
        Ok(Self { inner, seconds })
    }

    /// `{facts, parameters, vocab_size, characters_per_token, steps_per_epoch, steps, step, lr, seconds}`; `seconds`
    /// is how long the run took before it was resumed.
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

    /// Whether the last step of the plan is done.
    #[wasm_bindgen(js_name = isDone)]
    pub fn is_done(&self) -> bool {
        self.inner.is_done()
    }

    /// Continues with another peak learning rate. Throws `bad-option`.
    #[wasm_bindgen(js_name = setRate)]
    pub fn set_rate(&mut self, lr: f32) -> Result<(), JsValue> {
        self.inner.set_lr(lr).map_err(to_js)
    }

    /// One step: `{step, loss, grad_norm, lr, tokens}`. Rejects with `diverged`; the run is then where it was last
    /// kept. Where a GPU is lost, the CPU goes on from there: see [`gpu_fault`](Self::gpu_fault).
    #[wasm_bindgen(unchecked_return_type = "JsMetrics")]
    pub async fn step(&mut self) -> Result<JsValue, JsValue> {
        let Metrics { step, loss, grad_norm, lr, tokens } = self.inner.step().await.map_err(to_js)?;
        to_object(&JsMetrics { step, loss, grad_norm, lr, tokens })
    }

    /// The error that ended the use of the GPU, once.
    #[wasm_bindgen(js_name = takeGpuFault)]
    pub fn take_gpu_fault(&mut self) -> Option<JsValue> {
        self.inner.take_gpu_fault().map(to_js)
    }

    /// In how many shares the next step is cut.
    pub fn shares(&mut self) -> usize {
        self.inner.shares()
    }

    /// What another trainer of the same run needs to compute a share of the next step.
    pub fn state(&mut self) -> Vec<u8> {
        self.inner.state()
    }

    /// A share of the next step of the run that gave `state`. Throws `bad-weights`, `bad-option`.
    #[wasm_bindgen(js_name = computeShare)]
    pub fn compute_share(&mut self, state: &[u8], share: usize) -> Result<Vec<u8>, JsValue> {
        self.inner.compute_share(state, share).map_err(to_js)
    }

    /// Takes over a share of the next step, which `step` then does not compute. Throws `bad-weights`.
    #[wasm_bindgen(js_name = takeShare)]
    pub fn take_share(&mut self, share: usize, computed: &[u8]) -> Result<(), JsValue> {
        self.inner.take_share(share, computed).map_err(to_js)
    }

    /// A checkpoint, and what a divergence or a lost GPU leads back to. `seconds` is how long the run has taken.
    pub async fn keep(&mut self, seconds: f64) -> Result<Vec<u8>, JsValue> {
        self.inner.keep(seconds).await.map_err(to_js)
    }

    /// Begins to measure the held-out part; `false` if there is none.
    #[wasm_bindgen(js_name = beginValidation)]
    pub fn begin_validation(&mut self) -> bool {
        self.inner.begin_validation()
    }

    /// Measures a slice: `null`, after the last `{loss, bits_per_char}`.
    #[wasm_bindgen(unchecked_return_type = "JsMeasured | null")]
    pub async fn validate(&mut self) -> Result<JsValue, JsValue> {
        match self.inner.validate().await.map_err(to_js)? {
            Some(workshop::Measured { loss, bits_per_char }) => {
                to_object(&JsMeasured { loss, bits_per_char })
            }
            None => Ok(JsValue::NULL),
        }
    }

    /// Begins a text of so many tokens, or the translation of some held-out sentences.
    pub async fn sample(&mut self, seed: f64, tokens: usize) -> Result<TrainingSample, JsValue> {
        self.inner.sample(seed as u64, tokens).await.map(TrainingSample).map_err(to_js)
    }

    /// `{text, memorized, pairs: [{source, text, reference}]}`: `memorized` is the share of the text that stands in
    /// what was trained on.
    #[wasm_bindgen(js_name = finishSample)]
    pub fn finish_sample(&self, sample: TrainingSample) -> Result<JsValue, JsValue> {
        to_object(&self.inner.finish_sample(sample.0))
    }

    /// The model as it is, in one file.
    #[wasm_bindgen(js_name = modelFile)]
    pub async fn model_file(&mut self, seconds: f64) -> Result<Vec<u8>, JsValue> {
        self.inner.model_file(seconds, Precision::F16).await.map_err(to_js)
    }

    /// Its card.
    pub fn card(&self, seconds: f64) -> Result<JsValue, JsValue> {
        to_object(&self.inner.card(seconds))
    }
}

#[cfg(feature = "gpu")]
#[wasm_bindgen]
impl Trainer {
    /// Goes on on this GPU.
    #[wasm_bindgen(js_name = useGpu)]
    pub async fn use_gpu(&mut self, gpu: &Gpu) -> Result<(), JsValue> {
        let gpu = gpu.inner.clone();
        self.inner.use_gpu(&gpu).await.map_err(to_js)
    }
}

#[wasm_bindgen]
impl TrainingSample {
    /// Goes on by so many tokens, or one sentence; says whether that was all.
    #[wasm_bindgen(js_name = goOn)]
    pub fn go_on(&mut self, tokens: usize) -> Result<bool, JsValue> {
        self.0.go_on(tokens).map_err(to_js)
    }
}
