//! Looking into a translator.

use super::Translator;
use super::inside::{MAX_POSITIONS, Rated, TranslationInside, check_residual, likeliest, neighbours};
use super::sampling::bad_option;
use crate::error::Result;
use crate::now::now;
use crate::tensor::Tensor;
use crate::text::START;

/// Either language of a translator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// What it reads.
    Source,
    /// What it writes.
    Target,
}

impl Translator {
    /// What the model does while it reads these tokens and writes those, as a piece gives them. Read again as it
    /// was decoded, to the bit, so that the search itself is not slowed down. `None` of a model whose attention
    /// is all that there is to see.
    ///
    /// # Errors
    /// `bad-option` if there are no tokens, or there is no such token.
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
    /// `bad-option` for a model without a residual stream, or for numbers that are no rows of one.
    pub fn lens(&self, residual: &[f32], count: usize) -> Result<Vec<Vec<Rated>>> {
        let channels = self.model().embeddings()[1].dim(1);
        check_residual(residual, channels)?;
        let residual = Tensor::from_vec(residual.to_vec(), &[residual.len() / channels, channels]);
        let Some(logits) = self.model().lens(&residual) else {
            return bad_option("a GRU has no residual stream");
        };
        Ok(likeliest(logits.data(), self.model().vocab_sizes()[1], count, |id| self.token(Side::Target, id)))
    }

    /// The `count` tokens of one language whose vectors are most like that of `id`, by their cosine.
    ///
    /// # Errors
    /// `bad-option` if there is no such token.
    pub fn neighbours(&self, side: Side, id: u32, count: usize) -> Result<Vec<Rated>> {
        let [source, target] = self.model().embeddings();
        let table = if side == Side::Source { source } else { target };
        neighbours(table, id, count, |id| self.token(side, id))
    }

    /// The vectors of the first `count` positions `(count, C)`; none of a model without any.
    pub fn positions(&self, count: usize) -> Vec<f32> {
        self.model().positions(count.min(MAX_POSITIONS))
    }

    /// A token for showing.
    fn token(&self, side: Side, id: u32) -> String {
        match side {
            Side::Source => self.tokenizer().source_pieces(&[id]).concat(),
            Side::Target => self.tokenizer().target_pieces(&[id]).concat(),
        }
    }
}
