//! The models of the lecture. A constructor checks every parameter once; `forward` reads like the paper.

mod char_lstm;
mod config;

pub use char_lstm::CharLstm;
pub use config::{CharLstmConfig, ModelConfig};
