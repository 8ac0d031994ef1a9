//! The models of the lecture. A constructor checks every parameter once; `forward` reads like the paper.

mod char_lstm;
mod config;
mod decoder;
mod seq2seq;
mod seq2seq_decoder;
mod token_tables;
mod transformer;
mod transformer_decoder;
mod translation;

pub use char_lstm::CharLstm;
pub use config::{CharLstmConfig, ModelConfig, Seq2SeqConfig, TransformerConfig};
pub use decoder::Decoder;
pub use seq2seq::Seq2Seq;
pub use seq2seq_decoder::Seq2SeqDecoder;
pub use token_tables::TokenTables;
pub use transformer::Transformer;
pub use transformer_decoder::TransformerDecoder;
pub use translation::TranslationModel;
