//! Samples several stanzas in parallel.

use super::beginnings::Beginning;
use crate::error::Result;
use crate::generate::Sampling;
use crate::generate::sampler::Sampler;
use crate::models::{Decoder, Gpt};
use crate::now::now;
use crate::text::TextTokenizer;
use crate::train::Continuation;

/// Maximum number of tokens per stanza; the model's context may set a lower limit.
pub const MAX_STANZA_TOKENS: usize = 64;
/// Number of lines per stanza.
const LINES: usize = 4;

/// A sampled stanza.
#[derive(Debug, Clone, PartialEq)]
pub struct Stanza {
    /// Its non-blank lines.
    pub text: String,
    /// The sampled tokens after the beginning.
    pub drawn: Continuation,
}

/// A language model that samples stanzas.
#[derive(Clone, Copy)]
pub struct Writer<'a> {
    /// The model.
    pub model: &'a Gpt,
    /// The tokenizer of its texts.
    pub tokenizer: &'a TextTokenizer,
    /// Sampling settings.
    pub sampling: Sampling,
}

impl Writer<'_> {
    /// Samples a stanza for each beginning and seed. Each stanza is independent of the others.
    ///
    /// # Errors
    /// `not-finite`, and `bad-option` for invalid sampling settings.
    pub fn draw(&self, asked: &[(&Beginning, u64)]) -> Result<Vec<Stanza>> {
        let mut samplers =
            asked.iter().map(|&(_, seed)| Sampler::new(self.sampling, seed)).collect::<Result<Vec<_>>>()?;
        // A beginning shared by several stanzas is read only once.
        let mut read: Vec<&Beginning> = Vec::new();
        let rows: Vec<usize> = asked
            .iter()
            .map(|(beginning, _)| {
                read.iter().position(|known| known == beginning).unwrap_or_else(|| {
                    read.push(beginning);
                    read.len() - 1
                })
            })
            .collect();
        let mut decoder = self.model.decoder(read.len());
        let mut scores = vec![Vec::new(); read.len()];
        for (row, beginning) in read.iter().enumerate() {
            decoder.prefill(row, &beginning.tokens, &mut scores[row]);
        }
        let vocab = self.model.config().vocab_size;
        let mut logits: Vec<f32> = rows.iter().flat_map(|&row| scores[row].iter().copied()).collect();
        decoder.select(&rows);
        let mut texts: Vec<Vec<u32>> = asked.iter().map(|(beginning, _)| beginning.tokens.clone()).collect();
        let mut writing: Vec<usize> = (0..asked.len()).collect();
        while !writing.is_empty() {
            let (mut going_on, mut kept, mut tokens) = (Vec::new(), Vec::new(), Vec::new());
            for (row, &text) in writing.iter().enumerate() {
                let id = samplers[text].sample(&mut logits[row * vocab..][..vocab], &texts[text])?;
                texts[text].push(id);
                if !self.is_whole(&texts[text], asked[text].0.tokens.len()) {
                    kept.push(row);
                    going_on.push(text);
                    tokens.push(id);
                }
            }
            writing = going_on;
            if !writing.is_empty() {
                decoder.select(&kept);
                now(decoder.step(&tokens, &mut logits))?;
            }
        }
        let stanza = |(tokens, (beginning, _)): (Vec<u32>, &(&Beginning, u64))| {
            let beginning = beginning.tokens.len();
            Stanza { text: self.lines(&tokens[beginning..]), drawn: Continuation { tokens, beginning } }
        };
        Ok(texts.into_iter().zip(asked).map(stanza).collect())
    }

    /// Whether a stanza ends here: after its last line, at a blank line, or where the model ends the text.
    fn is_whole(&self, tokens: &[u32], beginning: usize) -> bool {
        let drawn = &tokens[beginning..];
        // Choices end with a line break, which must fit, too.
        let is_full = tokens.len() + 1 >= self.model.config().n_positions;
        if is_full || drawn.len() >= MAX_STANZA_TOKENS || drawn.last().copied() == self.tokenizer.end_id() {
            return true;
        }
        let text = self.tokenizer.decode(drawn);
        let text = text.trim_start();
        text.matches('\n').count() >= LINES || text.contains("\n\n")
    }

    fn lines(&self, drawn: &[u32]) -> String {
        let text = self.tokenizer.decode(drawn);
        let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
        lines.join("\n")
    }
}
