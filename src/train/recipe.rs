//! Recipes: plans with the names of the files to learn from, in TOML that the PyTorch twin reads too.

use super::Plan;
use crate::io::Precision;

/// Everything that makes a training run.
#[derive(Clone, Debug, PartialEq)]
pub struct Recipe {
    /// What is done; nothing is held out of the files that are trained on.
    pub plan: Plan,
    /// Number format of the weights written.
    pub precision: Precision,
    /// Trained on, in this order, as paths relative to the data folder.
    pub train: Vec<TrainFile>,
    /// Held out.
    pub dev: Vec<String>,
    /// Steps between checkpoints.
    pub checkpoint_every: u64,
}

/// A file to learn from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrainFile {
    /// Where it is.
    pub path: String,
    /// Put before each of its sources, so that a model can tell synthetic pairs from real ones.
    pub tag: Option<String>,
    /// How many times an epoch each of its songs or pairs is taken.
    pub repeat: usize,
}
