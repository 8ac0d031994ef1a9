//! The models. A constructor checks every parameter once, so that `forward` can read like the paper.

mod bert_config;
mod captioner;
mod char_lstm;
mod config;
mod decoder;
mod gpt;
mod gpt_config;
mod gpt_state;
mod gpt_weights;
mod language;
mod latent_diffusion;
mod masked_lm;
mod reading_config;
mod recording;
mod reward_model;
mod seq2seq;
mod seq2seq_state;
mod tagger;
mod text_classifier;
mod token_tables;
mod transformer;
mod transformer_state;
mod translation;

pub use bert_config::BertConfig;
pub use captioner::{Captioner, CaptionerConfig, PICTURE_SIZE, PLACES};
pub use char_lstm::CharLstm;
pub use config::{CharLstmConfig, ModelConfig, Seq2SeqConfig, TransformerConfig};
pub use decoder::{Decoder, ModelDecoder, State, Stepping};
pub use gpt::Gpt;
pub use gpt_config::{GptActivation, GptConfig};
pub use gpt_state::{GptDecoder, GptState};
pub use gpt_weights::{cut_vocabulary, fit_vocabulary, is_stored_mask, stored_layout};
pub use language::{LanguageModel, TextState};
pub use latent_diffusion::{
    DIFFUSION_STEPS, LATENT_CHANNELS, LATENT_SIZE, LONGEST_CAPTION, LatentDiffusion, LatentDiffusionConfig,
    Noise, PictureDecoder, PictureEncoder, TextEncoder, TextMemory, UNet,
};
pub use masked_lm::MaskedLm;
pub use reading_config::{Pooling, TaggerConfig, TextClassifierConfig};
pub use recording::{FrameShape, Recording};
pub use reward_model::RewardModel;
pub use seq2seq::Seq2Seq;
pub use seq2seq_state::{Seq2SeqDecoder, Seq2SeqState};
pub use tagger::{Tagger, WordForm};
pub use text_classifier::TextClassifier;
pub use token_tables::TokenTables;
pub use transformer::Transformer;
pub use transformer_state::{TransformerDecoder, TransformerState};
pub use translation::{Inside, TranslationModel};
