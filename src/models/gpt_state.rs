//! Decoding with GPT-2: a prompt is read in one pass, then one token at a time with cached keys and values. A
//! full window slides.

use super::decoder::{ModelDecoder, State};
use super::{FrameShape, Gpt, Recording};
use crate::error::Result;
use crate::nn::{Dropout, KvCache, Reading, Rows, Trace};
use crate::ops::Reach;
use crate::tensor::Tensor;

/// Texts in progress. Each may grow without limit: when its window is full, the model forgets the older half,
/// see [`GptConfig::dropped`](super::GptConfig::dropped).
#[derive(Clone)]
pub struct GptState {
    /// The tokens in each text's window, at most `n_positions`.
    tokens: Vec<Vec<u32>>,
    rows: Rows,
    /// Cached keys and values of these tokens, for each block.
    caches: Vec<KvCache>,
}

/// Decodes texts side by side with a GPT-2.
pub type GptDecoder<'a> = ModelDecoder<'a, Gpt, GptState>;

impl Gpt {
    /// The state of `rows` empty texts.
    pub fn begin(&self, rows: usize) -> GptState {
        let cache = KvCache::new(rows, self.config.n_embd);
        GptState {
            tokens: vec![Vec::new(); rows],
            rows: Rows::new(rows),
            caches: vec![cache; self.blocks.len()],
        }
    }

    /// A decoder of `rows` empty texts.
    pub fn decoder(&self, rows: usize) -> GptDecoder<'_> {
        ModelDecoder::new(self, self.begin(rows))
    }

    /// Feeds at least one token to the only text and returns the scores `(1, V)` of the next. In portable
    /// arithmetic the result is bit for bit that of feeding the tokens one at a time, but each weight is read
    /// only once.
    pub(super) fn read(&self, state: &mut GptState, tokens: &[u32], trace: Option<&Trace>) -> Tensor {
        let x = self.extend(state, 0, tokens, 0, trace);
        self.scores(&x.expect("there is a token to read"))
    }

    /// The scores `(1, V)` after the last row of `x (R, C)`.
    fn scores(&self, x: &Tensor) -> Tensor {
        self.logits(&x.narrow(0, x.dim(0) - 1, 1))
    }

    /// Appends tokens to a text, leaving room in its window for `room` more. Returns the last block's output
    /// `(S, C)` for each token that had to be computed, if any: all tokens in the window if it slid.
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

    /// Adds to `recording` one frame for each of the last `tokens` tokens of the only text, from `trace`.
    /// Returns the values of `scores`.
    pub(super) async fn record(
        &self,
        state: &GptState,
        tokens: usize,
        scores: &Tensor,
        trace: &Trace,
        recording: &mut Recording,
    ) -> Result<Vec<f32>> {
        let window = state.tokens[0].len();
        // A prompt may be longer than the window: the tokens that fell out were never read.
        let gone = tokens.saturating_sub(window);
        (0..gone).for_each(|_| recording.close(0));
        let spans: Vec<usize> = (window + 1 - (tokens - gone)..=window).collect();
        recording.add(scores, trace, &spans, 0).await
    }

    /// Sizes of the frames in a [`Recording`].
    pub(super) fn frame_shape(&self) -> FrameShape {
        let config = &self.config;
        FrameShape { layers: config.n_layer, heads: config.n_head, channels: config.n_embd }
    }
}

impl GptDecoder<'_> {
    /// Feeds several tokens to one row and sets `logits` to `(V)`, the scores of the next. In portable
    /// arithmetic the result is bit for bit that of feeding them one at a time, but each weight is read only
    /// once.
    ///
    /// # Panics
    /// If `tokens` is empty, an id is outside the vocabulary, or the model is not in main memory.
    pub fn prefill(&mut self, row: usize, tokens: &[u32], logits: &mut Vec<f32>) {
        assert!(!tokens.is_empty(), "prefill: no tokens");
        let x = self.model.extend(&mut self.state, row, tokens, 0, None);
        *logits = self.model.scores(&x.expect("there is a token to read")).to_vec();
    }

    /// The tokens in a row's window, which are all that the model sees.
    pub fn window(&self, row: usize) -> &[u32] {
        &self.state.tokens[row]
    }
}

impl State<Gpt> for GptState {
    fn feed(&mut self, model: &Gpt, tokens: &[u32]) -> Tensor {
        assert_eq!(tokens.len(), self.rows.count(), "step: one token for each row");
        for (row, &token) in tokens.iter().enumerate() {
            // Slides the window if it is full, so that all rows can then take one step together.
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
