//! Pictures and points, made up and measured: pure functions, the same bits on every machine.
//!
//! Icons of 32 x 32 pixels come with the [`Scene`] they show and with its caption in German and English, so that
//! whether a model has seen or drawn the right thing can be counted.

mod caption;
mod icon;
mod photo;
pub mod points;
mod scene;
mod shape;

pub use caption::{caption, words};
pub use icon::{ICON_SIZE, Icon};
pub use points::{Cloud, Nearness, nearness};
pub use scene::{Background, Colour, Object, Place, Scene, Size, Thing};
