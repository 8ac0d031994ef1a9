//! Links that can be verified: the settings in the page's address, and proofs of the texts they produce.
//!
//! A link is the page's address with a query-like string after `#`. Its settings are defined in
//! `www/state.js`; [`settings`] is the same table here. In addition, a link may contain
//!
//! - `v=FORMAT.ENGINE`: [`FORMAT`] is the version of the format below; [`ENGINE`] is incremented whenever the
//!   same settings give a different text. A link without it was made before there were proofs, and still
//!   opens. It comes first, so that proofs are noticed to be missing if the end of a link is lost.
//! - `proof=WEIGHTS.LENGTH.EVERY.HASH.MARKS.MODEL`, once for each text: see [`Proof`].
//! - `z-KEY=…` instead of `KEY=…` where that is shorter: see [`packed`].
//!
//! `www/proof.js`, `www/link.js` and `www/fragment.js` are the twins of this module; `tests/fixtures/links`
//! checks that both give the same results. The page does not use this code, so it is native only.

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

/// The first number in a link's `v`: the format of proofs.
pub const FORMAT: u32 = 1;
/// The second number: the same engine always gives the same texts.
pub const ENGINE: u32 = 4;
