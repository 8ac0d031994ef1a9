//! Supervised fine-tuning on example stanzas, the step before any comparisons (Ouyang et al. 2022).

use super::beginnings::Beginning;
use super::tuning::unpacked;
use crate::error::{Error, ErrorCode, Result};
use crate::generate::form::Header;
use crate::models::Gpt;
use crate::now::now;
use crate::text::TextTokenizer;
use crate::train::{Continuation, Imitating, Layers, Learner, Metrics, PlannedTraining, Trainer, Written};

/// Minimum number of stanzas.
pub const MIN_STANZAS: usize = 3;
/// Maximum number of stanzas; more call for an ordinary training.
const MAX_STANZAS: usize = 200;
/// Marks a title line.
const TITLE: &str = "===";

/// Settings of the fine-tuning.
#[derive(Debug, Clone, PartialEq)]
pub struct ShowPlan {
    /// The layers to train.
    pub layers: Layers,
    /// Peak learning rate.
    pub lr: f32,
    /// Number of passes over the stanzas.
    pub epochs: u64,
    /// Number of stanzas per batch.
    pub batch_size: usize,
    /// Seed for the order.
    pub seed: u64,
}

impl Default for ShowPlan {
    fn default() -> Self {
        Self { layers: Layers::All, lr: 1e-4, epochs: 8, batch_size: 4, seed: 1 }
    }
}

/// A copy of a model being fine-tuned on stanzas; the original is unchanged.
pub struct Showing {
    trainer: Trainer<Gpt, Written, Imitating>,
    plan: ShowPlan,
    steps: u64,
    stanzas: usize,
    characters: usize,
    /// Number of tokens in all stanzas.
    tokens: usize,
}

impl Showing {
    /// Starts fine-tuning. Stanzas are separated by blank lines; a line `=== Title` applies to all stanzas
    /// that follow.
    ///
    /// # Errors
    /// `text-too-short` if fewer than [`MIN_STANZAS`] stanzas fit the model's context.
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

    /// The settings.
    pub fn plan(&self) -> &ShowPlan {
        &self.plan
    }

    /// Performs one step.
    ///
    /// # Errors
    /// `diverged`: the model is then unchanged by the step.
    pub fn step(&mut self) -> Result<Metrics> {
        now(self.trainer.next())
    }

    /// Total number of steps.
    pub fn steps(&self) -> u64 {
        self.steps
    }

    /// Number of steps done.
    pub fn steps_done(&self) -> u64 {
        self.trainer.steps_done()
    }

    /// The model with its current weights.
    pub fn model(&self) -> &Gpt {
        self.trainer.model()
    }

    /// Number of stanzas to learn from.
    pub fn stanzas(&self) -> usize {
        self.stanzas
    }

    /// Number of characters in the stanzas.
    pub fn characters(&self) -> usize {
        self.characters
    }

    /// Number of tokens to learn from, each counted once.
    pub fn tokens(&self) -> usize {
        self.tokens
    }
}

/// The stanzas of a text, each with its title.
fn stanzas(text: &str) -> Vec<(&str, String)> {
    let (mut title, mut all, mut stanza) = ("", Vec::new(), Vec::new());
    // The added blank line ends the last stanza.
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
