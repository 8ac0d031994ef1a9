//! Training: recipes, batches, the optimiser, and the loop that the command line and the page share.

mod average;
mod batch;
mod bleu;
mod checkpoint;
mod chrf;
mod common_recipe;
mod descent;
mod gpt_recipe;
mod gpt_trainer;
mod layers;
mod metrics;
mod optimizer;
mod order;
mod pair_trainer;
mod pairs;
mod recipe;
mod schedule;
mod song_recipe;
mod trainer;
mod translation_recipe;
mod windows;

pub use batch::{StreamBatches, StreamPosition, Window};
pub use bleu::{BLEU_SIGNATURE, Bleu, bleu};
pub use chrf::{CHRF_SIGNATURE, chrf};
pub use common_recipe::CommonRecipe;
pub use descent::Metrics;
pub use gpt_recipe::{GptModelRecipe, GptRecipe, GptTrainRecipe, SongDataRecipe, SongTokenizerRecipe};
pub use gpt_trainer::GptTrainer;
pub use layers::Layers;
pub use metrics::{bits, mean_loss};
pub use optimizer::{AdamW, AdamWConfig, clip_factor, loss_and_norm};
pub use pair_trainer::{PairTrainer, pair_loss};
pub use pairs::{PairBatch, PairBatches, PairPosition, TokenPair, encode_pairs};
pub(crate) use pairs::{by_length, cut_batches};
pub use recipe::Recipe;
pub use schedule::Schedule;
pub use song_recipe::{DataRecipe, ModelRecipe, SongRecipe, TrainRecipe};
pub use trainer::Trainer;
pub use translation_recipe::{
    PairDataRecipe, PairFile, PairTrainRecipe, TokenizerRecipe, TranslationRecipe, TranslatorRecipe,
};
pub use windows::{SongWindows, TokenSong, WindowBatch};
