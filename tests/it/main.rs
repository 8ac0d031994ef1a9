//! The native integration tests, as one binary: one link, and they run side by side.
#![cfg(not(target_arch = "wasm32"))]

mod generate;
mod golden;
mod gradients;
mod hostile;
mod io;
mod portable;
mod shipped;
mod text;
mod tidy;
mod training;

/// What the browser must compute too.
#[path = "../wasm/expected.rs"]
mod expected;
