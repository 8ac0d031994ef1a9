//! Pictures and points, made up and measured: pure functions, the same bits on every machine.
//!
//! Icons of 32 x 32 pixels come with the [`Scene`] they show and with its caption in German and English, so that
//! whether a model has seen or drawn the right thing can be counted. Paintings and scenes of any size are there for style
//! transfer.

mod caption;
mod icon;
mod painting;
mod photo;
mod picture;
pub mod points;
mod scene;
mod shape;

pub use caption::{caption, words};
pub use icon::{ICON_SIZE, Icon};
pub use painting::{Motif, Painting};
pub use picture::Picture;
pub use points::{Cloud, Nearness, nearness};
pub use scene::{Background, Colour, Object, Place, Scene, Size, Thing};
