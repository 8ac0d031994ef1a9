//! Training: plans and recipes (what to do), examples (the data), objectives (the losses), and a trainer for
//! any model, used by the command line and the page.

mod bleu;
mod checkpoint;
mod chrf;
mod descent;
mod examples;
mod gan;
mod kind;
mod labels;
mod layers;
mod learner;
mod masking;
mod metrics;
mod model;
mod muon;
mod objective;
mod optimizer;
mod order;
mod paired;
mod pairs;
mod plan;
mod preference;
mod recipe;
#[cfg(not(target_arch = "wasm32"))]
mod recipe_file;
mod schedule;
mod shares;
mod sizes;
mod streams;
mod trainer;
mod validation;
mod windows;

pub use bleu::{BLEU_SIGNATURE, Bleu, bleu};
pub use checkpoint::{CHECKPOINT_VERSION, join_checkpoint, split_checkpoint};
pub use chrf::{CHRF_SIGNATURE, chrf};
pub use descent::Metrics;
pub use examples::{Batch, Examples, TextBatch, UNSCORED};
pub use gan::{GanSettings, GanTrainer};
pub use kind::{Kind, Lessons};
pub use labels::LabelBatch;
pub use layers::Layers;
pub use learner::{Learner, Waiting};
pub use masking::{MaskedBatch, MaskedTexts, Masks, masked_once};
pub use metrics::bits;
pub use model::Model;
pub use objective::{Classifying, Foretelling, NextCharacter, NextToken, Objective, Tagging, Translating};
pub use optimizer::{AdamW, AdamWConfig, clip_factor, loss_and_norm};
pub use paired::{Latest, Paired, Preferred, Written};
pub use pairs::{OfPairs, PairBatch, PairBatches, TokenPair, batches_by_length, encode_pairs};
pub use plan::{Optimizer, Plan, PlannedData, PlannedTokenizer, PlannedTraining};
pub use preference::{
    Continuation, DrawnTexts, Imitating, PairedTexts, Preferring, Reinforcing, Rewarding, WrittenTexts,
    bradley_terry, leave_one_out, padded, policy_gradient, sequence_log_probs,
};
pub use recipe::{Recipe, TrainFile};
pub use schedule::Schedule;
pub use shares::share_rows;
pub use sizes::Sizes;
pub use streams::{Streams, side_by_side};
pub use trainer::Trainer;
pub use validation::{Measured, Validation};
pub use windows::{SongWindows, TokenSong, sliding_windows};
