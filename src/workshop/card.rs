//! The card stored with a model: how it was trained, but never the training data.

use super::facts::Unit;
use crate::train::Layers;
use serde::{Deserialize, Serialize};

/// The card of a model that was trained from a plan.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Card {
    /// Name given by the plan.
    pub name: String,
    /// As in `config.json`.
    pub model_type: String,
    /// Number of weights.
    pub parameters: usize,
    /// The unit counted by `songs`.
    pub unit: Unit,
    /// Number of units in the text, including those held out.
    pub songs: usize,
    /// Number of characters in the text.
    pub characters: usize,
    /// Fraction of them that was held out.
    pub held_out_share: f64,
    /// Number of steps.
    pub steps: u64,
    /// Number of tokens trained on, including repetitions.
    pub tokens: u64,
    /// Duration of the training.
    pub seconds: f64,
    /// Loss on the held-out data in nats per token, if measured.
    pub loss: Option<f64>,
    /// The same in bits per character.
    pub bits_per_char: Option<f64>,
    /// Whether the training started from another model.
    pub fine_tuned: bool,
    /// The layers that were trained.
    pub layers: Layers,
    /// The plan's seed.
    pub seed: u64,
    /// Version of this crate.
    pub version: String,
}

/// Running totals of a training run, for its card and its checkpoint.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Tally {
    /// Number of tokens trained on.
    pub tokens: u64,
    /// Latest loss on the held-out data, in nats per token.
    pub loss: Option<f64>,
    /// The same in bits per character.
    pub bits_per_char: Option<f64>,
}
