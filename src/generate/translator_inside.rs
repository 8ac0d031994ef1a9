//! Inspecting a translator.

use super::Translator;
use super::inside::{MAX_POSITIONS, Rated, TranslationInside, check_residual, likeliest, neighbours};
use super::sampling::bad_option;
use crate::error::Result;
use crate::now::now;
use crate::tensor::Tensor;
use crate::text::START;

/// One of the two languages of a translator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// The language it reads.
    Source,
    /// The language it writes.
    Target,
}

impl Translator {
    /// Returns the model's activations while it reads these source and target tokens of a piece. The tokens
    /// are read again with the same bits as during decoding, so that the search itself need not record
    /// anything. `None` for a model that offers nothing but its attention.
    ///
    /// # Errors
    /// `bad-option` if there are no tokens or an id is out of range.
    pub fn inside(&self, source: &[u32], target: &[u32]) -> Result<Option<TranslationInside>> {
        let unknown = |ids: &[u32], size: usize| ids.is_empty() || ids.iter().any(|&id| id as usize >= size);
        let [source_size, target_size] = self.model().vocab_sizes();
        if unknown(source, source_size) || unknown(target, target_size) {
            return bad_option("these are no tokens of a piece of this model");
        }
        let read = [&[START], &target[..target.len() - 1]].concat();
        let named = |ids: &[u32], names: Vec<String>| ids.iter().copied().zip(names).collect();
        Ok(now(self.model().inside(source, &read))?.map(|inside| {
            let source = named(source, self.tokenizer().source_pieces(source));
            TranslationInside::new(inside, source, named(&read, self.tokenizer().target_pieces(&read)))
        }))
    }

    /// See [`Generator::lens`](super::Generator::lens).
    ///
    /// # Errors
    /// `bad-option` if the model has no residual stream or the numbers do not form rows of one.
    pub fn lens(&self, residual: &[f32], count: usize) -> Result<Vec<Vec<Rated>>> {
        let channels = self.model().embeddings()[1].dim(1);
        check_residual(residual, channels)?;
        let residual = Tensor::from_vec(residual.to_vec(), &[residual.len() / channels, channels]);
        let Some(logits) = self.model().lens(&residual) else {
            return bad_option("a GRU has no residual stream");
        };
        Ok(likeliest(logits.data(), self.model().vocab_sizes()[1], count, |id| self.token(Side::Target, id)))
    }

    /// Returns the `count` tokens of one language whose embeddings are closest to that of `id` by cosine
    /// similarity.
    ///
    /// # Errors
    /// `bad-option` if there is no such token.
    pub fn neighbours(&self, side: Side, id: u32, count: usize) -> Result<Vec<Rated>> {
        let [source, target] = self.model().embeddings();
        let table = if side == Side::Source { source } else { target };
        neighbours(table, id, count, |id| self.token(side, id))
    }

    /// Position embeddings `(count, C)` of the first positions; empty for a model without any.
    pub fn positions(&self, count: usize) -> Vec<f32> {
        self.model().positions(count.min(MAX_POSITIONS))
    }

    /// A token as printable text.
    fn token(&self, side: Side, id: u32) -> String {
        match side {
            Side::Source => self.tokenizer().source_pieces(&[id]).concat(),
            Side::Target => self.tokenizer().target_pieces(&[id]).concat(),
        }
    }
}
