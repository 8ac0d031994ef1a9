//! One learning from people, from a model to a tuned one: what the page and the command line go through step by step.

use super::beginnings::{Beginning, beginnings};
use super::choices::{Choice, Choices, Pair};
use super::draw::{Stanza, Writer};
use super::judge::Judge;
use super::measure::{Comparison, Measurement};
use super::pairs::PairDrawing;
use super::reward::{RewardFit, RewardPlan, Verdict, verdict};
use super::tuning::{Method, Tuning, TuningPlan};
use crate::error::{Error, ErrorCode, Result};
use crate::generate::{Generator, Options, Sampling};
use crate::io::{ModelFile, Precision, to_safetensors};
use crate::models::{Gpt, LanguageModel, stored_layout};
use crate::nn::Module;
use crate::text::TextTokenizer;
use crate::text::rhyme::Lexicon;
use crate::workshop::{Card, Unit};

/// Of a larger model a step takes too long to wait for.
pub const MAX_PARAMETERS: usize = 40_000_000;

/// A GPT, what it is judged by, and what has been learned of its readers.
pub struct Session {
    model: Gpt,
    tokenizer: TextTokenizer,
    lexicon: Lexicon,
    /// Those that stanzas are drawn to.
    shown: Vec<Beginning>,
    /// Those that only measuring sees.
    kept: Vec<Beginning>,
    choices: Choices,
    pairs: Vec<Pair>,
    reward: Option<RewardFit>,
    tuning: Option<Tuning>,
    /// What the model as it was has drawn to be glanced at, by number and seed.
    before: Option<((usize, u64), Vec<Stanza>)>,
}

impl Session {
    /// A model that writes, opened from its files, with the words of its language.
    ///
    /// # Errors
    /// Those of [`Generator::from_files`] and [`Lexicon::from_bytes`]; `bad-config` for a model that is no GPT or has more
    /// than [`MAX_PARAMETERS`].
    pub fn from_files(config: &str, tokenizer: &str, weights: &[u8], lexicon: &[u8]) -> Result<Self> {
        let generator = Generator::from_files(config, tokenizer, weights)?;
        let bad = |message: String| Error::new(ErrorCode::BadConfig, message);
        let LanguageModel::Gpt(model) = generator.model() else {
            return Err(bad("only a GPT learns from choices; this model is an LSTM".to_owned()));
        };
        let parameters: usize = model.parameters().iter().map(|(_, tensor)| tensor.numel()).sum();
        if parameters > MAX_PARAMETERS {
            let message =
                format!("the model has {parameters} parameters; at most {MAX_PARAMETERS} are tuned here");
            return Err(bad(message));
        }
        Ok(Self::new(model.clone(), generator.tokenizer().clone(), Lexicon::from_bytes(lexicon)?))
    }

    /// A model that is in memory already.
    pub fn new(model: Gpt, tokenizer: TextTokenizer, lexicon: Lexicon) -> Self {
        let mut shown = beginnings(&model, &tokenizer);
        let kept = shown.split_off(shown.len() * 2 / 3);
        Self {
            model,
            tokenizer,
            lexicon,
            shown,
            kept,
            choices: Choices::default(),
            pairs: Vec::new(),
            reward: None,
            tuning: None,
            before: None,
        }
    }

    /// How stanzas are written that somebody reads.
    fn sampling() -> Sampling {
        Options::default().sampling
    }

    fn writer(&self) -> Writer<'_> {
        Writer { model: &self.model, tokenizer: &self.tokenizer, sampling: Self::sampling() }
    }

    /// The beginning and the stanzas of the `k`-th comparison.
    ///
    /// # Errors
    /// `not-finite`.
    pub fn stanzas(&self, drawing: PairDrawing, k: u64) -> Result<(String, Vec<Stanza>)> {
        drawing.stanzas(self.writer(), &self.shown, k)
    }

    /// A judge's choice in the `k`-th comparison; none if it likes all stanzas alike.
    ///
    /// # Errors
    /// `not-finite`.
    pub fn judged(&self, drawing: PairDrawing, k: u64, judge: Judge) -> Result<Option<Choice>> {
        drawing.judged(self.writer(), &self.shown, k, judge, &self.lexicon)
    }

    /// Takes choices to learn from; a reward model and a tuning by others are given up.
    ///
    /// # Errors
    /// Those of [`Choices::pairs`]; all is then as before.
    pub fn learn_from(&mut self, choices: Choices) -> Result<()> {
        self.pairs = choices.pairs(&self.tokenizer)?;
        (self.choices, self.reward, self.tuning) = (choices, None, None);
        Ok(())
    }

    /// Begins to fit a reward model: see [`Self::reward`].
    ///
    /// # Errors
    /// `too-few-choices` before [`Self::learn_from`].
    pub fn fit_reward(&mut self, plan: &RewardPlan) -> Result<&mut RewardFit> {
        self.check_choices()?;
        Ok(self.reward.insert(RewardFit::new(&self.model, &self.pairs, plan)))
    }

    /// The reward model in the making.
    pub fn reward(&mut self) -> Option<&mut RewardFit> {
        self.reward.as_mut()
    }

    /// Stanzas with what the reward model thinks of them, best first.
    ///
    /// # Errors
    /// `too-few-choices` without a reward model; `not-finite`.
    pub fn ranked(&self, count: usize, seed: u64) -> Result<Vec<(String, Verdict)>> {
        let Some(fit) = &self.reward else { return Err(nothing_learned()) };
        let comparison = self.comparison(&self.model);
        let stanzas = comparison.stanzas(&self.model, &self.kept, count, seed)?;
        let of = |stanza: Stanza| (stanza.text, verdict(fit.model(), &self.tokenizer, &stanza.drawn));
        let mut ranked: Vec<_> = stanzas.into_iter().map(of).collect();
        ranked.sort_by(|(_, a), (_, b)| b.reward.total_cmp(&a.reward));
        Ok(ranked)
    }

    /// Begins a tuning: see [`Self::tuning`].
    ///
    /// # Errors
    /// `bad-option` for a plan that cannot work; `too-few-choices` before [`Self::learn_from`], and for a policy gradient
    /// without a reward model.
    pub fn tune(&mut self, plan: TuningPlan) -> Result<&mut Tuning> {
        self.check_choices()?;
        plan.check()?;
        let (model, tokenizer) = (&self.model, &self.tokenizer);
        let tuning = match (plan.method, &self.reward) {
            (Method::Dpo, _) => Tuning::by_choices(model, tokenizer, &self.pairs, plan),
            (Method::Reinforce, Some(reward)) => {
                Tuning::by_reward(model, tokenizer, reward.model().clone(), self.shown.clone(), plan)
            }
            (Method::Reinforce, None) => return Err(nothing_learned()),
        };
        Ok(self.tuning.insert(tuning))
    }

    /// The tuning.
    pub fn tuning(&mut self) -> Option<&mut Tuning> {
        self.tuning.as_mut()
    }

    fn check_choices(&self) -> Result<()> {
        if self.pairs.is_empty() { Err(nothing_learned()) } else { Ok(()) }
    }

    /// The model as it was beside the one as it is, on beginnings that were never shown.
    ///
    /// # Errors
    /// `not-finite`, and `bad-option` where nothing is tuned.
    pub fn measure(&self, judge: Judge, count: usize, seed: u64) -> Result<Measurement> {
        let tuning = self.tuned()?;
        self.comparison(tuning.model()).measure(judge, &self.kept, count, seed)
    }

    /// The same, quickly and while a tuning goes on: all figures of the same stanzas, which are drawn without any filter.
    ///
    /// # Errors
    /// As [`Self::measure`].
    pub fn glance(&mut self, judge: Judge, count: usize, seed: u64) -> Result<Measurement> {
        let of = |session: &Self, new: bool| {
            let tuning = session.tuned()?;
            let plain = Comparison { sampling: Sampling::default(), ..session.comparison(tuning.model()) };
            plain.stanzas(if new { tuning.model() } else { tuning.base() }, &session.kept, count, seed)
        };
        if self.before.as_ref().is_none_or(|(key, _)| *key != (count, seed)) {
            self.before = Some(((count, seed), of(self, false)?));
        }
        let new = of(self, true)?;
        let old = self.before.as_ref().map_or(&[][..], |(_, stanzas)| stanzas);
        self.comparison(self.tuned()?.model()).of(judge, old, &new, &new)
    }

    /// The `k`-th stanza of either model, to the same beginning and with the same random numbers.
    ///
    /// # Errors
    /// As [`Self::measure`].
    pub fn side_by_side(&self, k: u64, seed: u64) -> Result<(String, [String; 2])> {
        let tuning = self.tuned()?;
        let beginning = &self.kept[k as usize % self.kept.len()];
        let stanza = |model: &Gpt| -> Result<String> {
            let writer = Writer { model, ..self.writer() };
            Ok(writer.draw(&[(beginning, seed.wrapping_add(k))])?.remove(0).text)
        };
        Ok((beginning.text.clone(), [stanza(&self.model)?, stanza(tuning.model())?]))
    }

    fn tuned(&self) -> Result<&Tuning> {
        self.tuning.as_ref().ok_or_else(|| Error::new(ErrorCode::BadOption, "no model is tuned yet"))
    }

    fn comparison<'a>(&'a self, new: &'a Gpt) -> Comparison<'a> {
        let old = self.tuning.as_ref().map_or(&self.model, Tuning::base);
        let (tokenizer, lexicon) = (&self.tokenizer, &self.lexicon);
        Comparison { old, new, tokenizer, lexicon, sampling: Self::sampling() }
    }

    /// The tuned model in one file with its card; `seconds` is how long it took.
    ///
    /// # Errors
    /// `not-finite`; `bad-option` where nothing is tuned.
    pub fn model_file(&self, name: &str, seconds: f64) -> Result<Vec<u8>> {
        let tuning = self.tuned()?;
        let weights =
            to_safetensors(&stored_layout(tuning.model().parameters(), Precision::F16), Precision::F16)?;
        let plain = "plain numbers and strings always serialise";
        let config = LanguageModel::from(tuning.model().clone()).config();
        let parts = ModelFile {
            config: serde_json::to_string_pretty(&config).expect(plain),
            tokenizer: self.tokenizer.to_json(),
            card: Some(serde_json::to_string(&self.card(tuning, name, seconds)).expect(plain)),
        };
        parts.join(&weights)
    }

    fn card(&self, tuning: &Tuning, name: &str, seconds: f64) -> Card {
        let texts = self.choices.0.iter().flat_map(|choice| [&choice.first, &choice.second]);
        let learned: usize =
            self.pairs.iter().map(|pair| pair.chosen.written() + pair.rejected.written()).sum();
        Card {
            name: name.to_owned(),
            model_type: "gpt2".to_owned(),
            parameters: tuning.model().parameters().iter().map(|(_, tensor)| tensor.numel()).sum(),
            unit: Unit::Stanza,
            songs: 2 * self.choices.0.len(),
            characters: texts.map(|text| text.chars().count()).sum(),
            held_out_share: 0.0,
            steps: tuning.steps_done(),
            tokens: learned as u64,
            seconds,
            loss: None,
            bits_per_char: None,
            fine_tuned: true,
            layers: tuning.plan().layers,
            seed: tuning.plan().seed,
            version: env!("CARGO_PKG_VERSION").to_owned(),
        }
    }
}

fn nothing_learned() -> Error {
    Error::new(
        ErrorCode::TooFewChoices,
        "there are no choices yet, or no reward model that was fitted to them",
    )
}
