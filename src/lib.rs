//! **liedwerk**: language models that write songs and translate, on the visitor's own machine.
//!
//! One crate holds the tensor core, recurrent and attention models, tokenizers, decoding and training.
//! Compiled to WebAssembly it is the engine of a static page; natively it is the `liedwerk` command. Start
//! with `src/ARCHITECTURE.md` for an overview and `examples/` for working code.

// Without the `gpu` feature, `Gpu` is uninhabited, so the compiler reports all code behind it as unreachable.
#![cfg_attr(not(feature = "gpu"), allow(dead_code, unreachable_code, unused_mut, unused_variables))]

#[doc(hidden)]
pub mod bench;
pub mod cpu;
pub mod draw;
pub mod error;
pub mod generate;
#[doc(hidden)]
pub mod gpu;
pub mod io;
pub mod judge;
#[cfg(not(target_arch = "wasm32"))]
pub mod link;
pub mod models;
pub mod nn;
pub mod ops;
pub mod pictures;
pub mod prefer;
pub mod read;
pub mod rng;
#[doc(hidden)]
pub mod self_test;
pub mod shape;
pub mod style;
pub mod tensor;
pub mod text;
pub mod train;
#[cfg(target_arch = "wasm32")]
pub mod web;
#[doc(hidden)]
pub mod wgsl;
pub mod workshop;

mod hash;
mod now;
mod order;

pub use error::{Error, ErrorCode, Result};
pub use tensor::Tensor;

/// Compiles and runs the examples in `docs/library.md` as doctests.
#[cfg(doctest)]
#[doc = include_str!("../docs/library.md")]
struct Library;
