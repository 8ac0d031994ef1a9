//! Learning from people as a JavaScript class. Methods that compute are short, so that a worker can receive
//! messages between them.

use serde::Serialize;
use tsify::Tsify;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::error::to_js;
use super::object::{model_texts, to_object};
use crate::error::{Error, ErrorCode};
use crate::judge::Share;
use crate::prefer::{
    Choice, Choices, Judge, Learnable, Measurement, Method, PairDrawing, Progress, RewardPlan, Session,
    ShowPlan, TuningPlan, beats_chance,
};
use crate::read::Classifier;
use crate::train::Layers;

/// A model, the choices of its readers, and the results of learning. Must be `free()`d by JavaScript.
#[wasm_bindgen]
pub struct Preference(Session);

#[derive(Serialize, Tsify)]
struct JsComparison {
    beginning: String,
    stanzas: Vec<String>,
}

#[derive(Serialize, Tsify)]
struct JsLearned {
    choices: usize,
    contradicted: usize,
    too_long: usize,
}

#[derive(Serialize, Tsify)]
struct JsFit {
    step: u64,
    steps: u64,
    loss: f32,
}

#[derive(Serialize, Tsify)]
struct JsForetold {
    part: usize,
    all: usize,
    beats_chance: bool,
}

#[derive(Serialize, Tsify)]
struct JsRanked {
    text: String,
    reward: f32,
    along: Vec<(String, f32)>,
}

#[derive(Serialize, Tsify)]
struct JsProgress {
    step: u64,
    loss: f32,
    reward: Option<f32>,
}

#[derive(Serialize, Tsify)]
struct JsMeasurement {
    stanzas: usize,
    rhymed: [f64; 2],
    win_rate: f64,
    kl: f64,
    distinct: [f64; 2],
}

fn wrong(message: impl Into<String>) -> JsValue {
    to_js(Error::new(ErrorCode::BadOption, message))
}

fn judge_named(name: &str) -> Result<Judge, JsValue> {
    Judge::named(name).ok_or_else(|| wrong(format!("there is no judge {name}")))
}

/// The default plan for `dpo` or `reinforce`, as JSON.
#[wasm_bindgen(js_name = tuningPlan)]
pub fn tuning_plan(method: &str) -> Result<String, JsValue> {
    let method: Method = serde_json::from_value(method.into()).map_err(|error| wrong(error.to_string()))?;
    Ok(serde_json::to_string(&TuningPlan::usual(method)).expect("plain numbers and names always serialise"))
}

/// Maximum number of comparisons a judge makes to reach this many choices.
#[wasm_bindgen(js_name = mostComparisons)]
pub fn most_comparisons(choices: usize) -> f64 {
    Judge::most_comparisons(choices) as f64
}

#[wasm_bindgen]
impl Preference {
    /// Loads a GPT from its files, with the lexicon of its language. Throws the error codes of model files,
    /// `bad-lexicon`, and `bad-config` for a model that is not a GPT or too large.
    pub fn open(
        config: &str,
        tokenizer: &str,
        weights: &[u8],
        lexicon: &[u8],
    ) -> Result<Preference, JsValue> {
        Session::from_files(config, tokenizer, weights, lexicon).map(Self).map_err(to_js)
    }

    /// Loads a classifier of moods, which the judge `cheerful` needs; `config` and `tokenizer` may be in the
    /// header of the weights. Throws the error codes of model files, and `bad-config` for a model without
    /// positive and negative classes.
    #[wasm_bindgen(js_name = learnMoods)]
    pub fn learn_moods(
        &mut self,
        weights: &[u8],
        config: Option<String>,
        tokenizer: Option<String>,
    ) -> Result<(), JsValue> {
        let (config, tokenizer) = model_texts(weights, config, tokenizer)?;
        let classifier = Classifier::from_files(&config, &tokenizer, weights).map_err(to_js)?;
        self.0.learn_moods(classifier).map_err(to_js)
    }

    /// Starts fine-tuning a copy of the model on stanzas separated by blank lines; `layers` is `all` or
    /// `last`. Returns the number of steps. Throws `text-too-short`, `bad-option`.
    pub fn show(&mut self, text: &str, layers: &str, seed: f64) -> Result<f64, JsValue> {
        let layers =
            serde_json::from_value::<Layers>(layers.into()).map_err(|error| wrong(error.to_string()))?;
        let plan = ShowPlan { layers, seed: seed as u64, ..ShowPlan::default() };
        Ok(self.0.show(text, plan).map_err(to_js)?.steps() as f64)
    }

    /// Performs one step of this fine-tuning. Throws `diverged`.
    #[wasm_bindgen(js_name = stepShowing, unchecked_return_type = "JsFit")]
    pub fn step_showing(&mut self) -> Result<JsValue, JsValue> {
        let showing = self.0.showing().ok_or_else(|| wrong("no stanzas are shown yet"))?;
        let steps = showing.steps();
        let metrics = showing.step().map_err(to_js)?;
        to_object(&JsFit { step: metrics.step, steps, loss: metrics.loss })
    }

    /// The fine-tuned model as a single file.
    #[wasm_bindgen(js_name = shownFile)]
    pub fn shown_file(&self, name: &str, seconds: f64) -> Result<Vec<u8>, JsValue> {
        self.0.shown_file(name, seconds).map_err(to_js)
    }

    /// The two stanzas of the `k`-th comparison, for a person.
    #[wasm_bindgen(unchecked_return_type = "JsComparison")]
    pub fn stanzas(&self, seed: f64, k: f64) -> Result<JsValue, JsValue> {
        let drawing = PairDrawing { seed: seed as u64, draws: 2 };
        let (beginning, stanzas) = self.0.stanzas(drawing, k as u64).map_err(to_js)?;
        to_object(&JsComparison {
            beginning,
            stanzas: stanzas.into_iter().map(|stanza| stanza.text).collect(),
        })
    }

    /// A judge's choice as a line of a file of choices; `undefined` if all stanzas score the same.
    pub fn judged(&self, seed: f64, k: f64, judge: &str) -> Result<Option<String>, JsValue> {
        let judge = judge_named(judge)?;
        let drawing = PairDrawing { seed: seed as u64, draws: judge.draws() };
        let choice: Option<Choice> = self.0.judged(drawing, k as u64, judge).map_err(to_js)?;
        Ok(choice.map(|choice| choice.to_line()))
    }

    /// Sets the choices to learn from, given as the content of a file. Throws `bad-choices`,
    /// `too-few-choices`, `one-sided-choices`.
    #[wasm_bindgen(js_name = learnFrom, unchecked_return_type = "JsLearned")]
    pub fn learn_from(&mut self, lines: &str) -> Result<JsValue, JsValue> {
        let choices = Choices::from_lines(lines).map_err(to_js)?;
        let all = choices.0.len();
        let &Learnable { contradicted, too_long, .. } = self.0.learn_from(choices).map_err(to_js)?;
        to_object(&JsLearned { choices: all, contradicted, too_long })
    }

    /// Starts fitting a reward model; returns the number of steps.
    #[wasm_bindgen(js_name = fitReward)]
    pub fn fit_reward(&mut self, seed: f64) -> Result<f64, JsValue> {
        let plan = RewardPlan { seed: seed as u64, ..RewardPlan::default() };
        Ok(self.0.fit_reward(&plan).map_err(to_js)?.steps() as f64)
    }

    /// Performs one step of the fit. Throws `diverged`.
    #[wasm_bindgen(js_name = stepReward, unchecked_return_type = "JsFit")]
    pub fn step_reward(&mut self) -> Result<JsValue, JsValue> {
        let fit = self.0.reward().ok_or_else(|| wrong("no reward model is begun"))?;
        let steps = fit.steps();
        let metrics = fit.step().map_err(to_js)?;
        to_object(&JsFit { step: metrics.step, steps, loss: metrics.loss })
    }

    /// How many of the held-out choices the reward model predicts.
    #[wasm_bindgen(unchecked_return_type = "JsForetold")]
    pub fn foretold(&mut self) -> Result<JsValue, JsValue> {
        let fit = self.0.reward().ok_or_else(|| wrong("no reward model is begun"))?;
        let share = fit.accuracy();
        let Share { part, all } = share;
        to_object(&JsForetold { part, all, beats_chance: beats_chance(share) })
    }

    /// `count` stanzas from number `first` on, best first, each with the rewards of all its prefixes.
    #[wasm_bindgen(unchecked_return_type = "JsRanked[]")]
    pub fn ranked(&self, first: usize, count: usize, seed: f64) -> Result<JsValue, JsValue> {
        let ranked = self.0.ranked(first..first + count, seed as u64).map_err(to_js)?.into_iter();
        let of = |(text, verdict): (String, crate::prefer::Verdict)| JsRanked {
            text,
            reward: verdict.reward,
            along: verdict.along,
        };
        to_object(&ranked.map(of).collect::<Vec<_>>())
    }

    /// Starts tuning with a plan in JSON. Throws `bad-option`, `too-few-choices`.
    pub fn tune(&mut self, plan: &str) -> Result<(), JsValue> {
        let plan: TuningPlan = serde_json::from_str(plan).map_err(|error| wrong(error.to_string()))?;
        self.0.tune(plan).map(|_| ()).map_err(to_js)
    }

    /// Does a part of the preparation for tuning; returns the number of choices still to prepare.
    #[wasm_bindgen(js_name = prepareTuning)]
    pub fn prepare_tuning(&mut self) -> Result<usize, JsValue> {
        Ok(self.0.tuning().ok_or_else(|| wrong("no tuning is begun"))?.prepare())
    }

    /// Performs one step of the tuning. Throws `diverged`; the model is then unchanged by the step.
    #[wasm_bindgen(js_name = stepTuning, unchecked_return_type = "JsProgress")]
    pub fn step_tuning(&mut self) -> Result<JsValue, JsValue> {
        let tuning = self.0.tuning().ok_or_else(|| wrong("no tuning is begun"))?;
        let Progress { step, loss, reward } = tuning.step().map_err(to_js)?;
        to_object(&JsProgress { step, loss, reward })
    }

    /// A checkpoint for continuing the tuning later.
    pub fn checkpoint(&mut self) -> Result<Vec<u8>, JsValue> {
        self.0.tuning().ok_or_else(|| wrong("no tuning is begun"))?.checkpoint().map_err(to_js)
    }

    /// Continues from a checkpoint, after starting the same tuning; returns the number of steps done.
    pub fn restore(&mut self, checkpoint: &[u8]) -> Result<f64, JsValue> {
        let tuning = self.0.tuning().ok_or_else(|| wrong("no tuning is begun"))?;
        tuning.restore(checkpoint).map_err(to_js)?;
        Ok(tuning.steps_done() as f64)
    }

    /// Quickly compares the model before and after tuning.
    #[wasm_bindgen(unchecked_return_type = "JsMeasurement")]
    pub fn glance(&mut self, judge: &str, count: usize, seed: f64) -> Result<JsValue, JsValue> {
        let measured = self.0.glance(judge_named(judge)?, count, seed as u64).map_err(to_js)?;
        let Measurement { stanzas, rhymed, win_rate, kl, distinct } = measured;
        to_object(&JsMeasurement { stanzas, rhymed, win_rate, kl, distinct })
    }

    /// The `k`-th stanza of the old and the new model.
    #[wasm_bindgen(js_name = sideBySide, unchecked_return_type = "JsComparison")]
    pub fn side_by_side(&self, k: f64, seed: f64) -> Result<JsValue, JsValue> {
        let (beginning, stanzas) = self.0.side_by_side(k as u64, seed as u64).map_err(to_js)?;
        to_object(&JsComparison { beginning, stanzas: stanzas.into() })
    }

    /// The tuned model as a single file.
    #[wasm_bindgen(js_name = modelFile)]
    pub fn model_file(&self, name: &str, seconds: f64) -> Result<Vec<u8>, JsValue> {
        self.0.model_file(name, seconds).map_err(to_js)
    }
}
