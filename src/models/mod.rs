//! The models of the lecture. A constructor checks every parameter once; `forward` reads like the paper.

mod char_lstm;
mod config;
mod decoder;
mod gpt;
mod gpt_config;
mod gpt_state;
mod gpt_weights;
mod language;
mod reading_config;
mod recording;
mod seq2seq;
mod seq2seq_state;
mod tagger;
mod text_classifier;
mod token_tables;
mod transformer;
mod transformer_state;
mod translation;

pub use char_lstm::CharLstm;
pub use config::{CharLstmConfig, ModelConfig, Seq2SeqConfig, TransformerConfig};
pub use decoder::{Decoder, ModelDecoder, State, Stepping};
pub use gpt::Gpt;
pub use gpt_config::GptConfig;
pub use gpt_state::{GptDecoder, GptState};
pub use gpt_weights::{cut_vocabulary, fit_vocabulary, is_stored_mask, stored_layout};
pub use language::{LanguageModel, TextState};
pub use reading_config::{Pooling, TaggerConfig, TextClassifierConfig};
pub use recording::{FrameShape, Recording};
pub use seq2seq::Seq2Seq;
pub use seq2seq_state::{Seq2SeqDecoder, Seq2SeqState};
pub use tagger::{Tagger, WordForm};
pub use text_classifier::TextClassifier;
pub use token_tables::TokenTables;
pub use transformer::Transformer;
pub use transformer_state::{TransformerDecoder, TransformerState};
pub use translation::{Inside, TranslationModel};
