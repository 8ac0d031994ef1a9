//! A session of learning from people, from a language model to a tuned one, shared by the page and the
//! command line.

use super::beginnings::{Beginning, beginnings};
use super::choices::{Choice, Choices, Learnable};
use super::draw::{Stanza, Writer};
use super::judge::{Judge, Knowledge};
use super::measure::{Comparison, Measurement};
use super::pairs::PairDrawing;
use super::reward::{RewardFit, RewardPlan, Verdict, verdict};
use super::showing::{ShowPlan, Showing};
use super::tuning::{Method, Tuning, TuningPlan};
use crate::error::{Error, ErrorCode, Result};
use crate::generate::{Generator, Options, Sampling};
use crate::io::{ModelFile, Precision, to_safetensors};
use crate::models::{Gpt, LanguageModel, stored_layout};
use crate::nn::Module;
use crate::read::Classifier;
use crate::text::TextTokenizer;
use crate::text::rhyme::Lexicon;
use crate::train::Layers;
use crate::workshop::{Card, Unit};
use std::ops::Range;

/// Maximum number of parameters; the steps of a larger model take too long.
pub const MAX_PARAMETERS: usize = 40_000_000;
/// Minimum number of tokens for a stanza after the longest beginning.
const LEAST_TOKENS: usize = 16;
/// Offset of the seeds for evaluation, which differ from those for learning.
const MEASURED: u64 = 1_000_000;

/// A GPT, the judges' resources, and what has been learned so far.
pub struct Session {
    model: Gpt,
    tokenizer: TextTokenizer,
    knowledge: Knowledge,
    /// Beginnings for learning.
    shown: Vec<Beginning>,
    /// Beginnings used for evaluation only.
    kept: Vec<Beginning>,
    showing: Option<Showing>,
    choices: Choices,
    learnable: Learnable,
    reward: Option<RewardFit>,
    tuning: Option<Tuning>,
    /// Stanzas of the original model for [`Self::glance`], by number and seed.
    before: Option<((usize, u64), Vec<Stanza>)>,
}

impl Session {
    /// Loads a language model from its files, with the lexicon of its language.
    ///
    /// # Errors
    /// The errors of [`Generator::from_files`], [`Lexicon::from_bytes`] and [`Self::new`]; `bad-config` for a
    /// model that is not a GPT.
    pub fn from_files(config: &str, tokenizer: &str, weights: &[u8], lexicon: &[u8]) -> Result<Self> {
        let generator = Generator::from_files(config, tokenizer, weights)?;
        Self::of_generator(&generator, Lexicon::from_bytes(lexicon)?)
    }

    /// Starts a session with a model that is already in memory.
    ///
    /// # Errors
    /// As [`Self::from_files`].
    pub fn of_generator(generator: &Generator, lexicon: Lexicon) -> Result<Self> {
        let LanguageModel::Gpt(model) = generator.model() else {
            return Err(bad("only a GPT learns from choices; this model is an LSTM"));
        };
        Self::new(model.clone(), generator.tokenizer().clone(), lexicon)
    }

    /// Starts a session with a GPT that is already in memory.
    ///
    /// # Errors
    /// `bad-config` for a model with more than [`MAX_PARAMETERS`], or with too short a context for a title
    /// and a stanza.
    pub fn new(model: Gpt, tokenizer: TextTokenizer, lexicon: Lexicon) -> Result<Self> {
        let parameters: usize = model.parameters().iter().map(|(_, tensor)| tensor.numel()).sum();
        if parameters > MAX_PARAMETERS {
            return Err(bad(format!(
                "the model has {parameters} parameters; at most {MAX_PARAMETERS} are tuned here"
            )));
        }
        let mut shown = beginnings(&model, &tokenizer);
        let longest = shown.iter().map(|beginning| beginning.tokens.len()).max().unwrap_or(0);
        let (needed, found) = (longest + LEAST_TOKENS, model.config().n_positions);
        if found < needed {
            return Err(bad(format!(
                "the model reads {found} tokens at once; a title and a stanza need {needed} and more"
            )));
        }
        let kept = shown.split_off(shown.len() * 2 / 3);
        Ok(Self {
            model,
            tokenizer,
            knowledge: Knowledge::new(lexicon),
            shown,
            kept,
            showing: None,
            choices: Choices::default(),
            learnable: Learnable::default(),
            reward: None,
            tuning: None,
            before: None,
        })
    }

    /// Adds a classifier of moods, which the judge [`Cheerful`](Judge::Cheerful) needs.
    ///
    /// # Errors
    /// As [`Knowledge::learn_moods`].
    pub fn learn_moods(&mut self, classifier: Classifier) -> Result<()> {
        self.knowledge.learn_moods(classifier)
    }

    /// Sampling settings for stanzas shown to people.
    fn sampling() -> Sampling {
        Options::default().sampling
    }

    fn writer(&self) -> Writer<'_> {
        Writer { model: &self.model, tokenizer: &self.tokenizer, sampling: Self::sampling() }
    }

    /// Starts fine-tuning a copy of the model on stanzas: see [`Self::showing`].
    ///
    /// # Errors
    /// The errors of [`Showing::new`].
    pub fn show(&mut self, text: &str, plan: ShowPlan) -> Result<&mut Showing> {
        Ok(self.showing.insert(Showing::new(&self.model, &self.tokenizer, text, plan)?))
    }

    /// The fine-tuning on stanzas, if started.
    pub fn showing(&mut self) -> Option<&mut Showing> {
        self.showing.as_mut()
    }

    /// The beginning and the stanzas of the `k`-th comparison.
    ///
    /// # Errors
    /// As [`PairDrawing::stanzas`].
    pub fn stanzas(&self, drawing: PairDrawing, k: u64) -> Result<(String, Vec<Stanza>)> {
        drawing.stanzas(self.writer(), &self.shown, k)
    }

    /// A judge's choice in the `k`-th comparison; `None` if all stanzas score the same.
    ///
    /// # Errors
    /// As [`PairDrawing::stanzas`] and [`Judge::score`].
    pub fn judged(&self, drawing: PairDrawing, k: u64, judge: Judge) -> Result<Option<Choice>> {
        drawing.judged(self.writer(), &self.shown, k, judge, &self.knowledge)
    }

    /// Sets the choices to learn from; drops any reward model and tuning based on others.
    ///
    /// # Errors
    /// The errors of [`Choices::pairs`]; the session is then unchanged.
    pub fn learn_from(&mut self, choices: Choices) -> Result<&Learnable> {
        self.learnable = choices.pairs(&self.tokenizer, self.model.config().n_positions)?;
        (self.choices, self.reward, self.tuning) = (choices, None, None);
        Ok(&self.learnable)
    }

    /// Starts fitting a reward model: see [`Self::reward`].
    ///
    /// # Errors
    /// `bad-option` for an invalid plan; `too-few-choices` before [`Self::learn_from`].
    pub fn fit_reward(&mut self, plan: &RewardPlan) -> Result<&mut RewardFit> {
        plan.check()?;
        self.check_choices()?;
        Ok(self.reward.insert(RewardFit::new(&self.model, &self.learnable.pairs, plan)))
    }

    /// The reward model, if fitting was started.
    pub fn reward(&mut self) -> Option<&mut RewardFit> {
        self.reward.as_mut()
    }

    /// The stanzas with these numbers and their rewards, best first.
    ///
    /// # Errors
    /// `too-few-choices` without a reward model; `not-finite`.
    pub fn ranked(&self, numbers: Range<usize>, seed: u64) -> Result<Vec<(String, Verdict)>> {
        let Some(fit) = &self.reward else { return Err(nothing_learned()) };
        let comparison = self.comparison(&self.model);
        let stanzas = comparison.stanzas(&self.model, &self.kept, numbers, seed)?;
        let of = |stanza: Stanza| (stanza.text, verdict(fit.model(), &self.tokenizer, &stanza.drawn));
        let mut ranked: Vec<_> = stanzas.into_iter().map(of).collect();
        ranked.sort_by(|(_, a), (_, b)| b.reward.total_cmp(&a.reward));
        Ok(ranked)
    }

    /// Starts tuning: see [`Self::tuning`].
    ///
    /// # Errors
    /// `bad-option` for an invalid plan; `too-few-choices` before [`Self::learn_from`], and for REINFORCE
    /// without a reward model.
    pub fn tune(&mut self, plan: TuningPlan) -> Result<&mut Tuning> {
        self.check_choices()?;
        plan.check()?;
        let (model, tokenizer) = (&self.model, &self.tokenizer);
        let tuning = match (plan.method, &self.reward) {
            (Method::Dpo, _) => Tuning::by_choices(model, tokenizer, &self.learnable.pairs, plan),
            (Method::Reinforce, Some(reward)) => {
                Tuning::by_reward(model, tokenizer, reward.model().clone(), self.shown.clone(), plan)
            }
            (Method::Reinforce, None) => return Err(nothing_learned()),
        };
        Ok(self.tuning.insert(tuning))
    }

    /// The tuning, if started.
    pub fn tuning(&mut self) -> Option<&mut Tuning> {
        self.tuning.as_mut()
    }

    fn check_choices(&self) -> Result<()> {
        if self.learnable.pairs.is_empty() { Err(nothing_learned()) } else { Ok(()) }
    }

    /// Compares the model before and after tuning, on beginnings never used for learning.
    ///
    /// # Errors
    /// `bad-option` if nothing has been tuned; those of [`Judge::score`]; `not-finite`.
    pub fn measure(&self, judge: Judge, count: usize, seed: u64) -> Result<Measurement> {
        let tuning = self.tuned()?;
        self.comparison(tuning.model()).measure(judge, &self.kept, count, seed.wrapping_add(MEASURED))
    }

    /// A quick version of [`Self::measure`] for use during tuning: all values come from the same stanzas,
    /// which are sampled without any filter.
    ///
    /// # Errors
    /// As [`Self::measure`].
    pub fn glance(&mut self, judge: Judge, count: usize, seed: u64) -> Result<Measurement> {
        let of = |session: &Self, new: bool| {
            let tuning = session.tuned()?;
            let plain = Comparison { sampling: Sampling::default(), ..session.comparison(tuning.model()) };
            let model = if new { tuning.model() } else { tuning.base() };
            plain.stanzas(model, &session.kept, 0..count, seed.wrapping_add(MEASURED))
        };
        if self.before.as_ref().is_none_or(|(key, _)| *key != (count, seed)) {
            self.before = Some(((count, seed), of(self, false)?));
        }
        let new = of(self, true)?;
        let old = self.before.as_ref().map_or(&[][..], |(_, stanzas)| stanzas);
        self.comparison(self.tuned()?.model()).of(judge, old, &new, &new)
    }

    /// The `k`-th stanza of both models, with the same beginning and random numbers.
    ///
    /// # Errors
    /// As [`Self::measure`].
    pub fn side_by_side(&self, k: u64, seed: u64) -> Result<(String, [String; 2])> {
        let tuning = self.tuned()?;
        let beginning = &self.kept[k as usize % self.kept.len()];
        let stanza = |model: &Gpt| -> Result<String> {
            let writer = Writer { model, ..self.writer() };
            Ok(writer.draw(&[(beginning, seed.wrapping_add(MEASURED).wrapping_add(k))])?.remove(0).text)
        };
        Ok((beginning.text.clone(), [stanza(tuning.base())?, stanza(tuning.model())?]))
    }

    fn tuned(&self) -> Result<&Tuning> {
        self.tuning.as_ref().ok_or_else(|| Error::new(ErrorCode::BadOption, "no model is tuned yet"))
    }

    fn comparison<'a>(&'a self, new: &'a Gpt) -> Comparison<'a> {
        let old = self.tuning.as_ref().map_or(&self.model, Tuning::base);
        let (tokenizer, knowledge) = (&self.tokenizer, &self.knowledge);
        Comparison { old, new, tokenizer, knowledge, sampling: Self::sampling() }
    }

    /// The tuned model with its card in a single file; `seconds` is the duration.
    ///
    /// # Errors
    /// `not-finite`; `bad-option` if nothing has been tuned.
    pub fn model_file(&self, name: &str, seconds: f64) -> Result<Vec<u8>> {
        let tuning = self.tuned()?;
        self.file_of(tuning.model(), &self.tuned_card(tuning, name, seconds))
    }

    /// The model fine-tuned on stanzas with its card in a single file; `seconds` is the duration.
    ///
    /// # Errors
    /// `not-finite`; `bad-option` if no fine-tuning was started.
    pub fn shown_file(&self, name: &str, seconds: f64) -> Result<Vec<u8>> {
        let nothing = || Error::new(ErrorCode::BadOption, "no stanzas are shown yet");
        let showing = self.showing.as_ref().ok_or_else(nothing)?;
        let plan = showing.plan();
        let card = Card {
            songs: showing.stanzas(),
            characters: showing.characters(),
            steps: showing.steps_done(),
            tokens: plan.epochs * showing.tokens() as u64,
            layers: plan.layers,
            seed: plan.seed,
            ..card(showing.model(), name, seconds)
        };
        self.file_of(showing.model(), &card)
    }

    fn file_of(&self, model: &Gpt, card: &Card) -> Result<Vec<u8>> {
        let weights = to_safetensors(&stored_layout(model.parameters(), Precision::F16), Precision::F16)?;
        let plain = "plain numbers and strings always serialise";
        let config = LanguageModel::from(model.clone()).config();
        let parts = ModelFile {
            config: serde_json::to_string_pretty(&config).expect(plain),
            tokenizer: self.tokenizer.to_json(),
            card: Some(serde_json::to_string(card).expect(plain)),
        };
        parts.join(&weights)
    }

    fn tuned_card(&self, tuning: &Tuning, name: &str, seconds: f64) -> Card {
        let texts = self.choices.0.iter().flat_map(|choice| [&choice.first, &choice.second]);
        let learned: usize =
            self.learnable.pairs.iter().map(|pair| pair.chosen.written() + pair.rejected.written()).sum();
        Card {
            songs: 2 * self.choices.0.len(),
            characters: texts.map(|text| text.chars().count()).sum(),
            steps: tuning.steps_done(),
            tokens: learned as u64,
            layers: tuning.plan().layers,
            seed: tuning.plan().seed,
            ..card(tuning.model(), name, seconds)
        }
    }
}

/// The fields common to the cards of all models from a session.
fn card(model: &Gpt, name: &str, seconds: f64) -> Card {
    Card {
        name: name.to_owned(),
        model_type: "gpt2".to_owned(),
        parameters: model.parameters().iter().map(|(_, tensor)| tensor.numel()).sum(),
        unit: Unit::Stanza,
        songs: 0,
        characters: 0,
        held_out_share: 0.0,
        steps: 0,
        tokens: 0,
        seconds,
        loss: None,
        bits_per_char: None,
        fine_tuned: true,
        layers: Layers::All,
        seed: 0,
        version: env!("CARGO_PKG_VERSION").to_owned(),
    }
}

fn bad(message: impl Into<String>) -> Error {
    Error::new(ErrorCode::BadConfig, message)
}

fn nothing_learned() -> Error {
    Error::new(
        ErrorCode::TooFewChoices,
        "there are no choices yet, or no reward model that was fitted to them",
    )
}
