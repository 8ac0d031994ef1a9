//! Decoding: from a model's logits to text, token by token.

mod generator;
pub mod sampler;

pub use generator::{Generator, MAX_NEW_TOKENS, MAX_PROMPT_CHARACTERS, Note, Options, Started, Token};
pub use sampler::Sampling;
