//! Sequence labelling, one label per word (Lample et al. 2016, without their CRF).

use super::TaggerConfig;
use crate::error::Result;
use crate::io::Weights;
use crate::nn::padded::time_first;
use crate::nn::{BiLstm, Dropout, Embedding, Linear, Module, Source, reading_init};
use crate::ops::concat;
use crate::rng::Rng;
use crate::tensor::Tensor;

/// Word embedding joined with a character-level bidirectional LSTM, a bidirectional LSTM over the sentence,
/// and a linear output layer at every word.
///
/// ```
/// use liedwerk::models::{ModelConfig, Tagger, WordForm};
/// use liedwerk::rng::Rng;
///
/// let config = ModelConfig::from_json(
///     r#"{"model_type": "tagger", "vocab_size": 50, "char_vocab_size": 30, "embedding_size": 8,
///         "char_embedding_size": 4, "char_hidden_size": 4, "hidden_size": 8, "num_layers": 1, "dropout": 0.1,
///         "labels": ["NOUN", "VERB"]}"#,
/// )?;
/// let ModelConfig::Tagger(config) = config else { unreachable!() };
/// let model = Tagger::init(config, &mut Rng::new(1))?;
/// let form = WordForm { word: 4, chars: vec![8, 15] };
/// assert_eq!(model.forward(&[&form], &[0, 0], &[2], None).shape(), [1, 2, 2]); // the word twice
/// # Ok::<(), liedwerk::Error>(())
/// ```
#[derive(Clone)]
pub struct Tagger {
    config: TaggerConfig,
    embedding: Embedding,
    char_embedding: Embedding,
    char_lstm: BiLstm,
    lstm: BiLstm,
    head: Linear,
}

/// A word as the model's input.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct WordForm {
    /// The word's id.
    pub word: u32,
    /// The ids of its characters, at least one.
    pub chars: Vec<u32>,
}

impl Tagger {
    fn build(config: TaggerConfig, source: &mut Source<'_>) -> Result<Self> {
        config.check()?;
        let TaggerConfig { embedding_size, char_embedding_size, char_hidden_size, hidden_size, .. } = config;
        let inputs = embedding_size + 2 * char_hidden_size;
        Ok(Self {
            embedding: Embedding::new("embedding", config.vocab_size, embedding_size, source)?,
            char_embedding: Embedding::new(
                "char_embedding",
                config.char_vocab_size,
                char_embedding_size,
                source,
            )?,
            char_lstm: BiLstm::new("char_lstm", char_embedding_size, char_hidden_size, 1, source)?,
            lstm: BiLstm::new("lstm", inputs, hidden_size, config.num_layers, source)?,
            head: Linear::new("head", 2 * hidden_size, config.labels.len(), source)?,
            config,
        })
    }

    /// Loads all parameters from a file.
    ///
    /// # Errors
    /// `missing-parameter` or `parameter-shape` if the file does not fit `config`.
    pub fn from_weights(config: TaggerConfig, weights: &mut Weights) -> Result<Self> {
        Self::build(config, &mut |name, shape| weights.take(name, shape))
    }

    /// Initialises a new model like [`super::TextClassifier::init`].
    ///
    /// # Errors
    /// `bad-config` if a size is out of range.
    pub fn init(config: TaggerConfig, rng: &mut Rng) -> Result<Self> {
        Self::build(config, &mut |name, shape| Ok(reading_init(name, shape, rng)))
    }

    /// Returns the model's configuration.
    pub fn config(&self) -> &TaggerConfig {
        &self.config
    }

    /// Logits `(B, T, L)` of sentences, padded on the right, with `lengths` words each (at least 1).
    /// `places (B, T)` holds the index into `forms` of each word, so that the characters of a repeated word
    /// are read only once.
    ///
    /// `dropout_seed` enables dropout, for training.
    pub fn forward(
        &self,
        forms: &[&WordForm],
        places: &[u32],
        lengths: &[usize],
        dropout_seed: Option<u64>,
    ) -> Tensor {
        let dropout = Dropout::new(self.config.dropout, dropout_seed);
        let batch = lengths.len();
        let words: Vec<u32> = forms.iter().map(|form| form.word).collect();
        let words = self.embedding.forward(&words, &[forms.len()]); // (N, E)
        let vectors = concat(&[&words, &self.spellings(forms, &dropout)], 1); // (N, E + 2 Hc)
        let x = vectors.embedding(&time_first(places, batch), &[places.len() / batch, batch]); // (T, B, E + 2 Hc)
        let (y, _) = self.lstm.forward(&dropout.apply(&x), lengths, &dropout); // (T, B, 2H)
        self.head.forward(&dropout.apply(&y)).transpose(0, 1)
    }

    /// Character-level representation of each form, `(N, 2 Hc)`.
    fn spellings(&self, forms: &[&WordForm], dropout: &Dropout) -> Tensor {
        let lengths: Vec<usize> = forms.iter().map(|form| form.chars.len()).collect();
        let longest = lengths.iter().copied().max().unwrap_or(1);
        // The id of the padding does not matter: it is never read.
        let padded = |form: &WordForm| -> Vec<u32> {
            form.chars.iter().copied().chain(std::iter::repeat(0)).take(longest).collect()
        };
        let ids: Vec<u32> = forms.iter().flat_map(|form| padded(form)).collect();
        let chars = self.char_embedding.forward(&time_first(&ids, forms.len()), &[longest, forms.len()]);
        self.char_lstm.forward(&dropout.apply(&chars), &lengths, dropout).1
    }
}

impl Module for Tagger {
    fn visit(&mut self, f: &mut dyn FnMut(String, &mut Tensor)) {
        self.embedding.visit("embedding", f);
        self.char_embedding.visit("char_embedding", f);
        self.char_lstm.visit("char_lstm", f);
        self.lstm.visit("lstm", f);
        self.head.visit("head", f);
    }
}
