//! Training: recipes, batches, the optimiser, and the loop that the command line and the page share.

mod batch;
mod bleu;
mod checkpoint;
mod chrf;
mod descent;
mod metrics;
mod optimizer;
mod order;
mod pair_trainer;
mod pairs;
mod recipe;
mod schedule;
mod trainer;
mod translation_recipe;

pub use batch::{StreamBatches, StreamPosition, Window};
pub use bleu::{BLEU_SIGNATURE, Bleu, bleu};
pub use chrf::{CHRF_SIGNATURE, chrf};
pub use descent::Metrics;
pub use metrics::{bits, mean_loss};
pub use optimizer::{AdamW, AdamWConfig, clip_grad_norm};
pub use pair_trainer::{PairTrainer, pair_loss};
pub use pairs::{PairBatch, PairBatches, PairPosition, TokenPair, encode_pairs};
pub use recipe::{DataRecipe, ModelRecipe, Recipe, SongRecipe, TrainRecipe};
pub use schedule::Schedule;
pub use trainer::Trainer;
pub use translation_recipe::{
    PairDataRecipe, PairFile, PairTrainRecipe, TokenizerRecipe, TranslationRecipe, TranslatorRecipe,
};
