//! A text generator as a session: load a model, start with a prompt, take token by token.

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

/// A language model with its tokenizer, and the text it is writing.
///
/// The n-th token of a text takes the n-th random number of its seed, whether it is drawn, forced or the
/// number is not needed. So the prompt, the options and which tokens were forced where are all that a text
/// depends on: it makes no difference what was written there before and taken back.
pub struct Generator {
    model: LanguageModel,
    /// The same model on a GPU, which then writes.
    on_gpu: Option<LanguageModel>,
    /// Why a GPU no longer does.
    gpu_fault: Option<Error>,
    tokenizer: TextTokenizer,
    header: Header,
    session: Option<Session>,
}

impl Generator {
    /// Opens a model from the contents of its three files.
    ///
    /// # Errors
    /// `bad-config` for a configuration that does not parse or is of no language model;
    /// `bad-tokenizer` for a tokenizer that does not parse or has another vocabulary size than the
    /// model (of a GPT-2 it may have somewhat fewer, and the model never writes the others); for the weights as
    /// [`Weights`] says.
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

    /// A generator for a model that is in memory already, such as one in training.
    ///
    /// # Errors
    /// `bad-tokenizer` if the tokenizer has another vocabulary size than the model.
    pub fn new(model: impl Into<LanguageModel>, tokenizer: impl Into<TextTokenizer>) -> Result<Self> {
        let (model, tokenizer) = (model.into(), tokenizer.into());
        check_vocabulary(&tokenizer, model.vocab_size())?;
        let header = Header::of(model.styles(), &tokenizer);
        Ok(Self { model, on_gpu: None, gpu_fault: None, tokenizer, header, session: None })
    }

    /// Writes on a GPU from now on, or on the CPU again; a text in progress goes on as it stands.
    ///
    /// Should the GPU be lost on the way, the CPU goes on with the same text: see [`Self::gpu_fault`].
    pub fn use_gpu(&mut self, gpu: Option<&Gpu>) {
        self.gpu_fault = None;
        self.on_gpu = gpu.map(|gpu| {
            let mut model = self.model.clone();
            model.to(&Device::Gpu(gpu.clone()));
            model
        });
        self.forget_state();
    }

    /// What happened to the GPU that was to write.
    pub fn gpu_fault(&self) -> Option<&Error> {
        self.gpu_fault.as_ref()
    }

    /// The next token will be computed from the text alone: the state is that of another device.
    fn forget_state(&mut self) {
        let model = self.on_gpu.as_ref().unwrap_or(&self.model);
        if let Some(session) = &mut self.session {
            session.forget_state(model);
        }
    }

    /// Gives the GPU up if this error means that it can no longer be used.
    fn survives(&mut self, error: &Error) -> bool {
        let survives = self.on_gpu.is_some() && error.code().is_of_gpu();
        if survives {
            self.on_gpu = None;
            self.gpu_fault = Some(error.clone());
            self.forget_state();
        }
        survives
    }

    /// The model that writes: the one on the GPU where there is one.
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

    /// What the model can be told before a song.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// Begins a new text that continues `prompt`; a text in progress is given up.
    ///
    /// A model of characters reads the prompt as the beginning of a line: it first sees a line break (unless
    /// the beginning had to be cut off). One of subwords reads it as it is, an empty one as the beginning of a
    /// text. Of a prompt longer than the model can look at, the end is read, and a note says so.
    ///
    /// # Errors
    /// `bad-option` when an option is outside its range; the text in progress then goes on.
    pub fn start(&mut self, prompt: &str, options: Options) -> Result<Started> {
        now(self.start_async(prompt, options))
    }

    /// [`start`](Self::start) where a GPU has to be waited for.
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

    /// Writes one token: one step of the model, one draw. `None` once the text has [ended](Self::end), and
    /// before the first [`start`](Self::start). With a beam the first call searches for the whole text.
    ///
    /// # Errors
    /// `not-finite` when the model computes something that is not a number, or no token is possible; the text
    /// ends there.
    #[expect(clippy::should_implement_trait, reason = "a generator can be started again after its end")]
    pub fn next(&mut self) -> Result<Option<Token>> {
        now(self.next_async())
    }

    /// [`next`](Self::next) where a GPU has to be waited for.
    ///
    /// # Errors
    /// As `next`.
    pub async fn next_async(&mut self) -> Result<Option<Token>> {
        self.write(None).await
    }

    /// Writes this token instead of drawing one. `None` as in [`next`](Self::next).
    ///
    /// # Errors
    /// `bad-option` if the vocabulary has no such token, the text then goes on; `not-finite`.
    pub fn force(&mut self, id: u32) -> Result<Option<Token>> {
        now(self.force_async(id))
    }

    /// [`force`](Self::force) where a GPU has to be waited for.
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

    /// Takes the last `count` tokens back, also after the end of a text; gives the text handed out for those
    /// that stay (a character or stop string that is incomplete again waits again).
    ///
    /// # Errors
    /// `bad-option` if not so many are written, or none is to be taken back; the text then stays as it is.
    pub fn rewind(&mut self, count: usize) -> Result<String> {
        match &mut self.session {
            Some(session) => {
                let model = self.on_gpu.as_ref().unwrap_or(&self.model);
                session.rewind(model, &self.tokenizer, count)
            }
            None => bad_option("no token can be taken back; no text is begun"),
        }
    }

    /// What the model did at the tokens that it has read since the last call, prompt and all. `None` unless
    /// [`Options::recording`] asks for it.
    ///
    /// A token is read when the next one is to be written, so the last one of a text never is.
    pub fn take_recorded(&mut self) -> Option<Recorded> {
        let (frames, tokens) = self.session.as_mut()?.take_recording()?;
        let named = |&id: &u32| (id, self.tokenizer.token_text(id));
        Some(Recorded { tokens: tokens.iter().map(named).collect(), frames, shape: self.model.frame_shape() })
    }

    /// The `count` likeliest tokens if a residual stream `(R, C)` ended where it is, for each of its rows:
    /// what a frame's depths "think" (nostalgebraist 2020, the logit lens).
    ///
    /// # Errors
    /// `bad-option` for a model without a residual stream, or for numbers that are no rows of one.
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

    /// The `count` tokens whose vectors are most like that of `id`, by their cosine.
    ///
    /// # Errors
    /// `bad-option` if there is no such token.
    pub fn neighbours(&self, id: u32, count: usize) -> Result<Vec<Rated>> {
        neighbours(self.model.embedding(), id, count, |id| self.tokenizer.token_text(id))
    }

    /// The vectors of the first `count` positions `(count, C)`, of as many as there are; none of an LSTM.
    pub fn positions(&self, count: usize) -> Vec<f32> {
        self.model.positions(count.min(MAX_POSITIONS))
    }

    /// How many tokens [`next`](Self::next) will still give, unless the text ends before.
    pub fn remaining(&self) -> usize {
        self.session.as_ref().map_or(0, Session::remaining)
    }

    /// Why the text has ended; `None` while it goes on.
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
