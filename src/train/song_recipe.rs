//! Recipes of character LSTMs that write songs.

use super::CommonRecipe;
use super::common_recipe::{check_positive, f16};
use crate::error::Result;
use crate::io::Precision;
use crate::text::Normalize;
use serde::{Deserialize, Serialize};

/// One run: which model, on which texts, trained how.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SongRecipe {
    /// Name of the model folder.
    pub name: String,
    /// Number format of the weights written.
    #[serde(default = "f16")]
    pub precision: Precision,
    /// Sizes.
    pub model: ModelRecipe,
    /// Texts.
    pub data: DataRecipe,
    /// Optimisation.
    pub train: TrainRecipe,
}

/// The model's sizes; the vocabulary's size comes from the tokenizer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum ModelRecipe {
    /// A [`crate::models::CharLstm`].
    CharLstm {
        /// Length of a character's vector.
        embedding_size: usize,
        /// Units in a layer.
        hidden_size: usize,
        /// Layers in the stack.
        num_layers: usize,
        /// Dropout between layers.
        dropout: f32,
    },
}

/// Texts, as paths relative to the data folder given on the command line.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DataRecipe {
    /// How texts are cleaned.
    pub normalize: Normalize,
    /// Trained on.
    pub train: String,
    /// Held out.
    pub dev: String,
}

/// Optimiser, schedule and batches.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrainRecipe {
    /// Texts side by side in a batch, `B`.
    pub batch_size: usize,
    /// Characters in a window, `T`; the state is carried from window to window.
    pub window: usize,
    /// What all recipes have.
    #[serde(flatten)]
    pub common: CommonRecipe,
}

impl TrainRecipe {
    /// # Errors
    /// `bad-recipe`, naming the value that cannot work.
    pub fn check(&self) -> Result<()> {
        check_positive(&[("batch_size", self.batch_size as f64), ("window", self.window as f64)])?;
        self.common.check()
    }
}
