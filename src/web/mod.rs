//! The JavaScript interface: sessions rather than tensors. Only strings, numbers, byte arrays and small plain
//! objects are passed; nothing is computed here.

#[cfg(all(feature = "gpu", feature = "train"))]
mod bench;
#[cfg(feature = "train")]
mod describer;
#[cfg(feature = "train")]
mod draw;
mod error;
mod form;
#[cfg(feature = "train")]
mod gan;
mod generator;
#[cfg(feature = "gpu")]
mod gpu;
mod inside;
#[cfg(feature = "train")]
mod model_file;
mod object;
#[cfg(feature = "train")]
mod prefer;
#[cfg(feature = "train")]
mod preparation;
#[cfg(feature = "train")]
mod reader;
#[cfg(feature = "train")]
mod reading;
mod song_index;
#[cfg(feature = "train")]
mod style;
#[cfg(feature = "train")]
mod trainer;
mod translator;

#[cfg(all(feature = "gpu", feature = "train"))]
pub use bench::Bench;
#[cfg(feature = "train")]
pub use describer::{Describer, draw_icon};
#[cfg(feature = "train")]
pub use draw::{Drawing, TextToImage};
pub use form::{FormWriter, Lexicon};
#[cfg(feature = "train")]
pub use gan::Gan;
pub use generator::Generator;
#[cfg(feature = "gpu")]
pub use gpu::Gpu;
#[cfg(feature = "train")]
pub use model_file::{open_model, read_model_file, refuse_early, sort_files};
#[cfg(feature = "train")]
pub use prefer::{Preference, most_comparisons, tuning_plan};
#[cfg(feature = "train")]
pub use preparation::prepare_text;
#[cfg(feature = "train")]
pub use reader::Reader;
#[cfg(feature = "train")]
pub use reading::read_text;
pub use song_index::SongIndex;
#[cfg(feature = "train")]
pub use style::{StyleTransfer, draw_picture};
#[cfg(feature = "train")]
pub use trainer::{Trainer, TrainingSample, draft_plan, inspect_text, spread_plan};
pub use translator::Translator;

use wasm_bindgen::prelude::wasm_bindgen;

/// Runs once when the module is instantiated, so that a panic shows its message on the console instead of a
/// bare `unreachable`.
#[wasm_bindgen(start)]
pub fn start() {
    console_error_panic_hook::set_once();
}

/// Version of the crate.
#[wasm_bindgen]
pub fn version() -> String {
    env!("CARGO_PKG_VERSION").to_owned()
}
