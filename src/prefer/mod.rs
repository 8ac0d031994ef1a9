//! Learning from human preferences (Ouyang et al. 2022): stanzas to compare, choices, a reward model, and
//! tuning of the language model. Shared by the page's Train > Learn from people and `liedwerk prefer`.

mod beginnings;
mod choices;
mod draw;
mod judge;
mod measure;
mod pairs;
mod reward;
mod session;
mod showing;
mod tuning;

pub use beginnings::{Beginning, beginnings};
pub use choices::{Better, Choice, Choices, Learnable, MIN_CHOICES, Pair};
pub use draw::{MAX_STANZA_TOKENS, Stanza, Writer};
pub use judge::{Judge, Knowledge, rhymed_pairs};
pub use measure::{Comparison, Measurement};
pub use pairs::PairDrawing;
pub use reward::{RewardFit, RewardPlan, Verdict, beats_chance, rewards, verdict};
pub use session::{MAX_PARAMETERS, Session};
pub use showing::{MIN_STANZAS, ShowPlan, Showing};
pub use tuning::{Method, Progress, Tuning, TuningPlan};
