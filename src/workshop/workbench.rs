//! The session: a text, a plan, a trainer, and the way back to the last good state.

use super::card::{Card, Tally};
use super::checkpoint::{Saved, hash, join, split};
use super::learner::{Learner, Material, Model};
use super::plan::Plan;
use super::sample::{Sample, Sampled};
use super::validation::{Measured, Validation};
use super::watch::Watch;
use super::{Base, Facts};
use crate::error::{Error, ErrorCode, Result};
use crate::gpu::Gpu;
use crate::io::{ModelFile, Precision, to_safetensors};
use crate::models::stored_layout;
use crate::tensor::Device;
use crate::text::{SentencePair, SongIndex};
use crate::train::Metrics;

/// Sentences that a sample translates.
const SAMPLED_PAIRS: usize = 3;

/// A training in progress.
///
/// On the CPU all its futures are done when they are given.
pub struct Workshop {
    plan: Plan,
    material: Material,
    learner: Learner,
    validation: Option<Validation>,
    /// The model that is being measured, as it was when that began.
    measured: Option<Model>,
    watch: Watch,
    /// Of the text that is trained on.
    songs: SongIndex,
    text_hash: u64,
    fine_tuned: bool,
    gpu: Option<Gpu>,
    gpu_fault: Option<Error>,
    tally: Tally,
    /// The trainer's checkpoint to go back to, with its figures; none before the first [`Workshop::keep`].
    good: Option<(Vec<u8>, Tally)>,
    /// Weights that the run began with, if it began with any.
    base_weights: Option<Vec<u8>>,
}

impl Workshop {
    /// A training before its first step.
    ///
    /// # Errors
    /// Those of the text (`not-text`, `text-too-long`, `text-too-short`, `bad-pairs`), `bad-recipe`, and those of the
    /// files of a model that is trained on.
    pub fn new(plan: Plan, text: &str, base: Option<Base>) -> Result<Self> {
        let material = Material::new(&plan, text, base.as_ref())?;
        let base_weights = base.map(|base| base.weights);
        let learner = material.learner(&plan, base_weights.as_deref())?;
        Ok(Self {
            validation: material.validation(&plan),
            measured: None,
            watch: Watch::new(material.vocab_size()),
            songs: SongIndex::build(&material.training_text()),
            text_hash: hash(text),
            fine_tuned: base_weights.is_some(),
            gpu: None,
            gpu_fault: None,
            tally: Tally::default(),
            good: None,
            plan,
            material,
            learner,
            base_weights,
        })
    }

    /// Continues the run that wrote the checkpoint, on the CPU; also gives how many seconds it had taken.
    ///
    /// # Errors
    /// `other-text`; `bad-weights` for a damaged checkpoint; those of [`Workshop::new`].
    pub fn resume(text: &str, checkpoint: &[u8]) -> Result<(Self, f64)> {
        let (saved, trainer) = split(checkpoint)?;
        if saved.text_hash != hash(text) {
            return Err(Error::new(ErrorCode::OtherText, "the checkpoint belongs to another text"));
        }
        let base = Base { config: saved.config, tokenizer: saved.tokenizer, weights: Vec::new() };
        // A model with another vocabulary could not be told from a damaged one later.
        let material = Material::new(&saved.plan, text, Some(&base))?;
        let mut learner = material.learner(&saved.plan, None)?;
        learner.restore(trainer)?;
        learner.set_lr(saved.lr);
        let workshop = Self {
            validation: material.validation(&saved.plan),
            measured: None,
            watch: Watch::new(material.vocab_size()),
            songs: SongIndex::build(&material.training_text()),
            text_hash: saved.text_hash,
            fine_tuned: saved.fine_tuned,
            gpu: None,
            gpu_fault: None,
            tally: saved.tally,
            good: Some((trainer.to_vec(), saved.tally)),
            plan: saved.plan,
            material,
            learner,
            base_weights: None,
        };
        Ok((workshop, saved.seconds))
    }

    /// What the text holds.
    pub fn facts(&self) -> &Facts {
        self.material.facts()
    }

    /// What is being done.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// The content of `config.json`.
    pub fn config_json(&self) -> String {
        serde_json::to_string_pretty(self.material.config()).expect("plain numbers always serialise")
    }

    /// The content of `tokenizer.json`.
    pub fn tokenizer_json(&self) -> String {
        self.material.tokenizer_json()
    }

    /// Number of different tokens.
    pub fn vocab_size(&self) -> usize {
        self.material.vocab_size()
    }

    /// Weights of the model.
    pub fn parameters(&self) -> usize {
        self.learner.model().parameters().iter().map(|(_, tensor)| tensor.numel()).sum()
    }

    /// Steps of one pass over the text, about.
    pub fn steps_per_epoch(&self) -> usize {
        self.learner.steps_per_epoch(&self.plan, self.facts().train_characters)
    }

    /// Characters of a token of the training text, on average; of a translator, of what it writes.
    pub fn characters_per_token(&self) -> f64 {
        match &self.material {
            Material::Songs(corpus, tokenizer, _) => {
                let text: String = corpus.train.iter().map(|song| song.verses.as_str()).collect();
                text.chars().count() as f64 / tokenizer.encode(&text).len().max(1) as f64
            }
            Material::Pairs(corpus, tokenizer, _) => {
                let characters: usize = corpus.train.iter().map(|pair| pair.target.chars().count()).sum();
                // Every sentence has its end, too.
                let tokens = |pair: &SentencePair| tokenizer.encode_target(&pair.target).len() + 1;
                characters as f64 / corpus.train.iter().map(tokens).sum::<usize>().max(1) as f64
            }
        }
    }

    /// Steps done.
    pub fn steps_done(&self) -> u64 {
        self.learner.steps_done()
    }

    /// Whether the last step of the plan is done.
    pub fn is_done(&self) -> bool {
        self.steps_done() >= self.plan.train.steps
    }

    /// The highest learning rate of the schedule.
    pub fn lr(&self) -> f32 {
        self.learner.lr()
    }

    /// Goes on with another highest rate.
    ///
    /// # Errors
    /// `bad-option` if it is not above 0.
    pub fn set_lr(&mut self, lr: f32) -> Result<()> {
        if !(lr > 0.0 && lr.is_finite()) {
            return Err(Error::new(ErrorCode::BadOption, format!("lr is {lr}; it must be above 0")));
        }
        self.learner.set_lr(lr);
        Ok(())
    }

    /// Goes on on this GPU. Should it be lost on the way, the CPU goes on: see [`Self::take_gpu_fault`].
    ///
    /// # Errors
    /// Those of [`Self::keep`], since then there must be something to go back to.
    pub async fn use_gpu(&mut self, gpu: &Gpu) -> Result<()> {
        self.keep(0.0).await?;
        self.learner.to(&Device::Gpu(gpu.clone()));
        self.gpu = Some(gpu.clone());
        Ok(())
    }

    /// What happened to the GPU since this was last asked.
    pub fn take_gpu_fault(&mut self) -> Option<Error> {
        self.gpu_fault.take()
    }

    /// One batch. Where the GPU is lost, this is a step on the CPU, from the last state that was kept.
    ///
    /// # Errors
    /// `diverged`: the run is then as it was when it was last kept.
    pub async fn step(&mut self) -> Result<Metrics> {
        loop {
            let metrics = match self.learner.step().await {
                Ok(metrics) => metrics,
                Err(error) if self.survives(&error)? => continue,
                Err(error) => {
                    if error.code() == ErrorCode::Diverged {
                        self.go_back()?;
                    }
                    return Err(error);
                }
            };
            self.tally.tokens += metrics.tokens as u64;
            if self.watch.diverges(metrics.loss) {
                let message = format!(
                    "step {}: a loss of {} nats is above that of guessing; lower the learning rate",
                    metrics.step, metrics.loss
                );
                self.go_back()?;
                return Err(Error::new(ErrorCode::Diverged, message));
            }
            return Ok(metrics);
        }
    }

    /// If this error means that the GPU is of no more use: goes on without it, from the last state kept.
    fn survives(&mut self, error: &Error) -> Result<bool> {
        let survives = self.gpu.is_some() && error.code().is_of_gpu();
        if survives {
            self.gpu = None;
            self.gpu_fault = Some(error.clone());
            self.go_back()?;
        }
        Ok(survives)
    }

    /// To the last good state: on the GPU if there is one.
    fn go_back(&mut self) -> Result<()> {
        let lr = self.learner.lr();
        self.learner = self.material.learner(&self.plan, self.base_weights.as_deref())?;
        self.learner.set_lr(lr);
        self.tally = Tally::default();
        if let Some((checkpoint, tally)) = &self.good {
            self.learner.restore(checkpoint)?;
            self.tally = *tally;
        }
        if let Some(gpu) = &self.gpu {
            self.learner.to(&Device::Gpu(gpu.clone()));
        }
        self.watch = Watch::new(self.material.vocab_size());
        self.measured = None;
        Ok(())
    }

    /// The checkpoint of the run as it is, which [`Self::resume`] takes; if it is going well, also what a lost GPU or
    /// a divergence leads back to. `seconds` is how long the run has taken.
    ///
    /// # Errors
    /// `not-finite` if a weight is no longer a number.
    pub async fn keep(&mut self, seconds: f64) -> Result<Vec<u8>> {
        let trainer = loop {
            match self.learner.checkpoint().await {
                Ok(trainer) => break trainer,
                Err(error) if self.survives(&error)? => {}
                Err(error) => return Err(error),
            }
        };
        let saved = Saved {
            plan: self.plan.clone(),
            config: self.config_json(),
            tokenizer: self.tokenizer_json(),
            fine_tuned: self.fine_tuned,
            lr: self.lr(),
            tally: self.tally,
            seconds,
            text_hash: self.text_hash,
        };
        let checkpoint = join(&saved, &trainer);
        if self.watch.is_well() {
            self.good = Some((trainer, self.tally));
            // The run no longer needs what it began with.
            self.base_weights = None;
        }
        Ok(checkpoint)
    }

    /// Begins to measure the held-out part; `false` if there is none.
    pub fn begin_validation(&mut self) -> bool {
        let Some(validation) = &mut self.validation else { return false };
        validation.begin();
        self.measured = Some(self.learner.model());
        true
    }

    /// Measures a slice of the held-out part; gives the result after the last. A step in between changes nothing. Where
    /// the GPU is lost, measuring begins anew.
    ///
    /// # Errors
    /// `bad-option` if measuring was not begun.
    pub async fn validate(&mut self) -> Result<Option<Measured>> {
        loop {
            let (Some(validation), Some(model)) = (&mut self.validation, &self.measured) else {
                return Err(Error::new(ErrorCode::BadOption, "no validation is begun"));
            };
            match validation.slice(model).await {
                Ok(measured) => {
                    if let Some(Measured { loss, bits_per_char }) = measured {
                        self.tally =
                            Tally { loss: Some(loss), bits_per_char: Some(bits_per_char), ..self.tally };
                        self.measured = None;
                    }
                    return Ok(measured);
                }
                Err(error) if self.survives(&error)? => {
                    self.begin_validation();
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// Begins a sample of the model as it is: a text of so many tokens, or some held-out sentences.
    ///
    /// # Errors
    /// `bad-option` for a number of tokens that is not possible.
    pub async fn sample(&mut self, seed: u64, tokens: usize) -> Result<Sample> {
        let model = self.fetched().await?;
        match &self.material {
            Material::Songs(_, tokenizer, _) => Sample::write(model, tokenizer, seed, tokens),
            Material::Pairs(corpus, tokenizer, _) => {
                let pairs = if corpus.held_out.is_empty() { &corpus.train } else { &corpus.held_out };
                Sample::translate(model, tokenizer, pairs.iter().take(SAMPLED_PAIRS).cloned().collect())
            }
        }
    }

    /// What came of a sample.
    pub fn finish_sample(&self, sample: Sample) -> Sampled {
        sample.finish(&self.songs)
    }

    /// The model as it is, in main memory.
    async fn fetched(&mut self) -> Result<Model> {
        loop {
            match self.learner.model().to_cpu().await {
                Err(error) if self.survives(&error)? => {}
                result => return result,
            }
        }
    }

    /// How the model came about.
    pub fn card(&self, seconds: f64) -> Card {
        let facts = self.facts();
        let config = serde_json::to_value(self.material.config()).expect("plain numbers always serialise");
        Card {
            name: self.plan.name.clone(),
            model_type: config["model_type"].as_str().unwrap_or_default().to_owned(),
            parameters: self.parameters(),
            unit: facts.unit,
            songs: facts.songs,
            characters: facts.characters,
            held_out_share: facts.held_out_characters as f64 / facts.characters as f64,
            steps: self.steps_done(),
            tokens: self.tally.tokens,
            seconds,
            loss: self.tally.loss,
            bits_per_char: self.tally.bits_per_char,
            fine_tuned: self.fine_tuned,
            layers: self.plan.layers,
            seed: self.plan.train.seed,
            version: env!("CARGO_PKG_VERSION").to_owned(),
        }
    }

    /// The model as it is, in one file with its card.
    ///
    /// # Errors
    /// `not-finite` if a weight is no longer a number.
    pub async fn model_file(&mut self, seconds: f64, precision: Precision) -> Result<Vec<u8>> {
        let model = self.fetched().await?;
        let weights = to_safetensors(&stored_layout(model.parameters(), precision), precision)?;
        let card =
            serde_json::to_string(&self.card(seconds)).expect("plain numbers and strings always serialise");
        let parts =
            ModelFile { config: self.config_json(), tokenizer: self.tokenizer_json(), card: Some(card) };
        parts.join(&weights)
    }
}
