//! GPT-2 while it writes: a prompt is read in one go, then token after token, keys and values being kept; a
//! window that is full slides on.

use super::decoder::{ModelDecoder, State};
use super::{FrameShape, Gpt, Recording};
use crate::error::Result;
use crate::nn::{Dropout, KvCache, Reading, Rows, Trace};
use crate::ops::Reach;
use crate::tensor::Tensor;

/// Texts in progress. Each may grow without end: of what no longer fits into the window the model forgets
/// the older half, see [`GptConfig::dropped`](super::GptConfig::dropped).
#[derive(Clone)]
pub struct GptState {
    /// Of each text those that the window still holds, at most `n_positions`.
    tokens: Vec<Vec<u32>>,
    rows: Rows,
    /// Of each block, what its attention has kept of these tokens.
    caches: Vec<KvCache>,
}

/// Texts that a GPT-2 writes side by side.
pub type GptDecoder<'a> = ModelDecoder<'a, Gpt, GptState>;

impl Gpt {
    /// `rows` texts without a token.
    pub fn begin(&self, rows: usize) -> GptState {
        let cache = KvCache::new(rows, self.config.n_embd);
        GptState {
            tokens: vec![Vec::new(); rows],
            rows: Rows::new(rows),
            caches: vec![cache; self.blocks.len()],
        }
    }

    /// `rows` texts without a token, for writing.
    pub fn decoder(&self, rows: usize) -> GptDecoder<'_> {
        ModelDecoder::new(self, self.begin(rows))
    }

    /// Feeds tokens, at least one, to the only text: the scores `(1, V)` of the next. In portable arithmetic these
    /// are the bits of feeding them one by one, but each weight is read once for all.
    pub(super) fn read(&self, state: &mut GptState, tokens: &[u32], trace: Option<&Trace>) -> Tensor {
        let x = self.extend(state, 0, tokens, 0, trace);
        self.scores(&x.expect("there is a token to read"))
    }

    /// The scores `(1, V)` of what follows the last of the rows `x (R, C)`.
    fn scores(&self, x: &Tensor) -> Tensor {
        self.logits(&x.narrow(0, x.dim(0) - 1, 1))
    }

    /// A text goes on by these tokens, and then has room for `room` more: the last block's output `(S, C)` for each
    /// token that had to be computed, if there is one. If the window slid, these are all that it still holds.
    fn extend(
        &self,
        state: &mut GptState,
        row: usize,
        tokens: &[u32],
        room: usize,
        trace: Option<&Trace>,
    ) -> Option<Tensor> {
        let GptState { tokens: texts, rows, caches } = state;
        let window = &mut texts[row];
        window.extend_from_slice(tokens);
        let dropped = self.config.dropped(window.len() + room);
        if dropped > 0 {
            window.drain(..dropped);
            rows.clear(row);
        }
        let first = rows.length(row);
        let new = &window[first..];
        if new.is_empty() {
            return None;
        }
        let (texts, lengths) = rows.extend(row, new.len());
        let positions: Vec<u32> = (first as u32..window.len() as u32).collect();
        let reach = Reach { texts: &texts, lengths: &lengths };
        Some(self.go_on(new, &positions, caches, reach, trace))
    }

    /// The last block's output `(R, C)` for tokens at these positions of texts in progress.
    fn go_on(
        &self,
        tokens: &[u32],
        positions: &[u32],
        caches: &mut [KvCache],
        reach: Reach<'_>,
        trace: Option<&Trace>,
    ) -> Tensor {
        let count = [tokens.len()];
        let x = self.wte.forward(tokens, &count).add(&self.wpe.forward(positions, &count)).apart();
        let watch = trace.map(|trace| &trace.attention);
        let readings = caches.iter_mut().map(|cache| Reading::GoingOn(cache, reach, watch));
        self.pass(x, readings, &Dropout::none(), trace.map(|trace| &trace.states))
    }

    /// Adds to a recording what has been traced of these `tokens` read last by the only text: a frame for each. Gives
    /// the values of `scores`.
    pub(super) async fn record(
        &self,
        state: &GptState,
        tokens: usize,
        scores: &Tensor,
        trace: &Trace,
        recording: &mut Recording,
    ) -> Result<Vec<f32>> {
        let window = state.tokens[0].len();
        // A prompt may be longer than the window: what fell out of it was never read.
        let gone = tokens.saturating_sub(window);
        (0..gone).for_each(|_| recording.close(0));
        let spans: Vec<usize> = (window + 1 - (tokens - gone)..=window).collect();
        recording.add(scores, trace, &spans, 0).await
    }

    /// Sizes of a recording's frames.
    pub(super) fn frame_shape(&self) -> FrameShape {
        let config = &self.config;
        FrameShape { layers: config.n_layer, heads: config.n_head, channels: config.n_embd }
    }
}

impl GptDecoder<'_> {
    /// Feeds several tokens to one row; `logits` becomes `(V)`, the scores of the next. In portable arithmetic these
    /// are the bits of feeding them one by one, but each weight is read once for all. The model is in main memory.
    ///
    /// # Panics
    /// Without tokens, or if an id is outside the vocabulary.
    pub fn prefill(&mut self, row: usize, tokens: &[u32], logits: &mut Vec<f32>) {
        assert!(!tokens.is_empty(), "prefill: no tokens");
        let x = self.model.extend(&mut self.state, row, tokens, 0, None);
        *logits = self.model.scores(&x.expect("there is a token to read")).to_vec();
    }

    /// The tokens of a row that the model still sees.
    pub fn window(&self, row: usize) -> &[u32] {
        &self.state.tokens[row]
    }
}

impl State<Gpt> for GptState {
    fn feed(&mut self, model: &Gpt, tokens: &[u32]) -> Tensor {
        assert_eq!(tokens.len(), self.rows.count(), "step: one token for each row");
        for (row, &token) in tokens.iter().enumerate() {
            // Only a full window slides here, before the rows go on side by side.
            model.extend(self, row, &[], 1, None);
            self.tokens[row].push(token);
        }
        let positions: Vec<u32> = (0..tokens.len()).map(|row| self.rows.length(row) as u32).collect();
        let reach = self.rows.extend_all();
        model.logits(&model.go_on(tokens, &positions, &mut self.caches, reach, None))
    }

    fn select(&mut self, rows: &[usize]) {
        self.tokens = rows.iter().map(|&row| self.tokens[row].clone()).collect();
        self.rows.select(rows, &mut self.caches);
    }
}
