//! All native integration tests in one binary, so that they are linked once and run in parallel.
#![cfg(not(target_arch = "wasm32"))]

mod bpe;
mod command;
mod command_labels;
mod command_masked;
mod command_memorized;
mod command_text;
mod command_train;
mod describer;
mod draw;
mod form;
mod formats;
mod formats_refused;
mod formats_tokenizers;
mod generate;
mod generate_gpt;
mod golden;
mod golden_diffusion;
mod golden_gpt;
mod golden_labels;
mod golden_masked;
mod golden_pictures;
mod golden_preference;
mod golden_sampling;
mod golden_translation;
mod gpt;
mod gpt_files;
mod gradients;
mod hostile;
mod inside;
mod io;
mod keras;
mod links;
mod marian;
mod memorized;
mod metrics;
mod portable;
mod prefer;
mod process;
mod reading;
mod recipes;
mod rhyme;
mod sampling;
mod sentence_piece;
mod sentences;
mod shaders;
mod shipped;
mod steps;
mod text;
mod tidy;
mod tidy_page;
mod training;
mod training_gpt;
mod training_pairs;
mod translate;
mod translator;
mod workshop;

/// Constants that the browser must compute, too.
#[path = "../wasm/expected.rs"]
mod expected;
