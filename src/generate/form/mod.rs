//! Songs with a form: rhyme scheme, stanzas, syllable counts, and a title that the song keeps to.
//!
//! A song is written line by line. For each line many candidates are sampled side by side (`draw.rs`); where
//! a rhyme is required, some lines are also steered towards one (`endings.rs`). The score of a candidate
//! (`score.rs`) is the sum of how well it rhymes, how likely the model finds it, and how much likelier the
//! title and the lines so far make it, that is, its pointwise mutual information with them (Li et al. 2016),
//! minus penalties for bad verse. All candidates are rows of one decoder (`walk.rs`), so each weight of the
//! model is read once for all of them.
//!
//! The search depends on no particular model, only on `LanguageModel` and `Decoder`.

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
