//! Applies models that read a text or picture; results include how certain they are.

mod classifier;
mod describer;
mod figures;
mod masked;
mod tagger;

pub use classifier::{Classifier, LineVerdict, MAX_LINE_TOKENS, MAX_SHADED_WORDS, ReadWord};
pub use describer::{DescribedWord, Describer};
pub use figures::{ClassFigures, LabelFigures};
pub use masked::{Candidate, Filled, MAX_MASKED_CHARACTERS, MAX_MASKS, MaskFiller, MaskedFigures, taken_out};
pub use tagger::{MAX_TEXT_CHARACTERS, TaggedText, TaggedWord, TextTagger};

use crate::cpu::softmax::softmax;
use crate::error::{Error, ErrorCode, Result};
use crate::tensor::Tensor;

/// Softmax of logits `(…, L)`, one row each; `not-finite` for damaged weights.
fn probabilities(logits: &Tensor) -> Result<Vec<Vec<f32>>> {
    if logits.data().iter().any(|logit| !logit.is_finite()) {
        let message = "a logit is not a number: the weights are damaged";
        return Err(Error::new(ErrorCode::NotFinite, message));
    }
    let mut values = vec![0.0; logits.numel()];
    softmax(logits.data(), &mut values, logits.cols());
    Ok(values.chunks(logits.cols()).map(<[f32]>::to_vec).collect())
}

/// The classes in order of descending probability.
fn ranked(probabilities: &[f32]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..probabilities.len()).collect();
    order.sort_by(|&a, &b| probabilities[b].total_cmp(&probabilities[a]));
    order
}
