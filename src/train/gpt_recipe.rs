//! Recipes of GPT-2s that write songs.

use super::CommonRecipe;
use super::common_recipe::{bad, check_positive, check_shares, f16, long_average};
use crate::error::Result;
use crate::io::Precision;
use crate::models::{GptConfig, layer_norm_epsilon, pdrop};
use crate::text::{BpeTokenizer, Song, learn_song_bpe};
use serde::{Deserialize, Serialize};

/// One run: which model, on which songs, trained how.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GptRecipe {
    /// Name of the model folder.
    pub name: String,
    /// Number format of the weights written.
    #[serde(default = "f16")]
    pub precision: Precision,
    /// Sizes.
    pub model: GptModelRecipe,
    /// How songs become tokens.
    pub tokenizer: SongTokenizerRecipe,
    /// Songs.
    pub data: SongDataRecipe,
    /// Optimisation.
    pub train: GptTrainRecipe,
}

/// The model's sizes, with transformers' values for missing ones; that of the vocabulary comes from the
/// tokenizer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum GptModelRecipe {
    /// A [`crate::models::Gpt`]; see [`GptConfig`].
    Gpt2 {
        /// Longest text the model looks at, and tokens in a window of the training.
        n_positions: usize,
        /// Width of every token's vector.
        n_embd: usize,
        /// Layers in the stack.
        n_layer: usize,
        /// Heads of every attention.
        n_head: usize,
        /// Units of the feed-forward part.
        n_inner: Option<usize>,
        /// Added to the variance in every normalisation.
        #[serde(default = "layer_norm_epsilon")]
        layer_norm_epsilon: f32,
        /// Dropout of what a layer adds.
        #[serde(default = "pdrop")]
        resid_pdrop: f32,
        /// Dropout of the embedded tokens.
        #[serde(default = "pdrop")]
        embd_pdrop: f32,
        /// Dropout of attention weights.
        #[serde(default = "pdrop")]
        attn_pdrop: f32,
    },
}

/// How songs become tokens.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum SongTokenizerRecipe {
    /// Byte-pair encoding.
    Bpe {
        /// Tokens at most: the 256 bytes and merges.
        vocab_size: usize,
    },
}

/// Songs with titles, as paths relative to the data folder given on the command line.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SongDataRecipe {
    /// Trained on.
    pub train: String,
    /// Held out.
    pub dev: String,
    /// Whether to show titles: in every epoch those of about half of the songs.
    #[serde(default = "yes")]
    pub titles: bool,
}

fn yes() -> bool {
    true
}

/// Optimiser, schedule and batches.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GptTrainRecipe {
    /// Windows in a batch, `B`.
    pub batch_size: usize,
    /// Decay of the moving average of the weights.
    #[serde(default = "long_average")]
    pub average: f32,
    /// What all recipes have.
    #[serde(flatten)]
    pub common: CommonRecipe,
}

impl GptRecipe {
    /// # Errors
    /// `bad-recipe`, naming the value that cannot work.
    pub fn check(&self) -> Result<()> {
        let SongTokenizerRecipe::Bpe { vocab_size } = self.tokenizer;
        if vocab_size < 256 {
            return Err(bad(format!("tokenizer.vocab_size is {vocab_size}, but there are 256 bytes")));
        }
        // Before the tokenizer is learned, which takes longer.
        let possible = self.model.config(vocab_size).check();
        possible.map_err(|error| bad(format!("[model] describes no possible model: {error}")))?;
        self.train.check()
    }
}

impl GptModelRecipe {
    /// The content of `config.json` for a vocabulary of this size.
    pub fn config(&self, vocab_size: usize) -> GptConfig {
        let Self::Gpt2 {
            n_positions,
            n_embd,
            n_layer,
            n_head,
            n_inner,
            layer_norm_epsilon,
            resid_pdrop,
            embd_pdrop,
            attn_pdrop,
        } = *self;
        GptConfig {
            vocab_size,
            n_positions,
            n_embd,
            n_layer,
            n_head,
            n_inner,
            layer_norm_epsilon,
            resid_pdrop,
            embd_pdrop,
            attn_pdrop,
        }
    }
}

impl SongTokenizerRecipe {
    /// The tokenizer learned from titles and verses.
    pub fn learn(&self, songs: &[Song]) -> BpeTokenizer {
        let Self::Bpe { vocab_size } = *self;
        let texts: Vec<String> = songs.iter().map(|song| format!("{}{}", song.title, song.verses)).collect();
        learn_song_bpe(texts.iter().map(String::as_str), vocab_size)
    }
}

impl GptTrainRecipe {
    /// # Errors
    /// `bad-recipe`, naming the value that cannot work.
    pub fn check(&self) -> Result<()> {
        check_positive(&[("batch_size", self.batch_size as f64)])?;
        check_shares(&[("average", self.average)])?;
        self.common.check()
    }
}
