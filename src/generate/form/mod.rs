//! Songs with a form: rhyme scheme, stanzas, syllables, a title that the song stays with.
//!
//! A song is written line by line. For each line many candidates are drawn side by side (`draw.rs`); where a rhyme
//! is asked for, lines are also led to one (`endings.rs`). What is best (`score.rs`) is a sum of how well the line
//! rhymes, how likely the model finds it, and how much more likely the title makes it, that is its pointwise mutual
//! information with the title (Li et al. 2016), less prices for what verse should not do. All candidates are rows of
//! one decoder (`walk.rs`), so each weight of the model is read once for all of them.
//!
//! The search knows no model, only `LanguageModel` and `Decoder`.

mod draw;
mod endings;
mod gain;
mod header;
mod plan;
mod reader;
mod score;
mod vocabulary;
mod walk;
mod writer;

pub use gain::title_gains;
pub use header::Header;
pub use plan::{Form, MAX_CANDIDATE_LINES, MAX_LINES, MAX_STANZAS};
pub use score::{Scores, Weights};
pub use writer::{CandidateLine, FormWriter, Line};
