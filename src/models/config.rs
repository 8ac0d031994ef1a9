//! `config.json`: the architecture and sizes of a model.

use super::{BertConfig, GptConfig, TaggerConfig, TextClassifierConfig};
use crate::error::{Error, ErrorCode, Result};
use crate::nn::{Activation, PositionLayout};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// The content of `config.json`; `model_type` selects the variant.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "model_type", rename_all = "snake_case")]
pub enum ModelConfig {
    /// A character LSTM.
    CharLstm(CharLstmConfig),
    /// A Transformer for translation.
    Transformer(TransformerConfig),
    /// A GRU encoder and decoder with additive attention for translation.
    Seq2seq(Seq2SeqConfig),
    /// A Transformer that continues a text, under Hugging Face's name.
    Gpt2(GptConfig),
    /// A bidirectional LSTM that assigns one label to a text.
    TextClassifier(TextClassifierConfig),
    /// A bidirectional LSTM that assigns a label to every word.
    Tagger(TaggerConfig),
    /// A Transformer encoder that predicts masked tokens, under Hugging Face's name.
    Bert(BertConfig),
}

/// Sizes of a [`super::CharLstm`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CharLstmConfig {
    /// `V`: number of different characters.
    pub vocab_size: usize,
    /// `E`: size of a character embedding.
    pub embedding_size: usize,
    /// `H`: units per layer.
    pub hidden_size: usize,
    /// Number of layers.
    pub num_layers: usize,
    /// Dropout probability between layers, in training.
    #[serde(default)]
    pub dropout: f32,
}

/// Sizes of a [`super::Transformer`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TransformerConfig {
    /// Number of different source tokens.
    pub src_vocab_size: usize,
    /// `V`: number of different target tokens.
    pub tgt_vocab_size: usize,
    /// `C`: width of the hidden states.
    pub d_model: usize,
    /// Number of heads of every attention; divides `d_model`.
    pub nhead: usize,
    /// Number of encoder layers.
    pub num_encoder_layers: usize,
    /// Number of decoder layers.
    pub num_decoder_layers: usize,
    /// Hidden units of each layer's feed-forward block.
    pub dim_feedforward: usize,
    /// Dropout probability, in training.
    #[serde(default)]
    pub dropout: f32,
    /// Normalise before each block of a layer instead of after it.
    pub norm_first: bool,
    /// Share one table between source tokens, target tokens and the output layer.
    pub tie_embeddings: bool,
    /// Activation of each layer's feed-forward block.
    #[serde(default, skip_serializing_if = "is_default")]
    pub activation: Activation,
    /// Order of the columns of the position encoding.
    #[serde(default, skip_serializing_if = "is_default")]
    pub positions: PositionLayout,
    /// Multiply the embeddings by `√C` before the positions are added.
    #[serde(default = "yes", skip_serializing_if = "is_yes")]
    pub scale_embedding: bool,
    /// Normalise once more after the last layer of the encoder and of the decoder.
    #[serde(default = "yes", skip_serializing_if = "is_yes")]
    pub final_norm: bool,
    /// Add a bias to the logits.
    #[serde(default, skip_serializing_if = "is_default")]
    pub head_bias: bool,
}

fn yes() -> bool {
    true
}

fn is_yes(value: &bool) -> bool {
    *value
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// Sizes of a [`super::Seq2Seq`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Seq2SeqConfig {
    /// Number of different source tokens.
    pub src_vocab_size: usize,
    /// `V`: number of different target tokens.
    pub tgt_vocab_size: usize,
    /// `E`: size of a token embedding.
    pub embedding_size: usize,
    /// `H`: units per layer and direction.
    pub hidden_size: usize,
    /// `A`: hidden units of the attention.
    pub attention_size: usize,
    /// Number of layers of the encoder and of the decoder.
    pub num_layers: usize,
    /// Whether the encoder is bidirectional.
    pub bidirectional: bool,
    /// Dropout probability, in training.
    #[serde(default)]
    pub dropout: f32,
    /// Share one table between source tokens, target tokens and the output layer.
    pub tie_embeddings: bool,
}

/// Larger sizes are rejected as a damaged or hostile file before anything is allocated.
pub(super) const MAX_VOCAB: usize = 1 << 20;
pub(super) const MAX_WIDTH: usize = 1 << 14;
pub(super) const MAX_LAYERS: usize = 64;

impl ModelConfig {
    /// Parses and checks `config.json`.
    ///
    /// # Errors
    /// `bad-config` if it is not JSON, its `model_type` is unknown, or a size is out of range.
    pub fn from_json(json: &str) -> Result<Self> {
        let json = json.strip_prefix('\u{feff}').unwrap_or(json);
        let unreadable = |error: serde_json::Error| bad(error.to_string());
        let mut fields: Map<String, Value> = serde_json::from_str(json).map_err(unreadable)?;
        let model_type = fields.remove("model_type").unwrap_or_default();
        if model_type == "bert" {
            let config = BertConfig::from_fields(&fields)?;
            config.check()?;
            return Ok(Self::Bert(config));
        }
        // Written by hand, because serde's code for a tagged enum would add 8 KB to the download.
        let fields = Value::Object(fields);
        let config = match model_type.as_str() {
            Some("char_lstm") => serde_json::from_value(fields).map(Self::CharLstm),
            Some("transformer") => serde_json::from_value(fields).map(Self::Transformer),
            Some("seq2seq") => serde_json::from_value(fields).map(Self::Seq2seq),
            Some("gpt2") => serde_json::from_value(fields).map(Self::Gpt2),
            Some("text_classifier") => serde_json::from_value(fields).map(Self::TextClassifier),
            Some("tagger") => serde_json::from_value(fields).map(Self::Tagger),
            _ => return Err(bad(format!("model_type is {model_type}, which is none of the models"))),
        };
        let config = config.map_err(unreadable)?;
        match &config {
            Self::CharLstm(config) => config.check()?,
            Self::Transformer(config) => config.check()?,
            Self::Seq2seq(config) => config.check()?,
            Self::Gpt2(config) => config.check()?,
            Self::TextClassifier(config) => config.check()?,
            Self::Tagger(config) => config.check()?,
            Self::Bert(_) => unreachable!("checked above"),
        }
        Ok(config)
    }
}

impl CharLstmConfig {
    /// Checks that the sizes are consistent.
    ///
    /// # Errors
    /// `bad-config` if a size is zero or implausibly large, or the dropout probability is out of range.
    pub fn check(&self) -> Result<()> {
        check_sizes(&[
            ("vocab_size", self.vocab_size, MAX_VOCAB),
            ("embedding_size", self.embedding_size, MAX_WIDTH),
            ("hidden_size", self.hidden_size, MAX_WIDTH),
            ("num_layers", self.num_layers, MAX_LAYERS),
        ])?;
        check_dropout("dropout", self.dropout)
    }
}

impl TransformerConfig {
    /// Checks that the sizes are consistent.
    ///
    /// # Errors
    /// `bad-config` if a size is zero or implausibly large, if `nhead` does not divide `d_model`, if tied
    /// vocabularies differ in size, or the dropout probability is out of range.
    pub fn check(&self) -> Result<()> {
        check_sizes(&[
            ("src_vocab_size", self.src_vocab_size, MAX_VOCAB),
            ("tgt_vocab_size", self.tgt_vocab_size, MAX_VOCAB),
            ("d_model", self.d_model, MAX_WIDTH),
            ("nhead", self.nhead, self.d_model),
            ("num_encoder_layers", self.num_encoder_layers, MAX_LAYERS),
            ("num_decoder_layers", self.num_decoder_layers, MAX_LAYERS),
            ("dim_feedforward", self.dim_feedforward, MAX_WIDTH),
        ])?;
        check_heads(("nhead", self.nhead), ("d_model", self.d_model))?;
        check_tied(self.tie_embeddings, self.src_vocab_size, self.tgt_vocab_size)?;
        check_dropout("dropout", self.dropout)
    }
}

impl Seq2SeqConfig {
    /// `K`: width of the encoder's output.
    pub fn key_size(&self) -> usize {
        self.hidden_size * if self.bidirectional { 2 } else { 1 }
    }

    /// Checks that the sizes are consistent.
    ///
    /// # Errors
    /// `bad-config` if a size is zero or implausibly large, if tied vocabularies differ in size, or the
    /// dropout probability is out of range.
    pub fn check(&self) -> Result<()> {
        check_sizes(&[
            ("src_vocab_size", self.src_vocab_size, MAX_VOCAB),
            ("tgt_vocab_size", self.tgt_vocab_size, MAX_VOCAB),
            ("embedding_size", self.embedding_size, MAX_WIDTH),
            ("hidden_size", self.hidden_size, MAX_WIDTH),
            ("attention_size", self.attention_size, MAX_WIDTH),
            ("num_layers", self.num_layers, MAX_LAYERS),
        ])?;
        check_tied(self.tie_embeddings, self.src_vocab_size, self.tgt_vocab_size)?;
        check_dropout("dropout", self.dropout)
    }
}

/// Checks `(name, value, maximum)` of each size; the minimum is 1.
pub(super) fn check_sizes(sizes: &[(&str, usize, usize)]) -> Result<()> {
    match sizes.iter().find(|(_, value, max)| !(1..=*max).contains(value)) {
        Some((name, value, max)) => Err(bad(format!("{name} is {value}, it must be from 1 to {max}"))),
        None => Ok(()),
    }
}

pub(super) fn check_heads((name, heads): (&str, usize), (width_name, width): (&str, usize)) -> Result<()> {
    if width.is_multiple_of(heads) {
        return Ok(());
    }
    Err(bad(format!("{name} is {heads}, which does not divide {width_name} {width}")))
}

pub(super) fn check_dropout(name: &str, dropout: f32) -> Result<()> {
    if (0.0..1.0).contains(&dropout) {
        return Ok(());
    }
    Err(bad(format!("{name} is {dropout}, it must be at least 0 and below 1")))
}

fn check_tied(tied: bool, src: usize, tgt: usize) -> Result<()> {
    if !tied || src == tgt {
        return Ok(());
    }
    Err(bad(format!("tie_embeddings needs one vocabulary, but its sizes are {src} and {tgt}")))
}

pub(super) fn bad(message: String) -> Error {
    Error::new(ErrorCode::BadConfig, format!("config.json: {message}"))
}
