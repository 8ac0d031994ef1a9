//! Losses: functions over a model and a batch. Only those of preferences and of the GAN live elsewhere, with their rooms.

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

/// What a model is to become better at.
pub trait Objective<M>: Clone {
    /// What it is judged on.
    type Batch: Batch;

    /// The mean loss of a batch, a scalar: in nats a token, of preferences in nats a choice; with a seed, of a model that trains with dropout.
    fn loss(&mut self, model: &M, batch: &Self::Batch, dropout_seed: Option<u64>) -> Tensor;

    /// The same before the first batch, without what only helps learning: for text that is held out.
    fn for_validation(&self) -> Self;

    /// What is carried from one batch to the next, and hence saved with the run.
    fn carried(&mut self) -> Vec<&mut Tensor> {
        Vec::new()
    }
}

/// Foretelling the next token of windows that stand for themselves.
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

/// Foretelling the next character of streams: the state goes from window to window, its gradient does not (truncated
/// back-propagation through time).
#[derive(Clone)]
pub struct NextCharacter {
    state: LstmState,
}

impl NextCharacter {
    /// Before the first of `rows` streams side by side.
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

/// Foretelling the next token of a translation, from its source and what of it stands before.
#[derive(Clone, Copy, Debug)]
pub struct Translating {
    /// Share of the probability spread evenly over the vocabulary.
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

/// Naming the class of a text.
#[derive(Clone, Copy, Debug)]
pub struct Classifying {
    /// Share of the probability spread evenly over the classes.
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

/// Naming the class of every word.
#[derive(Clone, Debug)]
pub struct Tagging {
    /// Share of the probability spread evenly over the classes.
    pub label_smoothing: f32,
    /// What the numbers in a batch stand for.
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

/// Foretelling tokens that were taken out of a text.
#[derive(Clone, Copy, Debug)]
pub struct Foretelling;

impl Objective<MaskedLm> for Foretelling {
    type Batch = MaskedBatch;

    fn loss(&mut self, model: &MaskedLm, batch: &MaskedBatch, dropout_seed: Option<u64>) -> Tensor {
        let features = model.encode(&batch.inputs, &batch.lengths, dropout_seed, None);
        let rows = features.reshape(&[batch.inputs.len(), features.cols()]);
        // The logits of the other places would be most of the work, and nobody asks for them.
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
