//! Training: recipes, batches, the optimiser, and the loop that the command line and the page share.

mod batch;
mod checkpoint;
mod metrics;
mod optimizer;
mod recipe;
mod schedule;
mod trainer;

pub use batch::{StreamBatches, StreamPosition, Window};
pub use metrics::{bits, mean_loss};
pub use optimizer::{AdamW, AdamWConfig, clip_grad_norm};
pub use recipe::{DataRecipe, ModelRecipe, Recipe, TrainRecipe};
pub use schedule::Schedule;
pub use trainer::{Metrics, Trainer};
