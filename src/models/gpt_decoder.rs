//! GPT-2 while decoding: a prompt is read in one go, then token after token, keys and values being kept;
//! a window that is full slides on.

use super::Gpt;
use super::decoder::{Decoder, Stepping, select, stepped};
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
        assert!(!tokens.is_empty(), "prefill: no tokens");
        let x = self.extend(text, tokens, 0);
        self.logits(&x[x.len() - self.config.n_embd..], logits);
    }

    /// Adds the vector of a token at this position to the rows of `x (S, C)`.
    fn push_embedded(&self, token: u32, position: usize, x: &mut Vec<f32>) {
        let start = x.len();
        x.extend_from_slice(self.wte.row(token));
        add_assign(self.wpe.row(position as u32), &mut x[start..]);
    }

    /// One text goes on by these tokens, and then has room for `room` more: the last block's output `(S, C)`
    /// for each token that had to be computed. If the window slid, these are all that it still holds.
    fn extend(&self, row: &mut GptText, tokens: &[u32], room: usize) -> Vec<f32> {
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
        self.blocks.iter().zip(&mut row.caches).for_each(|(block, cache)| block.extend(&mut x, cache));
        x
    }

    /// Logits `(R, V)` of the last block's output `x (R, C)`.
    fn logits(&self, x: &[f32], logits: &mut Vec<f32>) {
        self.wte.weight.matvec_rows_into(&self.ln_f.apply(x), logits);
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
            model.extend(row, &[], 1);
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
