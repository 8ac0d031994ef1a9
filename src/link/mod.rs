//! Links that can be checked: what the page's address says, and what a link promises of the text it leads to.
//!
//! A link is the page's address with everything behind `#` in the form of a query. `www/state.js` is the table of
//! its settings; [`settings`] is the same table here. On top of them a link may carry
//!
//! - `v=FORMAT.ENGINE`: [`FORMAT`] is that of what follows, [`ENGINE`] grows whenever the same settings give
//!   another text than before. A link without it was made before there were proofs, and opens as ever. It comes first,
//!   so that wherever the end of a link is lost, proofs are missed.
//! - `proof=WEIGHTS.LENGTH.EVERY.HASH.MARKS.MODEL`, once for each text: see [`Proof`].
//! - `z-KEY=…` in place of `KEY=…` where that is shorter: see [`packed`].
//!
//! `www/proof.js`, `www/link.js` and `www/fragment.js` are the twins of this room; `tests/fixtures/links` holds both to the same
//! answers. The page has no use for this code, so it is native only.

mod form;
mod fragment;
pub mod packed;
mod proof;
mod replay;
pub mod settings;

pub use form::song_in_form;
pub use proof::{Comparison, Proof};
pub use replay::{Reason, SONG_ENDS, song, song_beginning, translation, translation_text};
pub use settings::{Link, Settings, View};

/// What a link's `v` says first: how proofs are written.
pub const FORMAT: u32 = 1;
/// What it says second: texts of the same engine are the same texts.
pub const ENGINE: u32 = 3;
