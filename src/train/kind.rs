//! The kinds of models that can be trained, each with its data and loss.

use super::PlannedTraining;
use super::labels::LabelBatch;
use super::masking::{MaskedTexts, Masks};
use super::objective::{Classifying, Foretelling, NextCharacter, NextToken, Tagging, Translating};
use super::pairs::{PairBatches, TokenPair};
use super::streams::Streams;
use super::trainer::Trainer;
use super::windows::{SongWindows, TokenSong};
use crate::error::Result;
use crate::models::{
    CharLstm, Gpt, MaskedLm, ModelConfig, Tagger, TextClassifier, TranslationModel, WordForm,
};
use serde::{Deserialize, Serialize};
use std::rc::Rc;

/// A kind of model, by its `model_type`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// The lecture's character LSTM.
    CharLstm,
    /// A GPT-2.
    Gpt2,
    /// The lecture's translator.
    Seq2seq,
    /// A Transformer for translation.
    Transformer,
    /// A text classifier.
    TextClassifier,
    /// A tagger: labels every word.
    Tagger,
    /// A BERT: predicts masked words.
    Bert,
}

/// The kind of training data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lessons {
    /// Songs.
    Songs,
    /// Sentence pairs.
    Pairs,
    /// Texts with one label each.
    LabelledTexts,
    /// Sentences with a label for every word.
    TaggedSentences,
    /// Unlabelled texts.
    Texts,
}

impl Kind {
    /// The kind of model that a configuration describes.
    pub fn of(config: &ModelConfig) -> Self {
        match config {
            ModelConfig::CharLstm(_) => Self::CharLstm,
            ModelConfig::Gpt2(_) => Self::Gpt2,
            ModelConfig::Seq2seq(_) => Self::Seq2seq,
            ModelConfig::Transformer(_) => Self::Transformer,
            ModelConfig::TextClassifier(_) => Self::TextClassifier,
            ModelConfig::Tagger(_) => Self::Tagger,
            ModelConfig::Bert(_) => Self::Bert,
        }
    }

    /// The `model_type` in `config.json`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::CharLstm => "char_lstm",
            Self::Gpt2 => "gpt2",
            Self::Seq2seq => "seq2seq",
            Self::Transformer => "transformer",
            Self::TextClassifier => "text_classifier",
            Self::Tagger => "tagger",
            Self::Bert => "bert",
        }
    }

    /// The kind of data it is trained on.
    pub fn learns_from(self) -> Lessons {
        match self {
            Self::CharLstm | Self::Gpt2 => Lessons::Songs,
            Self::Seq2seq | Self::Transformer => Lessons::Pairs,
            Self::TextClassifier => Lessons::LabelledTexts,
            Self::Tagger => Lessons::TaggedSentences,
            Self::Bert => Lessons::Texts,
        }
    }
}

impl Trainer<CharLstm, Streams, NextCharacter> {
    /// Trains on the characters of a text, in parallel streams.
    ///
    /// # Errors
    /// `bad-recipe`, or `text-too-short` if the text does not fill one batch.
    pub fn on_text(model: CharLstm, ids: Vec<u32>, settings: &PlannedTraining) -> Result<Self> {
        settings.check()?;
        let streams = Streams::new(ids, settings.batch_size, settings.window, settings.seed)?;
        let objective = NextCharacter::new(&model, settings.batch_size);
        Ok(Self::new(model, streams, objective, settings, None))
    }
}

impl Trainer<Gpt, SongWindows, NextToken> {
    /// Trains on songs, in windows of `n_positions` tokens; the fraction `titles` of the songs keep their
    /// titles.
    ///
    /// # Errors
    /// `bad-recipe`, or `text-too-short` if the songs do not fill one batch.
    pub fn on_songs(
        model: Gpt,
        songs: Vec<TokenSong>,
        titles: f32,
        settings: &PlannedTraining,
    ) -> Result<Self> {
        settings.check()?;
        let window = model.config().n_positions;
        let windows = SongWindows::new(songs, titles, settings.batch_size, window, settings.seed)?;
        Ok(Self::new(model, windows, NextToken, settings, Some(settings.average)))
    }
}

impl Trainer<TranslationModel, PairBatches, Translating> {
    /// Trains on sentence pairs, in batches of similar length.
    ///
    /// # Errors
    /// `bad-recipe`, or `text-too-short` without pairs.
    pub fn on_pairs(
        model: TranslationModel,
        pairs: Vec<TokenPair>,
        settings: &PlannedTraining,
    ) -> Result<Self> {
        settings.check()?;
        let PlannedTraining { tokens_per_batch, label_smoothing, average, seed, .. } = *settings;
        let batches = PairBatches::new(pairs, tokens_per_batch, seed)?;
        Ok(Self::new(model, batches, Translating { label_smoothing }, settings, Some(average)))
    }
}

impl Trainer<TextClassifier, PairBatches<LabelBatch>, Classifying> {
    /// Trains on texts with one label each, given as the targets of the pairs.
    ///
    /// # Errors
    /// `bad-recipe`, or `text-too-short` without texts.
    pub fn on_labels(
        model: TextClassifier,
        texts: Vec<TokenPair>,
        settings: &PlannedTraining,
    ) -> Result<Self> {
        settings.check()?;
        let PlannedTraining { tokens_per_batch, label_smoothing, average, seed, .. } = *settings;
        let batches = PairBatches::new(texts, tokens_per_batch, seed)?;
        Ok(Self::new(model, batches, Classifying { label_smoothing }, settings, Some(average)))
    }
}

impl Trainer<Tagger, PairBatches<LabelBatch>, Tagging> {
    /// Trains on sentences with a label for every word, given as the targets of the pairs; the sources are
    /// indices into `forms`.
    ///
    /// # Errors
    /// `bad-recipe`, or `text-too-short` without sentences.
    pub fn on_tags(
        model: Tagger,
        sentences: Vec<TokenPair>,
        forms: Rc<[WordForm]>,
        settings: &PlannedTraining,
    ) -> Result<Self> {
        settings.check()?;
        let PlannedTraining { tokens_per_batch, label_smoothing, average, seed, .. } = *settings;
        let batches = PairBatches::new(sentences, tokens_per_batch, seed)?;
        Ok(Self::new(model, batches, Tagging { label_smoothing, forms }, settings, Some(average)))
    }
}

impl Trainer<MaskedLm, MaskedTexts, Foretelling> {
    /// Trains on texts, each including its special tokens, with some of their words masked.
    ///
    /// # Errors
    /// `bad-recipe`, or `text-too-short` without texts.
    pub fn on_texts(
        model: MaskedLm,
        rows: Vec<Vec<u32>>,
        masks: Masks,
        settings: &PlannedTraining,
    ) -> Result<Self> {
        settings.check()?;
        let PlannedTraining { tokens_per_batch, average, seed, .. } = *settings;
        let texts = MaskedTexts::new(rows, masks, tokens_per_batch, seed)?;
        Ok(Self::new(model, texts, Foretelling, settings, Some(average)))
    }
}
