//! Recipes of translators.

use super::recipe::{check_positive, check_schedule, check_shares, f16};
use crate::error::Result;
use crate::io::Precision;
use crate::models::{ModelConfig, Seq2SeqConfig, TransformerConfig};
use crate::text::{Normalizer, PairTokenizer, SentencePair, WordOptions, WordTokenizer, learn_bpe};
use serde::Deserialize;

/// One run: which model, on which pairs, trained how.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TranslationRecipe {
    /// Name of the model folder.
    pub name: String,
    /// Number format of the weights written.
    #[serde(default = "f16")]
    pub precision: Precision,
    /// Sizes.
    pub model: TranslatorRecipe,
    /// How sentences become tokens.
    pub tokenizer: TokenizerRecipe,
    /// Sentence pairs.
    pub data: PairDataRecipe,
    /// Optimisation.
    pub train: PairTrainRecipe,
}

/// The model's sizes; those of the vocabularies come from the tokenizer.
#[derive(Clone, Debug, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum TranslatorRecipe {
    /// A [`crate::models::Transformer`]; see [`TransformerConfig`].
    Transformer {
        /// Width of every token's vector.
        d_model: usize,
        /// Heads of every attention.
        nhead: usize,
        /// Layers that read.
        num_encoder_layers: usize,
        /// Layers that write.
        num_decoder_layers: usize,
        /// Units of the feed-forward part.
        dim_feedforward: usize,
        /// Dropout.
        dropout: f32,
        /// Normalise before each part.
        norm_first: bool,
        /// One table for all tokens.
        tie_embeddings: bool,
    },
    /// A [`crate::models::Seq2Seq`]; see [`Seq2SeqConfig`].
    Seq2seq {
        /// Length of a token's vector.
        embedding_size: usize,
        /// Units in a layer.
        hidden_size: usize,
        /// Units in the attention.
        attention_size: usize,
        /// Layers of encoder and decoder.
        num_layers: usize,
        /// Whether the encoder reads from both ends.
        bidirectional: bool,
        /// Dropout.
        dropout: f32,
        /// One table for all tokens.
        tie_embeddings: bool,
    },
}

/// How sentences become tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum TokenizerRecipe {
    /// One byte-pair encoding for both languages.
    Bpe {
        /// Tokens at most.
        vocab_size: usize,
    },
    /// A vocabulary of words for each language, as in the lecture.
    Words {
        /// Words at most, in each language.
        vocab_size: usize,
        /// Rarer words are unknown.
        min_count: usize,
        /// Whether to forget upper case.
        lowercase: bool,
    },
}

/// Sentence pairs, as paths of TSV files relative to the data folder given on the command line.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PairDataRecipe {
    /// Trained on.
    pub train: Vec<String>,
    /// Held out.
    pub dev: String,
    /// Pairs with a longer side are left out.
    pub max_tokens: usize,
}

/// Optimiser, schedule and batches.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PairTrainRecipe {
    /// Seed of initial weights, dropout and the order of pairs.
    pub seed: u64,
    /// Padded tokens of one side of a batch, at most.
    pub tokens_per_batch: usize,
    /// Share of the probability spread evenly over the vocabulary.
    pub label_smoothing: f32,
    /// Optimiser steps.
    pub steps: u64,
    /// Highest learning rate.
    pub lr: f32,
    /// Steps over which the rate rises linearly from 0.
    pub warmup_steps: u64,
    /// Steps at the end over which the rate falls linearly to 0.
    pub decay_steps: u64,
    /// Decoupled weight decay.
    pub weight_decay: f32,
    /// Gradients with a larger norm are scaled down to it.
    pub grad_clip: f32,
    /// AdamW's decay of the mean.
    pub beta1: f32,
    /// AdamW's decay of the variance.
    pub beta2: f32,
    /// Decay of the moving average of the weights.
    #[serde(default = "long_average")]
    pub average: f32,
    /// Steps between checkpoints.
    pub checkpoint_every: u64,
}

/// An average over the last thousand steps or so.
fn long_average() -> f32 {
    0.999
}

impl TranslatorRecipe {
    /// The content of `config.json` for vocabularies of these sizes.
    pub fn config(&self, src_vocab_size: usize, tgt_vocab_size: usize) -> ModelConfig {
        match *self {
            Self::Transformer {
                d_model,
                nhead,
                num_encoder_layers,
                num_decoder_layers,
                dim_feedforward,
                dropout,
                norm_first,
                tie_embeddings,
            } => ModelConfig::Transformer(TransformerConfig {
                src_vocab_size,
                tgt_vocab_size,
                d_model,
                nhead,
                num_encoder_layers,
                num_decoder_layers,
                dim_feedforward,
                dropout,
                norm_first,
                tie_embeddings,
            }),
            Self::Seq2seq {
                embedding_size,
                hidden_size,
                attention_size,
                num_layers,
                bidirectional,
                dropout,
                tie_embeddings,
            } => ModelConfig::Seq2seq(Seq2SeqConfig {
                src_vocab_size,
                tgt_vocab_size,
                embedding_size,
                hidden_size,
                attention_size,
                num_layers,
                bidirectional,
                dropout,
                tie_embeddings,
            }),
        }
    }
}

impl TokenizerRecipe {
    /// The tokenizer learned from both sides of `pairs`.
    pub fn learn(&self, pairs: &[SentencePair]) -> PairTokenizer {
        match *self {
            Self::Bpe { vocab_size } => {
                let sides = pairs.iter().flat_map(|pair| [pair.source.as_str(), pair.target.as_str()]);
                PairTokenizer::Bpe(learn_bpe(sides, vocab_size, Normalizer::translation()))
            }
            Self::Words { vocab_size, min_count, lowercase } => {
                let options = WordOptions { max_size: vocab_size, min_count, lowercase };
                PairTokenizer::Words(WordTokenizer::learn(pairs, options))
            }
        }
    }
}

impl PairTrainRecipe {
    /// # Errors
    /// `bad-recipe`, naming the value that cannot work.
    pub fn check(&self) -> Result<()> {
        check_positive(&[
            ("tokens_per_batch", self.tokens_per_batch as f64),
            ("steps", self.steps as f64),
            ("lr", f64::from(self.lr)),
            ("grad_clip", f64::from(self.grad_clip)),
            ("checkpoint_every", self.checkpoint_every as f64),
        ])?;
        check_shares(&[
            ("label_smoothing", self.label_smoothing),
            ("beta1", self.beta1),
            ("beta2", self.beta2),
            ("average", self.average),
        ])?;
        check_schedule(self.warmup_steps, self.decay_steps, self.steps)
    }
}
