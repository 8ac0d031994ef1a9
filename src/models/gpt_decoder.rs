//! GPT-2 while decoding: a prompt is read in one go, then token after token, keys and values being kept;
//! a window that is full slides on.

use super::decoder::{Decoder, Stepping, select, stepped};
use super::{Gpt, Recording};
use crate::cpu::elementwise::add_assign;
use crate::nn::KvCache;

/// Texts in progress. Each may grow without end: of what no longer fits into the window the model forgets
/// the older half, see [`GptConfig::dropped`](super::GptConfig::dropped).
pub struct GptDecoder<'a> {
    model: &'a Gpt,
    rows: Vec<GptText>,
}

/// One text, as far as the window reaches.
#[derive(Clone)]
pub struct GptText {
    /// At most `n_positions`.
    tokens: Vec<u32>,
    /// Of each block, what its attention has kept of these tokens.
    caches: Vec<KvCache>,
}

impl Gpt {
    /// `rows` texts without a token.
    pub fn decoder(&self, rows: usize) -> GptDecoder<'_> {
        self.decoder_of(vec![self.empty_text(); rows])
    }

    /// These texts going on.
    pub fn decoder_of(&self, texts: Vec<GptText>) -> GptDecoder<'_> {
        GptDecoder { model: self, rows: texts }
    }

    /// A text without a token.
    pub fn empty_text(&self) -> GptText {
        GptText { tokens: Vec::new(), caches: vec![KvCache::default(); self.blocks.len()] }
    }

    /// Feeds several tokens to one text; `logits` becomes `(V)`, the scores of the next. In portable
    /// arithmetic these are the bits of feeding them one by one, but each weight is read once for all.
    ///
    /// # Panics
    /// Without tokens, or if an id is outside the vocabulary.
    pub fn read(&self, text: &mut GptText, tokens: &[u32], logits: &mut Vec<f32>) {
        self.read_recording(text, tokens, logits, None);
    }

    /// [`Self::read`], and a frame of what the blocks did for each of the tokens, if they are wanted.
    ///
    /// # Panics
    /// As `read`.
    pub fn read_recording(
        &self,
        text: &mut GptText,
        tokens: &[u32],
        logits: &mut Vec<f32>,
        recording: Option<&mut Recording>,
    ) {
        assert!(!tokens.is_empty(), "prefill: no tokens");
        let mut frames = recording.as_ref().map(|_| Frames::default());
        let x = self.extend(text, tokens, 0, frames.as_mut());
        self.logits(&x[x.len() - self.config.n_embd..], logits);
        if let (Some(recording), Some(frames)) = (recording, frames) {
            frames.write(tokens.len(), text.tokens.len(), recording);
        }
    }

    /// The logits of what would be written if a residual stream `(R, C)` ended where it is: `(R, V)`.
    pub fn lens(&self, residual: &[f32]) -> Vec<f32> {
        let mut logits = Vec::new();
        self.logits(residual, &mut logits);
        logits
    }

    /// Adds the vector of a token at this position to the rows of `x (S, C)`.
    fn push_embedded(&self, token: u32, position: usize, x: &mut Vec<f32>) {
        let start = x.len();
        x.extend_from_slice(self.wte.row(token));
        add_assign(self.wpe.row(position as u32), &mut x[start..]);
    }

    /// One text goes on by these tokens, and then has room for `room` more: the last block's output `(S, C)`
    /// for each token that had to be computed. If the window slid, these are all that it still holds.
    fn extend(
        &self,
        row: &mut GptText,
        tokens: &[u32],
        room: usize,
        mut frames: Option<&mut Frames>,
    ) -> Vec<f32> {
        let mut first = row.tokens.len();
        row.tokens.extend_from_slice(tokens);
        let dropped = self.config.dropped(row.tokens.len() + room);
        if dropped > 0 {
            row.tokens.drain(..dropped);
            row.caches.fill(KvCache::default());
            first = 0;
        }
        let mut x = Vec::with_capacity((row.tokens.len() - first) * self.config.n_embd);
        for (position, &token) in row.tokens.iter().enumerate().skip(first) {
            self.push_embedded(token, position, &mut x);
        }
        if let Some(frames) = &mut frames {
            frames.begin(&x, self.config.n_embd);
        }
        for (block, cache) in self.blocks.iter().zip(&mut row.caches) {
            let Some(frames) = &mut frames else {
                block.extend(&mut x, cache, None);
                continue;
            };
            block.extend(
                &mut x,
                cache,
                Some(&mut |row, weights| frames.attention[row].extend_from_slice(weights)),
            );
            frames.residual(&x, self.config.n_embd);
        }
        x
    }

    /// Logits `(R, V)` of the last block's output `x (R, C)`.
    fn logits(&self, x: &[f32], logits: &mut Vec<f32>) {
        self.wte.weight.matvec_rows_into(&self.ln_f.apply(x), logits);
    }
}

/// What the blocks do, for each row that they are given.
#[derive(Default)]
struct Frames {
    /// `(L, N, S)` of each row.
    attention: Vec<Vec<f32>>,
    /// `(L + 1, C)` of each row.
    residual: Vec<Vec<f32>>,
}

impl Frames {
    fn begin(&mut self, x: &[f32], channels: usize) {
        let rows = x.len() / channels;
        (self.attention, self.residual) = (vec![Vec::new(); rows], vec![Vec::new(); rows]);
        self.residual(x, channels);
    }

    fn residual(&mut self, x: &[f32], channels: usize) {
        self.residual
            .iter_mut()
            .zip(x.chunks_exact(channels))
            .for_each(|(all, row)| all.extend_from_slice(row));
    }

    /// The frames of the last `tokens` tokens of a window that now holds `window`.
    fn write(&self, tokens: usize, window: usize, recording: &mut Recording) {
        // A prompt may be longer than the window: what fell out of it was never read.
        let gone = tokens.saturating_sub(window);
        (0..gone).for_each(|_| recording.close(0));
        let first = (self.attention.len() + gone).saturating_sub(tokens);
        for (row, attention) in self.attention.iter().enumerate().skip(first) {
            let span = window - (self.attention.len() - 1 - row);
            recording.push(span, &[attention, &self.residual[row]]);
        }
    }
}

impl GptDecoder<'_> {
    /// Feeds several tokens to one row, see [`Gpt::read`].
    ///
    /// # Panics
    /// Without tokens, or if an id is outside the vocabulary.
    pub fn prefill(&mut self, row: usize, tokens: &[u32], logits: &mut Vec<f32>) {
        self.model.read(&mut self.rows[row], tokens, logits);
    }

    /// The tokens of a row that the model still sees.
    pub fn window(&self, row: usize) -> &[u32] {
        &self.rows[row].tokens
    }
}

impl Decoder for GptDecoder<'_> {
    fn step<'a>(&'a mut self, tokens: &'a [u32], logits: &'a mut Vec<f32>) -> Stepping<'a> {
        assert_eq!(tokens.len(), self.rows.len(), "step: one token for each row");
        let model = self.model;
        let mut x = Vec::with_capacity(tokens.len() * model.config.n_embd);
        for (&token, row) in tokens.iter().zip(&mut self.rows) {
            // Only a full window slides here, before the rows go on side by side.
            model.extend(row, &[], 1, None);
            model.push_embedded(token, row.tokens.len(), &mut x);
            row.tokens.push(token);
        }
        for (k, block) in model.blocks.iter().enumerate() {
            block.extend_rows(&mut x, self.rows.iter_mut().map(|row| &mut row.caches[k]));
        }
        model.logits(&x, logits);
        stepped()
    }

    fn select(&mut self, rows: &[usize]) {
        select(&mut self.rows, rows);
    }

    fn attention(&self) -> &[Vec<f32>] {
        &[]
    }
}
