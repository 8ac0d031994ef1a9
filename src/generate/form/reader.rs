//! A text that a model reads line by line, below a header that always stays in its context window.

use crate::error::Result;
use crate::models::{Decoder, LanguageModel, TextState};

/// Number of tokens kept free in the window for the next line.
pub(super) const ROOM: usize = 48;

/// The text that a model has read.
pub(super) struct Reader {
    header: Vec<u32>,
    /// The lines below the header, each with its line break.
    lines: Vec<Vec<u32>>,
    state: TextState,
    logits: Vec<f32>,
}

impl Reader {
    /// Reads a header of at least one token.
    pub async fn new(model: &LanguageModel, header: Vec<u32>) -> Result<Self> {
        let mut reader = Self { header, lines: Vec::new(), state: model.begin(), logits: Vec::new() };
        model.feed(&mut reader.state, &reader.header, &mut reader.logits).await?;
        Ok(reader)
    }

    /// Reads one more line. If the window then lacks room for the next one, drops the older half of the lines
    /// but never the header.
    pub async fn read(&mut self, model: &LanguageModel, line: Vec<u32>) -> Result<()> {
        self.lines.push(line);
        let length = self.header.len() + self.lines.iter().map(Vec::len).sum::<usize>();
        if model.context().is_none_or(|context| length + ROOM <= context) {
            return model.feed(&mut self.state, &self.lines[self.lines.len() - 1], &mut self.logits).await;
        }
        self.lines.drain(..self.lines.len().div_ceil(2));
        self.state = model.begin();
        let tokens = self.tokens();
        model.feed(&mut self.state, &tokens, &mut self.logits).await
    }

    /// All tokens in the model's window.
    pub fn tokens(&self) -> Vec<u32> {
        self.header.iter().chain(self.lines.iter().flatten()).copied().collect()
    }

    /// A decoder with one row that continues from here, and the logits of the next token.
    pub fn decoder<'a>(&'a self, model: &'a LanguageModel) -> (Box<dyn Decoder + 'a>, &'a [f32]) {
        (model.decoder(&self.state), &self.logits)
    }
}
