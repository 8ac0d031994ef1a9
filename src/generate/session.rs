//! A text in progress: its tokens, the model's state, and rewinding.

use super::beam::{self, Limits};
use super::candidates::Candidate;
use super::options::{End, Options, Row, Token};
use super::output::Output;
use super::sampler::Sampler;
use super::sampling::bad_option;
use crate::error::{Error, ErrorCode, Result};
use crate::models::{LanguageModel, Recording, TextState};
use crate::text::TextTokenizer;

/// Tokens between two saved states of an LSTM, so that rewinding recomputes fewer than that.
const MARK_EVERY: usize = 256;

/// Everything that changes while a text is written.
pub(super) struct Session {
    options: Options,
    sampler: Sampler,
    /// The whole text, including the prompt.
    tokens: Vec<u32>,
    prompt_length: usize,
    /// False if the prompt was empty, so that the text begins with the first token written.
    after_prompt: bool,
    state: TextState,
    /// Number of tokens `state` has read; never all, since feeding the last one yields the next logits.
    read: usize,
    /// Saved states with the number of tokens each has read, ascending. Only for models without a context window, as a window is
    /// quickly read again.
    marks: Vec<(usize, TextState)>,
    logits: Vec<f32>,
    /// Activations at the tokens read since the recording was last taken, if recording is on.
    recording: Option<Recording>,
    output: Output,
    /// Text lengths after each forced token.
    forced: Vec<usize>,
    /// The continuation that beam search found after the prompt or the last forced token.
    plan: Option<Vec<u32>>,
    end: Option<End>,
}

impl Session {
    /// Starts a text with `tokens`, at least one. The model reads all but the last.
    ///
    /// # Errors
    /// `bad-option`.
    pub async fn new(
        model: &LanguageModel,
        tokens: Vec<u32>,
        after_prompt: bool,
        options: Options,
    ) -> Result<Self> {
        options.check()?;
        let sampler = Sampler::new(options.sampling, options.seed)?
            .with_bias(options.logit_bias.clone(), model.vocab_size())?;
        let mut session = Self {
            recording: options.recording.then(Recording::default),
            options,
            sampler,
            prompt_length: tokens.len(),
            tokens,
            after_prompt,
            state: model.begin(),
            read: 0,
            marks: Vec::new(),
            logits: Vec::new(),
            output: Output::new(after_prompt),
            forced: Vec::new(),
            plan: None,
            end: None,
        };
        session.read_to(model, session.prompt_length - 1).await?;
        Ok(session)
    }

    /// Number of tokens written so far.
    pub fn written(&self) -> usize {
        self.tokens.len() - self.prompt_length
    }

    /// Number of tokens that can still be written.
    pub fn remaining(&self) -> usize {
        if self.end.is_some() { 0 } else { self.options.max_new_tokens - self.written() }
    }

    /// Why the text has ended, if it has.
    pub fn end(&self) -> Option<End> {
        self.end
    }

    /// Appends the `forced` token, or one that is sampled or planned. Must not be called after the end.
    ///
    /// # Errors
    /// `not-finite`.
    pub async fn write(
        &mut self,
        model: &LanguageModel,
        tokenizer: &TextTokenizer,
        forced: Option<u32>,
    ) -> Result<Token> {
        let (chosen, candidates) = match forced {
            Some(id) if self.options.beam_width > 1 => (id, Vec::new()),
            None if self.options.beam_width > 1 => (self.planned(model, tokenizer).await?, Vec::new()),
            _ => self.drawn(model).await?,
        };
        let id = forced.unwrap_or(chosen);
        self.tokens.push(id);
        if forced.is_some() {
            self.forced.push(self.tokens.len());
            self.plan = None;
        }
        let (mut text, stopped) = if tokenizer.end_id() == Some(id) {
            self.end = Some(End::EndOfText);
            (String::new(), false)
        } else {
            self.output.push(tokenizer, id, &self.options.stop)
        };
        if stopped {
            self.end = Some(End::Stop);
        } else if self.end.is_some() || self.written() == self.options.max_new_tokens {
            self.end = self.end.or(Some(End::Limit));
            text.push_str(&self.output.finish());
        }
        let row = |candidate: Candidate| Row { text: tokenizer.token_text(candidate.id), candidate };
        Ok(Token { id, text, candidates: candidates.into_iter().map(row).collect() })
    }

    /// Takes back the last `count` tokens and returns the released text of the remaining ones.
    ///
    /// # Errors
    /// `bad-option` if `count` is 0 or exceeds the number of tokens written.
    pub fn rewind(
        &mut self,
        model: &LanguageModel,
        tokenizer: &TextTokenizer,
        count: usize,
    ) -> Result<String> {
        let written = self.written();
        if !(1..=written).contains(&count) {
            return bad_option(format!("{count} tokens cannot be taken back; {written} are written"));
        }
        self.tokens.truncate(self.tokens.len() - count);
        self.forget_to(model, self.tokens.len() - 1);
        let forced = self.forced.len();
        self.forced.retain(|&length| length <= self.tokens.len());
        if self.forced.len() < forced {
            self.plan = None;
        }
        self.sampler.seek(self.written());
        self.end = None;
        self.output = Output::new(self.after_prompt);
        let written = &self.tokens[self.prompt_length..];
        Ok(written.iter().map(|&id| self.output.push(tokenizer, id, &self.options.stop).0).collect())
    }

    async fn drawn(&mut self, model: &LanguageModel) -> Result<(u32, Vec<Candidate>)> {
        self.read_to(model, self.tokens.len()).await?;
        match self.options.candidates {
            0 => Ok((self.sampler.sample(&mut self.logits, &self.tokens)?, Vec::new())),
            count => self.sampler.sample_listing(&mut self.logits, &self.tokens, count),
        }
    }

    /// The next token of the likeliest text after the prompt and the forced tokens, found by beam search.
    async fn planned(&mut self, model: &LanguageModel, tokenizer: &TextTokenizer) -> Result<u32> {
        let given = self.forced.last().copied().unwrap_or(self.prompt_length);
        if self.plan.is_none() {
            self.forget_to(model, given - 1);
            self.read_to(model, given - 1).await?;
            let limits = Limits {
                max_new_tokens: self.options.max_new_tokens + self.prompt_length - given,
                no_repeat_ngram: self.options.sampling.no_repeat_ngram,
            };
            let mut decoder = model.decoder(&self.state);
            let (prompt, end) = (&self.tokens[..given], tokenizer.end_id());
            let found = beam::continuation(&mut *decoder, prompt, end, limits, self.options.search()).await?;
            self.plan = Some(found.tokens);
        }
        let next = self.plan.as_ref().and_then(|plan| plan.get(self.tokens.len() - given));
        next.copied().ok_or_else(|| {
            Error::new(ErrorCode::NotFinite, "no token is possible: every one would repeat an n-gram")
        })
    }

    /// Returns the frames recorded since the last call with their tokens; `None` if recording is off.
    pub fn take_recording(&mut self) -> Option<(Recording, &[u32])> {
        let recording = self.recording.as_mut()?;
        let taken = std::mem::replace(recording, Recording::at(self.read));
        let tokens = &self.tokens[taken.first..taken.first + taken.len()];
        Some((taken, tokens))
    }

    /// Drops the model's state, so that another device can continue the text.
    pub fn forget_state(&mut self, model: &LanguageModel) {
        self.marks.clear();
        (self.read, self.state) = (0, model.begin());
    }

    /// Feeds the model the tokens before `end`.
    async fn read_to(&mut self, model: &LanguageModel, end: usize) -> Result<()> {
        let marking = model.context().is_none();
        while self.read < end {
            let mark = (self.read / MARK_EVERY + 1) * MARK_EVERY;
            let until = if marking { end.min(mark) } else { end };
            if let Some(recording) = &mut self.recording {
                recording.go_to(self.read);
            }
            let (tokens, recording) = (&self.tokens[self.read..until], self.recording.as_mut());
            model.feed_recording(&mut self.state, tokens, &mut self.logits, recording).await?;
            self.read = until;
            if marking && until == mark {
                self.marks.push((mark, self.state.clone()));
            }
        }
        Ok(())
    }

    /// Rewinds the state so that the model has read at most the first `end` tokens.
    fn forget_to(&mut self, model: &LanguageModel, end: usize) {
        if self.read <= end {
            return;
        }
        self.marks.retain(|(length, _)| *length <= end);
        (self.read, self.state) = match self.marks.last() {
            Some((length, state)) => (*length, state.clone()),
            None => (0, model.begin()),
        };
    }
}
