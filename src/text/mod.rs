//! Text: cleaning it, cutting song files into songs, and numbering its characters.
//!
//! Pure functions on strings; nothing here knows a tensor or a model.

mod chars;
mod fold;
mod normalize;

pub use chars::CharTokenizer;
pub use fold::fold;
pub use normalize::{Normalize, Normalized};
