//! Writing texts one token at a time, several side by side.

use crate::error::Result;
use crate::tensor::{Tensor, read_all};
use std::pin::Pin;

/// A step that may have to wait for a GPU; on the CPU it is done when it is polled first.
pub type Stepping<'a> = Pin<Box<dyn Future<Output = Result<()>> + 'a>>;

/// Texts in progress: each row is one, with what it has read and written so far, and the source if it is a
/// translation.
///
/// A row's logits do not depend on the rows beside it: in portable arithmetic to the bit.
pub trait Decoder {
    /// Feeds one token to each row; `logits` becomes `(R, V)`, the scores of each row's next token.
    ///
    /// # Errors
    /// `gpu-lost` or `out-of-memory`, on a GPU.
    fn step<'a>(&'a mut self, tokens: &'a [u32], logits: &'a mut Vec<f32>) -> Stepping<'a>;

    /// Row `i` goes on as a copy of what row `rows[i]` is; rows not named are given up.
    fn select(&mut self, rows: &[usize]);

    /// For each row the weights over its source's tokens at the last step, if it has one and they were asked
    /// for.
    fn attention(&self) -> &[Vec<f32>];
}

/// What a model remembers of texts in progress, side by side, on whatever device it is.
pub trait State<M> {
    /// Feeds one token to each row: the scores `(R, V)` of the next ones.
    fn feed(&mut self, model: &M, tokens: &[u32]) -> Tensor;

    /// Row `i` goes on as a copy of what row `rows[i]` is; rows not named are given up.
    fn select(&mut self, rows: &[usize]);

    /// The weights `(R, N, S)` over the sources' tokens at the last step, with the number of tokens of each row's
    /// source, if they were asked for.
    fn watched(&self) -> Option<(&Tensor, &[usize])> {
        None
    }
}

/// A model with the state of texts in progress.
pub struct ModelDecoder<'a, M, S> {
    pub(super) model: &'a M,
    pub(super) state: S,
    attention: Vec<Vec<f32>>,
}

impl<'a, M, S: State<M>> ModelDecoder<'a, M, S> {
    pub(super) fn new(model: &'a M, state: S) -> Self {
        Self { model, state, attention: Vec::new() }
    }

    async fn stepped(&mut self, tokens: &[u32], logits: &mut Vec<f32>) -> Result<()> {
        let scores = self.state.feed(self.model, tokens);
        let Some((weights, lengths)) = self.state.watched() else {
            *logits = scores.read().await?;
            return Ok(());
        };
        let (heads, width) = (weights.dim(1), weights.dim(2));
        *logits = read_all(&[&scores, weights]).await?;
        let rows = logits[scores.numel()..].chunks_exact(heads * width).zip(lengths);
        self.attention = rows.map(|(row, &length)| mean(row, heads, length)).collect();
        logits.truncate(scores.numel());
        Ok(())
    }
}

/// The mean of the heads' weights `(N, S)` for the first positions.
fn mean(weights: &[f32], heads: usize, positions: usize) -> Vec<f32> {
    let width = weights.len() / heads;
    let of = |position: usize| (0..heads).map(|head| weights[head * width + position]).sum::<f32>();
    (0..positions).map(|position| of(position) / heads as f32).collect()
}

impl<M, S: State<M>> Decoder for ModelDecoder<'_, M, S> {
    fn step<'a>(&'a mut self, tokens: &'a [u32], logits: &'a mut Vec<f32>) -> Stepping<'a> {
        Box::pin(self.stepped(tokens, logits))
    }

    fn select(&mut self, rows: &[usize]) {
        if !rows.is_empty() {
            self.state.select(rows);
        }
    }

    fn attention(&self) -> &[Vec<f32>] {
        &self.attention
    }
}
