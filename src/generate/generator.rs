//! Text generation as a session: load a model, start from a prompt, take one token after another.

use super::form::Header;
use super::inside::{MAX_POSITIONS, Rated, Recorded, check_residual, likeliest, neighbours};
use super::options::{End, Options, Started, Token};
use super::prompt::read_prompt;
use super::sampling::bad_option;
use super::session::Session;
use crate::error::{Error, ErrorCode, Result};
use crate::gpu::Gpu;
use crate::io::Weights;
use crate::models::{LanguageModel, ModelConfig, cut_vocabulary, fit_vocabulary};
use crate::nn::Module;
use crate::now::now;
use crate::tensor::{Device, Tensor};
use crate::text::TextTokenizer;

/// A language model with its tokenizer and the text it is writing.
///
/// The n-th token of a text uses the n-th random number of the seed, even if the token is forced or needs no
/// random number. A text therefore depends only on the prompt, the options and the forced tokens with their
/// positions, not on tokens that were written and taken back.
///
/// ```
/// use liedwerk::generate::{Generator, Options};
///
/// let mut generator = Generator::from_files(
///     &std::fs::read_to_string("www/models/char-lstm-songs/config.json")?,
///     &std::fs::read_to_string("www/models/char-lstm-songs/tokenizer.json")?,
///     &std::fs::read("www/models/char-lstm-songs/model.safetensors")?,
/// )?;
/// generator.start("O rose, ", Options { max_new_tokens: 10, ..Options::default() })?;
/// while let Some(token) = generator.next()? {
///     print!("{}", token.text);
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Generator {
    model: LanguageModel,
    /// A copy of the model on a GPU; if present, it does the writing.
    on_gpu: Option<LanguageModel>,
    /// Why the GPU is no longer used.
    gpu_fault: Option<Error>,
    tokenizer: TextTokenizer,
    header: Header,
    session: Option<Session>,
}

impl Generator {
    /// Loads a model from the contents of its three files.
    ///
    /// # Errors
    /// `bad-config` for a configuration that does not parse or does not describe a language model;
    /// `bad-tokenizer` for a tokenizer that does not parse or whose vocabulary size differs from the model's
    /// (a GPT-2 tokenizer may have somewhat fewer tokens, and the model never writes the others); for the
    /// weights see [`Weights`]. [`Weights`] says.
    pub fn from_files(config_json: &str, tokenizer_json: &str, weights: &[u8]) -> Result<Self> {
        let mut config = ModelConfig::from_json(config_json)?;
        let vocab_size = config.language_vocab_size()?;
        let mut tokenizer = TextTokenizer::from_json(tokenizer_json)?;
        tokenizer.fit(vocab_size);
        fit_vocabulary(&mut config, tokenizer.vocab_size());
        let vocab_size = config.language_vocab_size()?;
        check_vocabulary(&tokenizer, vocab_size)?;
        let mut weights = Weights::from_safetensors(weights)?;
        cut_vocabulary(&mut weights, vocab_size);
        let model = LanguageModel::from_weights(config, &mut weights)?;
        weights.finish()?;
        Self::new(model, tokenizer)
    }

    /// Creates a generator for a model that is already in memory, such as one in training.
    ///
    /// # Errors
    /// `bad-tokenizer` if the vocabulary sizes of tokenizer and model differ.
    pub fn new(model: impl Into<LanguageModel>, tokenizer: impl Into<TextTokenizer>) -> Result<Self> {
        let (model, tokenizer) = (model.into(), tokenizer.into());
        check_vocabulary(&tokenizer, model.vocab_size())?;
        let header = Header::of(model.styles(), &tokenizer);
        Ok(Self { model, on_gpu: None, gpu_fault: None, tokenizer, header, session: None })
    }

    /// Switches to a GPU, or back to the CPU; a text in progress is kept.
    ///
    /// If the GPU fails later, the CPU continues the same text: see [`Self::gpu_fault`].
    pub fn use_gpu(&mut self, gpu: Option<&Gpu>) {
        self.gpu_fault = None;
        self.on_gpu = gpu.map(|gpu| {
            let mut model = self.model.clone();
            model.to(&Device::Gpu(gpu.clone()));
            model
        });
        self.forget_state();
    }

    /// The error that made the generator fall back to the CPU.
    pub fn gpu_fault(&self) -> Option<&Error> {
        self.gpu_fault.as_ref()
    }

    /// Drops the state, which belongs to another device; the next step recomputes it from the text.
    fn forget_state(&mut self) {
        let model = self.on_gpu.as_ref().unwrap_or(&self.model);
        if let Some(session) = &mut self.session {
            session.forget_state(model);
        }
    }

    /// Falls back to the CPU if the error is the GPU's; returns whether it did.
    fn survives(&mut self, error: &Error) -> bool {
        let survives = self.on_gpu.is_some() && error.code().is_of_gpu();
        if survives {
            self.on_gpu = None;
            self.gpu_fault = Some(error.clone());
            self.forget_state();
        }
        survives
    }

    /// The model that writes: the copy on the GPU if there is one.
    pub fn writing_model(&self) -> &LanguageModel {
        self.on_gpu.as_ref().unwrap_or(&self.model)
    }

    /// The model in main memory.
    pub fn model(&self) -> &LanguageModel {
        &self.model
    }

    /// The tokenizer.
    pub fn tokenizer(&self) -> &TextTokenizer {
        &self.tokenizer
    }

    /// The header fields (title, style, …) that this model understands before a song.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// Starts a new text that continues `prompt` and drops any text in progress.
    ///
    /// A character model reads the prompt as the start of a line: it is fed a line break first (unless the
    /// start of the prompt had to be cut off). A subword model reads the prompt as it is, and an empty one as
    /// the start of a text. If the prompt is longer than the context, only its end is read, and a note says
    /// so.
    ///
    /// # Errors
    /// `bad-option` if an option is out of range; the text in progress is then kept.
    pub fn start(&mut self, prompt: &str, options: Options) -> Result<Started> {
        now(self.start_async(prompt, options))
    }

    /// Asynchronous [`start`](Self::start), for use with a GPU.
    ///
    /// # Errors
    /// As `start`.
    pub async fn start_async(&mut self, prompt: &str, options: Options) -> Result<Started> {
        let (started, tokens) = read_prompt(&self.tokenizer, self.model.context(), prompt);
        let after_prompt = !started.prompt.is_empty();
        loop {
            match Session::new(self.writing_model(), tokens.clone(), after_prompt, options.clone()).await {
                Ok(session) => self.session = Some(session),
                Err(error) if self.survives(&error) => continue,
                Err(error) => return Err(error),
            }
            return Ok(started);
        }
    }

    /// Writes one token: one model step and one draw. Returns `None` once the text has [ended](Self::end) and
    /// before the first [`start`](Self::start). With a beam, the first call searches for the whole text.
    ///
    /// # Errors
    /// `not-finite` if the model computes something that is not finite or no token is possible; this ends the
    /// text.
    #[expect(clippy::should_implement_trait, reason = "a generator can be started again after its end")]
    pub fn next(&mut self) -> Result<Option<Token>> {
        now(self.next_async())
    }

    /// Asynchronous [`next`](Self::next), for use with a GPU.
    ///
    /// # Errors
    /// As `next`.
    pub async fn next_async(&mut self) -> Result<Option<Token>> {
        self.write(None).await
    }

    /// Writes this token instead of sampling one. Returns `None` in the same cases as [`next`](Self::next).
    ///
    /// # Errors
    /// `bad-option` if the vocabulary has no such token, which leaves the text unchanged; `not-finite`.
    pub fn force(&mut self, id: u32) -> Result<Option<Token>> {
        now(self.force_async(id))
    }

    /// Asynchronous [`force`](Self::force), for use with a GPU.
    ///
    /// # Errors
    /// As `force`.
    pub async fn force_async(&mut self, id: u32) -> Result<Option<Token>> {
        let vocab_size = self.model.vocab_size();
        if id as usize >= vocab_size {
            return bad_option(format!("the token {id} cannot be forced; there are {vocab_size} tokens"));
        }
        self.write(Some(id)).await
    }

    /// Takes back the last `count` tokens, even after the end of the text. Returns the text of the remaining
    /// tokens as far as it is released (an incomplete character or stop string is held back again).
    ///
    /// # Errors
    /// `bad-option` if `count` is 0 or exceeds the number of tokens written; the text is then unchanged.
    pub fn rewind(&mut self, count: usize) -> Result<String> {
        match &mut self.session {
            Some(session) => {
                let model = self.on_gpu.as_ref().unwrap_or(&self.model);
                session.rewind(model, &self.tokenizer, count)
            }
            None => bad_option("no token can be taken back; no text is begun"),
        }
    }

    /// Recorded activations for all tokens read since the last call, including the prompt. `None` unless
    /// [`Options::recording`] is set.
    ///
    /// A token is read only when the next one is written, so the last token of a text is never recorded.
    pub fn take_recorded(&mut self) -> Option<Recorded> {
        let (frames, tokens) = self.session.as_mut()?.take_recording()?;
        let named = |&id: &u32| (id, self.tokenizer.token_text(id));
        Some(Recorded { tokens: tokens.iter().map(named).collect(), frames, shape: self.model.frame_shape() })
    }

    /// Applies the output head to each row of a residual stream `(R, C)` and returns the `count` likeliest
    /// tokens per row (the logit lens, nostalgebraist 2020).
    ///
    /// # Errors
    /// `bad-option` if the model has no residual stream or the numbers do not form rows of one.
    pub fn lens(&self, residual: &[f32], count: usize) -> Result<Vec<Vec<Rated>>> {
        let channels = self.model.frame_shape().channels;
        check_residual(residual, channels)?;
        let residual = Tensor::from_vec(residual.to_vec(), &[residual.len() / channels, channels]);
        let Some(logits) = self.model.lens(&residual) else {
            return bad_option("an LSTM has no residual stream");
        };
        let name = |id| self.tokenizer.token_text(id);
        Ok(likeliest(logits.data(), self.model.vocab_size(), count, name))
    }

    /// Returns the `count` tokens whose embeddings are closest to that of `id` by cosine similarity.
    ///
    /// # Errors
    /// `bad-option` if there is no such token.
    pub fn neighbours(&self, id: u32, count: usize) -> Result<Vec<Rated>> {
        neighbours(self.model.embedding(), id, count, |id| self.tokenizer.token_text(id))
    }

    /// Position embeddings `(count, C)` of the first positions, fewer if the model has fewer; empty for an
    /// LSTM.
    pub fn positions(&self, count: usize) -> Vec<f32> {
        self.model.positions(count.min(MAX_POSITIONS))
    }

    /// Maximum number of tokens [`next`](Self::next) will still return.
    pub fn remaining(&self) -> usize {
        self.session.as_ref().map_or(0, Session::remaining)
    }

    /// Why the text has ended; `None` while it is in progress.
    pub fn end(&self) -> Option<End> {
        self.session.as_ref().and_then(Session::end)
    }

    async fn write(&mut self, forced: Option<u32>) -> Result<Option<Token>> {
        loop {
            let Some(session) = self.session.as_mut().filter(|session| session.end().is_none()) else {
                return Ok(None);
            };
            let model = self.on_gpu.as_ref().unwrap_or(&self.model);
            match session.write(model, &self.tokenizer, forced).await {
                Ok(token) => return Ok(Some(token)),
                Err(error) if self.survives(&error) => {}
                Err(error) => {
                    self.session = None;
                    return Err(error);
                }
            }
        }
    }
}

fn check_vocabulary(tokenizer: &TextTokenizer, vocab_size: usize) -> Result<()> {
    let tokens = tokenizer.vocab_size();
    if tokens == vocab_size {
        return Ok(());
    }
    let message = format!("the tokenizer has {tokens} tokens, but the model's vocab_size is {vocab_size}");
    Err(Error::new(ErrorCode::BadTokenizer, message))
}
