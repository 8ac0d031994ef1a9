//! The training session: a text, a plan, a trainer, and a way back to the last good state.

use super::Facts;
use super::card::{Card, Tally};
use super::checkpoint::Saved;
use super::divergence::DivergenceMonitor;
use super::material::{self, Base, HeldOut, Material};
use super::sample::{Sample, Sampled};
use super::source::Source;
use crate::error::{Error, ErrorCode, Result};
use crate::gpu::Gpu;
use crate::io::{ModelFile, Precision, to_safetensors};
use crate::models::stored_layout;
use crate::nn::Module;
use crate::tensor::Device;
use crate::text::SongIndex;
use crate::train::{Kind, Learner, Measured, Metrics, Model, Plan, join_checkpoint, split_checkpoint};
use std::cell::OnceCell;

/// A training in progress.
///
/// On the CPU all its futures are ready at once.
pub struct Workshop {
    plan: Plan,
    material: Box<dyn Material>,
    pub(super) learner: Box<dyn Learner>,
    monitor: DivergenceMonitor,
    /// Index of the training text, built when a sample is first compared with it.
    songs: OnceCell<SongIndex>,
    /// Names and hashes.
    texts: Vec<(String, u64)>,
    fine_tuned: bool,
    gpu: Option<Gpu>,
    gpu_fault: Option<Error>,
    tally: Tally,
    /// The last good checkpoint with its totals; `None` before the first [`Workshop::keep`].
    good: Option<(Vec<u8>, Tally)>,
    /// The weights that a fine-tuning run started from.
    base_weights: Option<Vec<u8>>,
}

impl Workshop {
    /// Starts a training on one text.
    ///
    /// # Errors
    /// As [`Self::begin`].
    pub fn new(plan: Plan, text: &str, base: Option<Base>) -> Result<Self> {
        Self::begin(plan, Source::Text(text), base)
    }

    /// Starts a training.
    ///
    /// # Errors
    /// The errors of reading the texts (`not-text`, `text-too-long`, `text-too-short`, `bad-pairs`),
    /// `bad-recipe`, and the errors of loading the model to be fine-tuned.
    pub fn begin(plan: Plan, source: Source<'_>, base: Option<Base>) -> Result<Self> {
        let material = material::open(&plan, &source, base.as_ref())?;
        Self::of(plan, material, source.hashes(), base.map(|base| base.weights))
    }

    fn of(
        plan: Plan,
        material: Box<dyn Material>,
        texts: Vec<(String, u64)>,
        base_weights: Option<Vec<u8>>,
    ) -> Result<Self> {
        let learner = material.learner(&plan, base_weights.as_deref())?;
        Ok(Self {
            monitor: DivergenceMonitor::new(material.vocab_size()),
            songs: OnceCell::new(),
            texts,
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

    /// Continues a run on one text from a checkpoint, on the CPU; also returns its duration in seconds.
    ///
    /// # Errors
    /// As [`Self::go_on`].
    pub fn resume(text: &str, checkpoint: &[u8]) -> Result<(Self, f64)> {
        Self::go_on(None, Source::Text(text), checkpoint)
    }

    /// Continues a run from a checkpoint, on the CPU; also returns its duration so far in seconds.
    ///
    /// # Errors
    /// `other-text`; `other-plan` if it differs from `expected`; `old-checkpoint`, `bad-weights` for a
    /// damaged one; the errors of [`Self::begin`].
    pub fn go_on(expected: Option<&Plan>, source: Source<'_>, checkpoint: &[u8]) -> Result<(Self, f64)> {
        let (saved, of_learner): (Saved, _) = split_checkpoint(checkpoint)?;
        saved.check_texts(&source.hashes())?;
        expected.map_or(Ok(()), |plan| saved.check_plan(plan))?;
        let Saved { plan, config, tokenizer, fine_tuned, lr, tally, seconds, texts } = saved;
        // A model with another vocabulary could not be told from a damaged one later.
        let base = Base { config, tokenizer, weights: Vec::new() };
        let material = material::open(&plan, &source, Some(&base))?;
        let mut workshop = Self::of(plan, material, texts, None)?;
        workshop.learner.restore(of_learner)?;
        workshop.learner.set_lr(lr);
        workshop.good = Some((of_learner.to_vec(), tally));
        (workshop.tally, workshop.fine_tuned) = (tally, fine_tuned);
        Ok((workshop, seconds))
    }

    /// Facts about the text.
    pub fn facts(&self) -> &Facts {
        self.material.facts()
    }

    /// The plan of the run.
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

    /// Number of distinct tokens.
    pub fn vocab_size(&self) -> usize {
        self.material.vocab_size()
    }

    /// Number of weights of the model.
    pub fn parameters(&self) -> usize {
        self.learner.best().parameters().iter().map(|(_, tensor)| tensor.numel()).sum()
    }

    /// Approximate number of steps in one pass over the text.
    pub fn steps_per_epoch(&self) -> usize {
        self.learner.steps_per_epoch()
    }

    /// Number of complete passes over the text.
    pub fn epoch(&self) -> u64 {
        self.learner.epoch()
    }

    /// Average number of characters per token of the training text; for a translator, of the target side.
    pub fn characters_per_token(&self) -> f64 {
        self.material.characters_per_token()
    }

    /// The held-out data.
    pub fn held_out(&self) -> HeldOut<'_> {
        self.material.held_out()
    }

    /// Number of steps done.
    pub fn steps_done(&self) -> u64 {
        self.learner.steps_done()
    }

    /// Whether the plan's last step is done.
    pub fn is_done(&self) -> bool {
        self.steps_done() >= self.plan.train.steps
    }

    /// The peak learning rate of the schedule.
    pub fn lr(&self) -> f32 {
        self.learner.lr()
    }

    /// Sets the peak learning rate.
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

    /// Moves the run to this GPU. If it is lost, the run falls back to the CPU: see [`Self::take_gpu_fault`].
    ///
    /// # Errors
    /// The errors of [`Self::keep`], which creates the state to go back to.
    pub async fn use_gpu(&mut self, gpu: &Gpu) -> Result<()> {
        self.keep(0.0).await?;
        self.learner.to(&Device::Gpu(gpu.clone()));
        self.gpu = Some(gpu.clone());
        Ok(())
    }

    /// Returns and clears the latest GPU error.
    pub fn take_gpu_fault(&mut self) -> Option<Error> {
        self.gpu_fault.take()
    }

    /// Trains on one batch. If the GPU is lost, repeats from the last kept state on the CPU.
    ///
    /// # Errors
    /// `diverged`: the run is then back at the state last kept.
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
            if self.monitor.diverges(metrics.loss) {
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

    /// Falls back to the CPU and to the last kept state after a GPU error.
    fn survives(&mut self, error: &Error) -> Result<bool> {
        let survives = self.gpu.is_some() && error.code().is_of_gpu();
        if survives {
            self.gpu = None;
            self.gpu_fault = Some(error.clone());
            self.go_back()?;
        }
        Ok(survives)
    }

    /// Returns to the last good state, on the GPU if there is one.
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
        self.monitor = DivergenceMonitor::new(self.material.vocab_size());
        Ok(())
    }

    /// Returns a checkpoint for [`Self::resume`]. If the run is going well, it also becomes the state to
    /// return to after a divergence or the loss of a GPU. `seconds` is the duration of the run.
    ///
    /// # Errors
    /// `not-finite` if a weight is not finite.
    pub async fn keep(&mut self, seconds: f64) -> Result<Vec<u8>> {
        let learner = loop {
            match self.learner.checkpoint().await {
                Ok(learner) => break learner,
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
            texts: self.texts.clone(),
        };
        let checkpoint = join_checkpoint(&saved, &learner);
        if self.monitor.is_well() {
            self.good = Some((learner, self.tally));
            // The initial weights are no longer needed.
            self.base_weights = None;
        }
        Ok(checkpoint)
    }

    /// Starts validating on the held-out data; `false` if there is none.
    pub fn begin_validation(&mut self) -> bool {
        self.learner.begin_validation()
    }

    /// Validates one batch; returns the result after the last one. Steps in between do not affect it. If the
    /// GPU is lost, validation starts over.
    ///
    /// # Errors
    /// `bad-option` if validation was not started.
    pub async fn validate(&mut self) -> Result<Option<Measured>> {
        loop {
            match self.learner.validate().await {
                Ok(measured) => {
                    if let Some(Measured { loss, bits_per_char }) = measured {
                        self.tally =
                            Tally { loss: Some(loss), bits_per_char: Some(bits_per_char), ..self.tally };
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

    /// Starts a sample: a text of `tokens` tokens, or translations of some held-out sentences.
    ///
    /// # Errors
    /// `bad-option` if the number of tokens is out of range.
    pub async fn sample(&mut self, seed: u64, tokens: usize) -> Result<Sample> {
        let model = self.best().await?;
        self.material.sample(model, seed, tokens)
    }

    /// Completes a sample.
    pub fn finish_sample(&self, sample: Sample) -> Sampled {
        sample.finish(self.songs.get_or_init(|| SongIndex::build(&self.material.training_text())))
    }

    /// The model to validate, sample and keep, in main memory: the moving average of the weights, if there is
    /// one.
    ///
    /// # Errors
    /// None that the CPU does not recover from.
    pub async fn best(&mut self) -> Result<Model> {
        Ok(self.fetched(|learner| Some(learner.best())).await?.expect("there always is one"))
    }

    /// The model after the last step, if it differs from [`Self::best`], in main memory.
    ///
    /// # Errors
    /// As [`Self::best`].
    pub async fn last(&mut self) -> Result<Option<Model>> {
        self.fetched(|learner| learner.last()).await
    }

    async fn fetched(&mut self, of: fn(&dyn Learner) -> Option<Model>) -> Result<Option<Model>> {
        loop {
            let Some(model) = of(&*self.learner) else { return Ok(None) };
            match model.to_cpu().await {
                Err(error) if self.survives(&error)? => {}
                result => return result.map(Some),
            }
        }
    }

    /// The card of the model.
    pub fn card(&self, seconds: f64) -> Card {
        let facts = self.facts();
        Card {
            name: self.plan.name.clone(),
            model_type: Kind::of(self.material.config()).as_str().to_owned(),
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

    /// The current model with its card in a single file.
    ///
    /// # Errors
    /// `not-finite` if a weight is not finite.
    pub async fn model_file(&mut self, seconds: f64, precision: Precision) -> Result<Vec<u8>> {
        let model = self.best().await?;
        let weights = to_safetensors(&stored_layout(model.parameters(), precision), precision)?;
        let card =
            serde_json::to_string(&self.card(seconds)).expect("plain numbers and strings always serialise");
        let parts =
            ModelFile { config: self.config_json(), tokenizer: self.tokenizer_json(), card: Some(card) };
        parts.join(&weights)
    }
}
