//! The models of the lecture. A constructor checks every parameter once; `forward` reads like the paper.

mod char_lstm;
mod char_lstm_rows;
mod config;
mod decoder;
mod gpt;
mod gpt_config;
mod gpt_decoder;
mod gpt_rows;
mod gpt_weights;
mod language;
mod recording;
mod rows;
mod seq2seq;
mod seq2seq_decoder;
mod seq2seq_rows;
mod token_tables;
mod transformer;
mod transformer_decoder;
mod transformer_rows;
mod translation;

pub use char_lstm::CharLstm;
pub use config::{CharLstmConfig, ModelConfig, Seq2SeqConfig, TransformerConfig};
pub use decoder::{Decoder, Stepping};
pub use gpt::Gpt;
pub use gpt_config::GptConfig;
pub use gpt_decoder::{GptDecoder, GptText};
pub use gpt_weights::{is_stored_mask, stored_layout};
pub use language::{LanguageModel, TextState};
pub use recording::{FrameShape, Recording};
pub use seq2seq::Seq2Seq;
pub use seq2seq_decoder::Seq2SeqDecoder;
pub use token_tables::TokenTables;
pub use transformer::Transformer;
pub use transformer_decoder::TransformerDecoder;
pub use translation::{Inside, TranslationModel};
