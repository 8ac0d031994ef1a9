//! Losses: functions of a model and a batch. Those of preferences and of the GAN are in their own modules.

use super::examples::{Batch, TextBatch, UNSCORED};
use super::labels::LabelBatch;
use super::masking::MaskedBatch;
use super::pairs::PairBatch;
use crate::models::{CharLstm, Gpt, MaskedLm, Tagger, TextClassifier, TranslationModel, WordForm};
use crate::nn::LstmState;
use crate::ops::CrossEntropy;
use crate::tensor::Tensor;
use crate::text::PAD;
use std::rc::Rc;

/// A training objective.
pub trait Objective<M>: Clone {
    /// The type of batch it is computed on.
    type Batch: Batch;

    /// Computes the mean loss of a batch, a scalar, in nats per token (for preferences, per choice). With a
    /// seed, the model applies dropout.
    fn loss(&mut self, model: &M, batch: &Self::Batch, dropout_seed: Option<u64>) -> Tensor;

    /// The objective in its initial state, without parts that only help learning, for held-out data.
    fn for_validation(&self) -> Self;

    /// State carried from one batch to the next, and therefore saved with the run.
    fn carried(&mut self) -> Vec<&mut Tensor> {
        Vec::new()
    }
}

/// Predicts the next token in independent windows.
#[derive(Clone, Copy, Debug)]
pub struct NextToken;

impl Objective<Gpt> for NextToken {
    type Batch = TextBatch;

    fn loss(&mut self, model: &Gpt, batch: &TextBatch, dropout_seed: Option<u64>) -> Tensor {
        let logits = model.forward(&batch.inputs, batch.rows, dropout_seed);
        logits.cross_entropy(&batch.targets, scored(UNSCORED))
    }

    fn for_validation(&self) -> Self {
        *self
    }
}

/// Predicts the next character in streams: the state is carried from window to window but gradients are not
/// (truncated backpropagation through time).
#[derive(Clone)]
pub struct NextCharacter {
    state: LstmState,
}

impl NextCharacter {
    /// The initial state for `rows` parallel streams.
    pub fn new(model: &CharLstm, rows: usize) -> Self {
        Self { state: model.zero_state(rows) }
    }
}

impl Objective<CharLstm> for NextCharacter {
    type Batch = TextBatch;

    fn loss(&mut self, model: &CharLstm, batch: &TextBatch, dropout_seed: Option<u64>) -> Tensor {
        if batch.restarts {
            self.state = model.zero_state(batch.rows);
        }
        let (logits, after) = model.forward(&batch.inputs, batch.rows, &self.state, dropout_seed);
        self.state.layers = after.layers.iter().map(|(h, c)| (h.detach(), c.detach())).collect();
        logits.cross_entropy(&batch.targets, scored(UNSCORED))
    }

    fn for_validation(&self) -> Self {
        self.clone()
    }

    fn carried(&mut self) -> Vec<&mut Tensor> {
        self.state.layers.iter_mut().flat_map(|(h, c)| [h, c]).collect()
    }
}

/// Predicts the next token of a translation from the source and the previous tokens.
#[derive(Clone, Copy, Debug)]
pub struct Translating {
    /// Fraction of the probability that is spread evenly over the vocabulary.
    pub label_smoothing: f32,
}

impl Objective<TranslationModel> for Translating {
    type Batch = PairBatch;

    fn loss(&mut self, model: &TranslationModel, batch: &PairBatch, dropout_seed: Option<u64>) -> Tensor {
        let logits = model.forward(&batch.src, &batch.src_lengths, &batch.inputs, dropout_seed);
        let Self { label_smoothing } = *self;
        logits.cross_entropy(&batch.targets, CrossEntropy { label_smoothing, ..scored(PAD) })
    }

    fn for_validation(&self) -> Self {
        Self { label_smoothing: 0.0 }
    }
}

/// Predicts the class of a text.
#[derive(Clone, Copy, Debug)]
pub struct Classifying {
    /// Fraction of the probability that is spread evenly over the classes.
    pub label_smoothing: f32,
}

impl Objective<TextClassifier> for Classifying {
    type Batch = LabelBatch;

    fn loss(&mut self, model: &TextClassifier, batch: &LabelBatch, dropout_seed: Option<u64>) -> Tensor {
        let logits = model.forward(&batch.inputs, &batch.lengths, dropout_seed);
        let Self { label_smoothing } = *self;
        logits.cross_entropy(&batch.labels, CrossEntropy { label_smoothing, ..scored(UNSCORED) })
    }

    fn for_validation(&self) -> Self {
        Self { label_smoothing: 0.0 }
    }
}

/// Predicts the class of every word.
#[derive(Clone, Debug)]
pub struct Tagging {
    /// Fraction of the probability that is spread evenly over the classes.
    pub label_smoothing: f32,
    /// The word forms that the batches refer to by index.
    pub forms: Rc<[WordForm]>,
}

impl Objective<Tagger> for Tagging {
    type Batch = LabelBatch;

    fn loss(&mut self, model: &Tagger, batch: &LabelBatch, dropout_seed: Option<u64>) -> Tensor {
        let mut distinct = batch.inputs.clone();
        distinct.sort_unstable();
        distinct.dedup();
        let place = |form| distinct.partition_point(|&other| other < form) as u32;
        let places: Vec<u32> = batch.inputs.iter().map(|&form| place(form)).collect();
        let forms: Vec<&WordForm> = distinct.iter().map(|&form| &self.forms[form as usize]).collect();
        let logits = model.forward(&forms, &places, &batch.lengths, dropout_seed);
        let Self { label_smoothing, .. } = *self;
        logits.cross_entropy(&batch.labels, CrossEntropy { label_smoothing, ..scored(UNSCORED) })
    }

    fn for_validation(&self) -> Self {
        Self { label_smoothing: 0.0, forms: self.forms.clone() }
    }
}

/// Predicts masked tokens.
#[derive(Clone, Copy, Debug)]
pub struct Foretelling;

impl Objective<MaskedLm> for Foretelling {
    type Batch = MaskedBatch;

    fn loss(&mut self, model: &MaskedLm, batch: &MaskedBatch, dropout_seed: Option<u64>) -> Tensor {
        let features = model.encode(&batch.inputs, &batch.lengths, dropout_seed, None);
        let rows = features.reshape(&[batch.inputs.len(), features.cols()]);
        // Computing the unneeded logits of all other places would be most of the work.
        let features = rows.embedding(&batch.places, &[batch.places.len()]);
        model.predict(&features).cross_entropy(&batch.targets, scored(UNSCORED))
    }

    fn for_validation(&self) -> Self {
        *self
    }
}

fn scored(ignore: u32) -> CrossEntropy {
    CrossEntropy { ignore_index: Some(ignore), label_smoothing: 0.0 }
}
