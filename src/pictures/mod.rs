//! Generated pictures and points, and measures for them: pure functions with the same bits on every machine.
//!
//! Icons of 32 x 32 pixels come with the [`Scene`] they show and its caption in German and English, so that
//! one can count whether a model has recognised or drawn the right thing. Paintings and motifs of any size
//! are for style transfer.

mod caption;
mod icon;
mod lexicon;
mod likeness;
mod painting;
mod photo;
mod picture;
pub mod points;
mod prompt;
mod prompt_reader;
mod scene;
mod shape;

pub use caption::{caption, words};
pub use icon::{ICON_SIZE, Icon};
pub use likeness::Likeness;
pub use painting::{Motif, Painting};
pub use picture::Picture;
pub use points::{Cloud, Nearness, nearness};
pub use prompt::{MAX_PROMPT_CHARACTERS, Prompt, known_words};
pub use scene::{Background, Colour, Object, Place, Scene, Size, Thing};
