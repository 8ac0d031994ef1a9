//! The GRU translator's memory of translations in progress, in tensors.

use super::Seq2Seq;
use super::rows::{Rows, chosen_rows};
use super::seq2seq::{Encoded, padding};
use crate::nn::Dropout;
use crate::ops::concat;
use crate::tensor::Tensor;

/// R translations.
pub struct Seq2SeqRows {
    /// `(R, S, K)`
    values: Tensor,
    /// `(R, S, A)`
    keys: Tensor,
    /// `(R, S)`: 0 at tokens, -infinity at padding.
    mask: Tensor,
    /// Of each layer, `(R, H)`.
    state: Vec<Tensor>,
    /// Tokens of each row's source.
    lengths: Vec<usize>,
    weights: Option<Tensor>,
    watching: bool,
}

impl Seq2Seq {
    /// One row for each source, all padded to one length. `watching` keeps attention weights.
    ///
    /// # Panics
    /// If a source is empty or has an id outside the vocabulary.
    pub fn begin_rows<S: AsRef<[u32]>>(&self, sources: &[S], watching: bool) -> Seq2SeqRows {
        let (src, lengths) = super::rows::padded(sources);
        let Encoded { values, keys, state } = self.encode(&src, &lengths, &Dropout::new(0.0, None));
        let mask = padding(&lengths, values.dim(1));
        Seq2SeqRows { values, keys, mask, state, lengths, weights: None, watching }
    }
}

impl Rows<Seq2Seq> for Seq2SeqRows {
    fn feed(&mut self, model: &Seq2Seq, tokens: &[u32]) -> Tensor {
        let y = model.tables.tgt().forward(tokens, &[tokens.len()]); // (R, E)
        let before = self.state.last().expect("a decoder has at least one layer");
        let weights = model.attention.weights(before, &self.keys, &self.mask);
        let context = model.attention.context(&weights, &self.values);
        let none = Dropout::new(0.0, None);
        let h = model.decoder.step(&concat(&[&y, &context], 1), &mut self.state, &none);
        self.weights = self.watching.then_some(weights);
        let hidden = model.output.forward(&concat(&[&h, &context, &y], 1)).tanh();
        hidden.linear(model.tables.head(), None)
    }

    fn select(&mut self, rows: &[usize]) {
        let kept = [&mut self.values, &mut self.keys, &mut self.mask].into_iter().chain(&mut self.state);
        kept.for_each(|tensor| *tensor = chosen_rows(tensor, rows));
        self.lengths = rows.iter().map(|&row| self.lengths[row]).collect();
    }

    fn watched(&self) -> Option<(&Tensor, Vec<usize>)> {
        self.weights.as_ref().map(|weights| (weights, self.lengths.clone()))
    }
}
