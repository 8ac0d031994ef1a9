//! Decoding on any device: what a text in progress remembers lies in tensors, and a step is the model's usual
//! ops. The forms on slices (`*_decoder.rs`) are the CPU's: faster there, and with the bits that links
//! promise.

use super::decoder::{Decoder, Stepping};
use crate::error::Result;
use crate::tensor::{Tensor, read_all};

/// What a model remembers of R texts in progress, in tensors.
pub(super) trait Rows<M> {
    /// Feeds one token to each row: the scores `(R, V)` of the next ones.
    fn feed(&mut self, model: &M, tokens: &[u32]) -> Tensor;

    /// Feeds several tokens to the only row, at least one: the scores `(1, V)` of the next.
    fn read(&mut self, model: &M, tokens: &[u32]) -> Tensor {
        one_by_one(self, model, tokens)
    }

    /// Row `i` goes on as a copy of what row `rows[i]` is; rows not named are given up.
    fn select(&mut self, rows: &[usize]);

    /// The weights `(R, S)` over the sources' tokens at the last step, with the number of tokens of each row's
    /// source, if they were asked for.
    fn watched(&self) -> Option<(&Tensor, Vec<usize>)> {
        None
    }
}

/// [`Rows::read`] in as many steps as there are tokens.
pub(super) fn one_by_one<M>(rows: &mut (impl Rows<M> + ?Sized), model: &M, tokens: &[u32]) -> Tensor {
    let mut scores = None;
    tokens.iter().for_each(|&token| scores = Some(rows.feed(model, &[token])));
    scores.expect("read: no tokens")
}

/// The rows `chosen` of a tensor `(R, …)`.
pub(super) fn chosen_rows(x: &Tensor, chosen: &[usize]) -> Tensor {
    let ids: Vec<u32> = chosen.iter().map(|&row| row as u32).collect();
    let (rows, rest) = (x.dim(0), &x.shape()[1..]);
    let flat = x.reshape(&[rows, x.numel() / rows]).embedding(&ids, &[ids.len()]);
    flat.reshape(&[&[ids.len()], rest].concat())
}

/// Sources padded with 0 on the right to one length, row after row, and how long each is.
pub(super) fn padded<S: AsRef<[u32]>>(sources: &[S]) -> (Vec<u32>, Vec<usize>) {
    let lengths: Vec<usize> = sources.iter().map(|source| source.as_ref().len()).collect();
    let longest = lengths.iter().copied().max().unwrap_or(0);
    let mut ids = Vec::with_capacity(longest * lengths.len());
    for source in sources {
        ids.extend_from_slice(source.as_ref());
        ids.resize(ids.len().next_multiple_of(longest.max(1)), 0);
    }
    (ids, lengths)
}

/// Texts in progress on any device.
pub(super) struct RowsDecoder<'a, M, R> {
    pub model: &'a M,
    pub rows: R,
    attention: Vec<Vec<f32>>,
}

impl<'a, M, R: Rows<M>> RowsDecoder<'a, M, R> {
    pub fn new(model: &'a M, rows: R) -> Self {
        Self { model, rows, attention: Vec::new() }
    }

    async fn stepped(&mut self, tokens: &[u32], logits: &mut Vec<f32>) -> Result<()> {
        let scores = self.rows.feed(self.model, tokens);
        match self.rows.watched() {
            None => *logits = scores.read().await?,
            Some((weights, lengths)) => {
                let (count, width) = (scores.numel(), weights.dim(1));
                *logits = read_all(&[&scores, weights]).await?;
                let rows = logits[count..].chunks_exact(width).zip(lengths);
                self.attention = rows.map(|(row, length)| row[..length].to_vec()).collect();
                logits.truncate(count);
            }
        }
        Ok(())
    }
}

impl<M, R: Rows<M>> Decoder for RowsDecoder<'_, M, R> {
    fn step<'a>(&'a mut self, tokens: &'a [u32], logits: &'a mut Vec<f32>) -> Stepping<'a> {
        Box::pin(self.stepped(tokens, logits))
    }

    fn select(&mut self, rows: &[usize]) {
        if !rows.is_empty() {
            self.rows.select(rows);
        }
    }

    fn attention(&self) -> &[Vec<f32>] {
        &self.attention
    }
}
