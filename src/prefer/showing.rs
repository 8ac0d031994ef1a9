//! Supervised fine-tuning on stanzas that somebody shows: the step before anything is compared (Ouyang et al. 2022).

use super::beginnings::Beginning;
use super::tuning::unpacked;
use crate::error::{Error, ErrorCode, Result};
use crate::generate::form::Header;
use crate::models::Gpt;
use crate::now::now;
use crate::text::TextTokenizer;
use crate::train::{Continuation, Imitating, Layers, Learner, Metrics, PlannedTraining, Trainer, Written};

/// From fewer stanzas nothing is learned.
pub const MIN_STANZAS: usize = 3;
/// So many stanzas are learned from; more are for a training.
const MAX_STANZAS: usize = 200;
/// Marks a line with a title.
const TITLE: &str = "===";

/// How a model learns what it is shown.
#[derive(Debug, Clone, PartialEq)]
pub struct ShowPlan {
    /// What of the model moves.
    pub layers: Layers,
    /// Highest learning rate.
    pub lr: f32,
    /// Passes over the stanzas.
    pub epochs: u64,
    /// Stanzas of a batch.
    pub batch_size: usize,
    /// Of the order.
    pub seed: u64,
}

impl Default for ShowPlan {
    fn default() -> Self {
        Self { layers: Layers::All, lr: 1e-4, epochs: 8, batch_size: 4, seed: 1 }
    }
}

/// A model that is being shown stanzas. The model that it was is not touched.
pub struct Showing {
    trainer: Trainer<Gpt, Written, Imitating>,
    plan: ShowPlan,
    steps: u64,
    stanzas: usize,
    characters: usize,
    /// Tokens of all stanzas.
    tokens: usize,
}

impl Showing {
    /// Before the first step. Stanzas stand between blank lines; a line `=== Title` holds for all that follow.
    ///
    /// # Errors
    /// `text-too-short` with fewer than [`MIN_STANZAS`] stanzas that the model can read.
    pub fn new(model: &Gpt, tokenizer: &TextTokenizer, text: &str, plan: ShowPlan) -> Result<Self> {
        let shown = stanzas(text);
        let style = model.config().styles.last().map_or("", String::as_str);
        let header = Header::of(&model.config().styles, tokenizer);
        let continued = |(title, stanza): &(&str, String)| {
            let Beginning { mut tokens, .. } = Beginning::new(&header.line(title, style, ""), tokenizer);
            let beginning = tokens.len();
            tokens.extend(tokenizer.encode(&format!("{stanza}\n")));
            Continuation { tokens, beginning }
        };
        let fits =
            |text: &Continuation| text.written() > 0 && text.tokens.len() <= model.config().n_positions;
        let each = shown.iter().map(|stanza| (stanza.1.chars().count(), continued(stanza)));
        let (characters, texts): (Vec<usize>, Vec<Continuation>) =
            each.filter(|(_, text)| fits(text)).take(MAX_STANZAS).unzip();
        if texts.len() < MIN_STANZAS {
            let message = format!(
                "{} stanzas, with blank lines between; at least {MIN_STANZAS} are needed",
                texts.len()
            );
            return Err(Error::new(ErrorCode::TextTooShort, message));
        }
        let steps = plan.epochs * (texts.len() / plan.batch_size.min(texts.len())) as u64;
        let settings = PlannedTraining {
            seed: plan.seed,
            steps,
            lr: plan.lr,
            warmup_steps: steps / 10,
            decay_steps: steps - steps / 10,
            weight_decay: 0.0,
            ..PlannedTraining::default()
        };
        let (stanzas, tokens) = (texts.len(), texts.iter().map(Continuation::written).sum());
        let characters = characters.iter().sum();
        let examples = Written::new(texts, plan.batch_size, plan.seed);
        let trainer =
            Trainer::new(unpacked(model), examples, Imitating, &settings, None).restricted(plan.layers);
        Ok(Self { trainer, plan, steps, stanzas, characters, tokens })
    }

    /// What is being done.
    pub fn plan(&self) -> &ShowPlan {
        &self.plan
    }

    /// One step.
    ///
    /// # Errors
    /// `diverged`: the model is then as it was before the step.
    pub fn step(&mut self) -> Result<Metrics> {
        now(self.trainer.next())
    }

    /// Steps in all.
    pub fn steps(&self) -> u64 {
        self.steps
    }

    /// Steps done.
    pub fn steps_done(&self) -> u64 {
        self.trainer.steps_done()
    }

    /// The model as it is.
    pub fn model(&self) -> &Gpt {
        self.trainer.model()
    }

    /// Stanzas that are learned from.
    pub fn stanzas(&self) -> usize {
        self.stanzas
    }

    /// Characters that were shown.
    pub fn characters(&self) -> usize {
        self.characters
    }

    /// Tokens that are learned from, each once.
    pub fn tokens(&self) -> usize {
        self.tokens
    }
}

/// The stanzas of a text, each with the title that it has.
fn stanzas(text: &str) -> Vec<(&str, String)> {
    let (mut title, mut all, mut stanza) = ("", Vec::new(), Vec::new());
    // A last blank line ends the last stanza.
    for line in text.lines().chain([""]).map(str::trim) {
        let heading = line.strip_prefix(TITLE);
        if (line.is_empty() || heading.is_some()) && !stanza.is_empty() {
            all.push((title, std::mem::take(&mut stanza).join("\n")));
        }
        match heading {
            Some(heading) => title = heading.split('|').next().unwrap_or_default().trim(),
            None if line.is_empty() => {}
            None => stanza.push(line),
        }
    }
    all
}
