//! Decoding with randomly initialised models, in the sizes and the number format of the shipped ones.

use crate::error::Result;
use crate::io::{Precision, Weights, to_safetensors};
use crate::models::{CharLstm, Gpt, LanguageModel, ModelConfig, TextState, TranslationModel};
use crate::nn::Module;
use crate::rng::Rng;
use crate::tensor::Device;

pub const CHAR_LSTM: &str =
    r#"{"model_type":"char_lstm","vocab_size":76,"embedding_size":64,"hidden_size":256,"num_layers":4}"#;
pub const GPT: &str = r#"{"model_type":"gpt2","vocab_size":4096,"n_positions":256,"n_embd":256,"n_layer":4,"n_head":8,
    "resid_pdrop":0.1,"embd_pdrop":0.1,"attn_pdrop":0.1}"#;
pub const TRANSFORMER: &str = r#"{"model_type":"transformer","src_vocab_size":8000,"tgt_vocab_size":8000,"d_model":256,
    "nhead":8,"num_encoder_layers":4,"num_decoder_layers":3,"dim_feedforward":1024,"norm_first":true,
    "tie_embeddings":true,"dropout":0.1}"#;
pub const SEQ2SEQ: &str = r#"{"model_type":"seq2seq","src_vocab_size":8000,"tgt_vocab_size":8000,"embedding_size":256,
    "hidden_size":384,"attention_size":256,"num_layers":1,"bidirectional":true,"tie_embeddings":true,"dropout":0.2}"#;

/// The text restarts after this many tokens, before a GPT's window is full.
const TEXT: usize = 128;
/// Number of tokens in a sentence, read and written.
const SENTENCE: usize = 16;

pub enum Decoding {
    /// One run is one token.
    Text { model: Box<LanguageModel>, state: TextState, read: usize, id: u32, logits: Vec<f32> },
    /// One run is one sentence.
    Sentence(Box<TranslationModel>),
}

impl Decoding {
    pub fn new(model: &str, device: &Device) -> Result<Self> {
        let rng = &mut Rng::new(1);
        if let "transformer" | "seq2seq" = model {
            let config = ModelConfig::from_json(if model == "seq2seq" { SEQ2SEQ } else { TRANSFORMER })?;
            let parameters = TranslationModel::init(config.clone(), rng)?.parameters();
            let bytes = to_safetensors(&parameters, Precision::Int8)?;
            let mut model = TranslationModel::from_weights(config, &mut Weights::from_safetensors(&bytes)?)?;
            model.to(device);
            return Ok(Self::Sentence(Box::new(model)));
        }
        let config = ModelConfig::from_json(if model == "gpt" { GPT } else { CHAR_LSTM })?;
        let parameters = match config.clone() {
            ModelConfig::Gpt2(config) => Gpt::init(config, rng)?.parameters(),
            ModelConfig::CharLstm(config) => CharLstm::init(config, rng)?.parameters(),
            _ => unreachable!("one of the two above"),
        };
        let bytes = to_safetensors(&parameters, Precision::Int8)?;
        let mut model = LanguageModel::from_weights(config, &mut Weights::from_safetensors(&bytes)?)?;
        model.to(device);
        Ok(Self::Text { state: model.begin(), model: Box::new(model), read: 0, id: 0, logits: Vec::new() })
    }

    /// Decodes greedily and returns the number of tokens written.
    pub async fn run(&mut self, times: usize) -> Result<usize> {
        match self {
            Self::Text { model, state, read, id, logits } => {
                for _ in 0..times {
                    if *read == TEXT {
                        (*state, *read) = (model.begin(), 0);
                    }
                    model.feed(state, &[*id], logits).await?;
                    (*id, *read) = (likeliest(logits), *read + 1);
                }
                Ok(times)
            }
            Self::Sentence(model) => {
                let source: Vec<u32> = (0..SENTENCE as u32).map(|i| 3 + 400 * i).collect();
                for _ in 0..times {
                    let mut decoder = model.decoder(&[&source], true);
                    let (mut id, mut logits) = (1, Vec::new());
                    for _ in 0..SENTENCE {
                        decoder.step(&[id], &mut logits).await?;
                        id = likeliest(&logits);
                    }
                }
                Ok(times * SENTENCE)
            }
        }
    }
}

fn likeliest(logits: &[f32]) -> u32 {
    let best = logits.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1));
    best.map_or(0, |(id, _)| id as u32)
}
