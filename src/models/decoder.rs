//! Decoding: extends several texts side by side, one token at a time.

use crate::error::Result;
use crate::tensor::{Tensor, read_all};
use std::pin::Pin;

/// A decoding step. It may wait for a GPU; on the CPU it completes on the first poll.
pub type Stepping<'a> = Pin<Box<dyn Future<Output = Result<()>> + 'a>>;

/// Texts in progress. Each row is one text: its tokens so far and, for a translation, its source.
///
/// A row's logits do not depend on the other rows; in portable arithmetic this holds bit for bit.
pub trait Decoder {
    /// Feeds one token to each row and sets `logits` to `(R, V)`, the scores of each row's next token.
    ///
    /// # Errors
    /// `gpu-lost` or `out-of-memory`, on a GPU.
    fn step<'a>(&'a mut self, tokens: &'a [u32], logits: &'a mut Vec<f32>) -> Stepping<'a>;

    /// Makes row `i` a copy of the current row `rows[i]`; rows not listed are dropped.
    fn select(&mut self, rows: &[usize]);

    /// Each row's attention weights over its source tokens at the last step, if it has a source and they were
    /// requested.
    fn attention(&self) -> &[Vec<f32>];
}

/// A model's memory of several texts in progress, on the model's device.
pub trait State<M> {
    /// Feeds one token to each row and returns the scores `(R, V)` of the next ones.
    fn feed(&mut self, model: &M, tokens: &[u32]) -> Tensor;

    /// Makes row `i` a copy of the current row `rows[i]`; rows not listed are dropped.
    fn select(&mut self, rows: &[usize]);

    /// The attention weights `(R, N, S)` over the source tokens at the last step, and each row's source
    /// length in tokens, if they were requested.
    fn watched(&self) -> Option<(&Tensor, &[usize])> {
        None
    }
}

/// A model together with its state of texts in progress.
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

/// Averages the weights `(N, S)` over the heads, for the first `positions` positions.
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
