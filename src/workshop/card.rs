//! What goes along with a model: how it came about, and never what it learned from.

use super::facts::Unit;
use crate::train::Layers;
use serde::{Deserialize, Serialize};

/// The card of a model that was trained from a plan.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Card {
    /// What the plan calls it.
    pub name: String,
    /// As in `config.json`.
    pub model_type: String,
    /// Weights.
    pub parameters: usize,
    /// What is counted as `songs`.
    pub unit: Unit,
    /// Units of the text, those held out included.
    pub songs: usize,
    /// Characters of the text.
    pub characters: usize,
    /// Share of them that was held out.
    pub held_out_share: f64,
    /// Steps done.
    pub steps: u64,
    /// Tokens trained on, repetitions counted.
    pub tokens: u64,
    /// How long it took.
    pub seconds: f64,
    /// Nats a token on the held-out part, where that was measured.
    pub loss: Option<f64>,
    /// The same in bits a character.
    pub bits_per_char: Option<f64>,
    /// Whether it began as another model.
    pub fine_tuned: bool,
    /// What of it moved.
    pub layers: Layers,
    /// The plan's seed.
    pub seed: u64,
    /// Of this crate.
    pub version: String,
}

/// What a run has come to, for its card and its checkpoint.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Tally {
    /// Tokens trained on.
    pub tokens: u64,
    /// Latest nats a token on the held-out part.
    pub loss: Option<f64>,
    /// Latest bits a character.
    pub bits_per_char: Option<f64>,
}
