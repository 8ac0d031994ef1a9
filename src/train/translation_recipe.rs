//! Recipes of translators.

use super::CommonRecipe;
use super::common_recipe::{bad, check_positive, check_shares, f16, long_average, one};
use crate::error::Result;
use crate::io::Precision;
use crate::models::{ModelConfig, Seq2SeqConfig, TransformerConfig};
use crate::text::{Normalizer, PairTokenizer, SentencePair, WordOptions, WordTokenizer, learn_bpe};
use serde::{Deserialize, Serialize};

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
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
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
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum TokenizerRecipe {
    /// One byte-pair encoding for both languages.
    Bpe {
        /// Tokens at most.
        vocab_size: usize,
        /// Probability of leaving out a merge on the source side while training, so that words come in other
        /// parts each time (Provilkov et al. 2020). Only the PyTorch trainer does so.
        #[serde(default)]
        bpe_dropout: f32,
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
    pub train: Vec<PairFile>,
    /// Held out.
    pub dev: String,
    /// Pairs with a longer side are left out.
    pub max_tokens: usize,
    /// Whether to learn the other direction: the second column becomes the source.
    #[serde(default)]
    pub reverse: bool,
}

/// A file of pairs: its path, or a table.
#[derive(Clone, Debug, Deserialize)]
#[serde(from = "PathOrTable")]
pub struct PairFile {
    /// Where it is.
    pub path: String,
    /// Put before each of its sources, so that a model can tell synthetic pairs from real ones.
    pub tag: Option<String>,
    /// How many times an epoch each of its pairs is taken.
    pub repeat: usize,
}

#[derive(Deserialize)]
#[serde(untagged, deny_unknown_fields)]
enum PathOrTable {
    Path(String),
    Table {
        path: String,
        tag: Option<String>,
        #[serde(default = "one")]
        repeat: usize,
    },
}

impl From<PathOrTable> for PairFile {
    fn from(file: PathOrTable) -> Self {
        match file {
            PathOrTable::Path(path) => path.into(),
            PathOrTable::Table { path, tag, repeat } => Self { path, tag, repeat },
        }
    }
}

impl From<String> for PairFile {
    fn from(path: String) -> Self {
        Self { path, tag: None, repeat: one() }
    }
}

impl PairFile {
    /// What an epoch takes of the file's pairs.
    pub fn prepare(&self, pairs: Vec<SentencePair>, reverse: bool) -> Vec<SentencePair> {
        let prepare = |pair: SentencePair| {
            let (source, target) =
                if reverse { (pair.target, pair.source) } else { (pair.source, pair.target) };
            let source = self.tag.iter().fold(source, |source, tag| format!("{tag} {source}"));
            SentencePair { source, target }
        };
        let pairs: Vec<SentencePair> = pairs.into_iter().map(prepare).collect();
        std::iter::repeat_n(pairs, self.repeat).flatten().collect()
    }
}

/// Optimiser, schedule and batches.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PairTrainRecipe {
    /// Padded tokens of one side of a batch, at most.
    pub tokens_per_batch: usize,
    /// Share of the probability spread evenly over the vocabulary.
    pub label_smoothing: f32,
    /// Decay of the moving average of the weights.
    #[serde(default = "long_average")]
    pub average: f32,
    /// What all recipes have.
    #[serde(flatten)]
    pub common: CommonRecipe,
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
    /// # Errors
    /// `bad-recipe` for what only the PyTorch trainer does.
    pub fn check(&self) -> Result<()> {
        match self {
            Self::Bpe { bpe_dropout, .. } if *bpe_dropout != 0.0 => Err(bad(
                "bpe_dropout is not 0, which only the PyTorch trainer in training/torch can do".into(),
            )),
            _ => Ok(()),
        }
    }

    /// The tokenizer learned from both sides of `pairs`.
    pub fn learn(&self, pairs: &[SentencePair]) -> PairTokenizer {
        match *self {
            Self::Bpe { vocab_size, .. } => {
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
        check_positive(&[("tokens_per_batch", self.tokens_per_batch as f64)])?;
        check_shares(&[("label_smoothing", self.label_smoothing), ("average", self.average)])?;
        self.common.check()
    }
}
