//! Reading and writing models: safetensors in memory, the page's list of models, atomic file writing.

#[cfg(not(target_arch = "wasm32"))]
mod file;
pub mod formats;
mod header;
pub mod manifest;
mod model_file;
mod weights;

#[cfg(not(target_arch = "wasm32"))]
pub use file::{sha256, sha256_bytes, write_atomically};
pub use model_file::ModelFile;
pub use weights::{Precision, Weights, to_safetensors};
