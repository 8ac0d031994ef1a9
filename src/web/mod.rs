//! What JavaScript sees: sessions, not tensors. Strings, numbers, byte arrays and small plain
//! objects cross; nothing here computes.

#[cfg(feature = "train")]
mod bench;
mod error;
mod generator;
#[cfg(feature = "gpu")]
mod gpu;
mod object;
#[cfg(feature = "train")]
mod preparation;
mod song_index;
mod translator;

#[cfg(feature = "train")]
pub use bench::{BenchDecode, BenchMatmul, BenchTraining, BenchTranslation};
pub use generator::Generator;
#[cfg(feature = "gpu")]
pub use gpu::Gpu;
#[cfg(feature = "train")]
pub use preparation::prepare_text;
pub use song_index::SongIndex;
pub use translator::Translator;

use wasm_bindgen::prelude::wasm_bindgen;

/// Runs once when the module is instantiated: a panic then shows its message on the console instead
/// of a bare `unreachable`.
#[wasm_bindgen(start)]
pub fn start() {
    console_error_panic_hook::set_once();
}

/// The version of the crate.
#[wasm_bindgen]
pub fn version() -> String {
    env!("CARGO_PKG_VERSION").to_owned()
}
