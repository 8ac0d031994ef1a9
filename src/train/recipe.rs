//! Recipes: plans with the names of their training files, in TOML that the PyTorch twin reads, too.

use super::Plan;
use crate::io::Precision;

/// Everything that defines a training run.
#[derive(Clone, Debug, PartialEq)]
pub struct Recipe {
    /// The plan; nothing is held out of the training files.
    pub plan: Plan,
    /// Number format of the saved weights.
    pub precision: Precision,
    /// Training files, in this order, as paths relative to the data folder.
    pub train: Vec<TrainFile>,
    /// Validation files.
    pub dev: Vec<String>,
    /// Number of steps between checkpoints.
    pub checkpoint_every: u64,
}

/// A training file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrainFile {
    /// Path of the file.
    pub path: String,
    /// Prefix for each of its sources, so that a model can tell synthetic pairs from real ones.
    pub tag: Option<String>,
    /// Number of times each of its songs or pairs is used per epoch.
    pub repeat: usize,
}
