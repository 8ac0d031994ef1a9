//! A text generator as a session: load a model, start with a prompt, take token by token.

use super::sampler::{REPETITION_WINDOW, Sampler, Sampling};
use crate::error::{Error, ErrorCode, Result};
use crate::io::Weights;
use crate::models::{CharLstm, ModelConfig};
use crate::nn::LstmState;
use crate::text::CharTokenizer;

/// Of a longer prompt only the last so many characters are read.
pub const MAX_PROMPT_CHARACTERS: usize = 2_000;
/// The most that one start may ask for.
pub const MAX_NEW_TOKENS: usize = 100_000;
/// A note names at most so many dropped characters.
const MAX_NAMED_CHARACTERS: usize = 20;

/// A language model with its tokenizer, and the text it is writing.
pub struct Generator {
    model: CharLstm,
    tokenizer: CharTokenizer,
    session: Option<Session>,
}

/// Everything that changes while a text is written.
struct Session {
    sampler: Sampler,
    state: LstmState,
    logits: Vec<f32>,
    /// The tokens so far, as far back as the sampler looks; the last has not been fed to the model.
    recent: Vec<u32>,
    remaining: usize,
}

/// How to continue a prompt.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Options {
    /// How each token is chosen.
    pub sampling: Sampling,
    /// The same seed, prompt and settings give the same text, in every browser and natively.
    pub seed: u64,
    /// Where to stop: 1 to [`MAX_NEW_TOKENS`].
    pub max_new_tokens: usize,
}

impl Default for Options {
    fn default() -> Self {
        let sampling = Sampling { temperature: 0.8, top_p: 0.95, ..Sampling::default() };
        Self { sampling, seed: 1, max_new_tokens: 600 }
    }
}

/// What became of the prompt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Started {
    /// The prompt as the model read it; the generated text continues it.
    pub prompt: String,
    /// What had to be changed, for the visitor to know.
    pub notes: Vec<Note>,
}

/// A remark that is no error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// `prompt-cut` or `characters-dropped`.
    pub code: &'static str,
    /// One English sentence.
    pub message: String,
    /// The dropped characters (each once, the first twenty), for `characters-dropped`.
    pub characters: Option<String>,
}

/// One piece of generated text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// Its number in the vocabulary.
    pub id: u32,
    /// What it adds to the text.
    pub text: String,
}

impl Generator {
    /// Opens a model from the contents of its three files.
    ///
    /// # Errors
    /// `bad-config` for a configuration that does not parse or an unknown `model_type`;
    /// `bad-tokenizer` for a tokenizer that does not parse or has another vocabulary size than the
    /// model; for the weights as [`Weights`] says.
    pub fn from_files(config_json: &str, tokenizer_json: &str, weights: &[u8]) -> Result<Self> {
        let ModelConfig::CharLstm(config) = ModelConfig::from_json(config_json)? else {
            let message = "config.json: a text is continued by a char_lstm, and this is another model";
            return Err(Error::new(ErrorCode::BadConfig, message));
        };
        let tokenizer = CharTokenizer::from_json(tokenizer_json)?;
        check_vocabulary(&tokenizer, config.vocab_size)?;
        let mut weights = Weights::from_safetensors(weights)?;
        let model = CharLstm::from_weights(config, &mut weights)?;
        weights.finish()?;
        Self::new(model, tokenizer)
    }

    /// A generator for a model that is in memory already, such as one in training.
    ///
    /// # Errors
    /// `bad-tokenizer` if the tokenizer has another vocabulary size than the model.
    pub fn new(model: CharLstm, tokenizer: CharTokenizer) -> Result<Self> {
        check_vocabulary(&tokenizer, model.config().vocab_size)?;
        Ok(Self { model, tokenizer, session: None })
    }

    /// The model.
    pub fn model(&self) -> &CharLstm {
        &self.model
    }

    /// The tokenizer.
    pub fn tokenizer(&self) -> &CharTokenizer {
        &self.tokenizer
    }

    /// Begins a new text that continues `prompt`; a text in progress is given up.
    ///
    /// The prompt is read as the beginning of a line: the model first sees a line break (unless the
    /// beginning had to be cut off). An empty prompt is just that line break.
    ///
    /// # Errors
    /// `bad-option` when an option is outside its range; the text in progress then goes on.
    pub fn start(&mut self, prompt: &str, options: Options) -> Result<Started> {
        if !(1..=MAX_NEW_TOKENS).contains(&options.max_new_tokens) {
            return Err(Error::new(
                ErrorCode::BadOption,
                format!(
                    "max_new_tokens is {}; it must be between 1 and {MAX_NEW_TOKENS}",
                    options.max_new_tokens
                ),
            ));
        }
        let sampler = Sampler::new(options.sampling, options.seed)?;
        let (started, tokens) = self.read_prompt(prompt);

        let mut state = self.model.zero_state(1);
        let mut logits = Vec::new();
        for &token in &tokens[..tokens.len() - 1] {
            self.model.step(token, &mut state, &mut logits);
        }
        let remaining = options.max_new_tokens;
        self.session = Some(Session { sampler, state, logits, recent: tokens, remaining });
        Ok(started)
    }

    /// Writes one token: one step of the model, one draw. `None` once `max_new_tokens` are written,
    /// and before the first [`start`](Self::start).
    ///
    /// # Errors
    /// `not-finite` when the model computes something that is not a number; the text ends there.
    #[expect(clippy::should_implement_trait, reason = "a generator can be started again after its end")]
    pub fn next(&mut self) -> Result<Option<Token>> {
        let Some(session) = self.session.as_mut().filter(|session| session.remaining > 0) else {
            return Ok(None);
        };
        let last = *session.recent.last().expect("a session begins with at least one token");
        self.model.step(last, &mut session.state, &mut session.logits);
        let id = match session.sampler.sample(&mut session.logits, &session.recent) {
            Ok(id) => id,
            Err(error) => {
                self.session = None;
                return Err(error);
            }
        };
        session.remember(id);
        session.remaining -= 1;
        Ok(Some(Token { id, text: self.tokenizer.decode(&[id]) }))
    }

    /// How many tokens [`next`](Self::next) will still give.
    pub fn remaining(&self) -> usize {
        self.session.as_ref().map_or(0, |session| session.remaining)
    }

    /// The cleaned prompt with its notes, and the tokens to feed: at least one.
    fn read_prompt(&self, prompt: &str) -> (Started, Vec<u32>) {
        let prepared = self.tokenizer.prepare_prompt(prompt);
        let mut notes = Vec::new();
        if !prepared.dropped.is_empty() {
            notes.push(dropped_note(&prepared.dropped));
        }
        let mut text = prepared.text;
        let mut tokens = Vec::new();
        let surplus = text.chars().count().saturating_sub(MAX_PROMPT_CHARACTERS);
        if surplus == 0 {
            tokens.push(self.tokenizer.start_id());
        } else {
            text = text.chars().skip(surplus).collect();
            let message = format!("Only the last {MAX_PROMPT_CHARACTERS} characters of the text were read.");
            notes.push(Note { code: "prompt-cut", message, characters: None });
        }
        tokens.extend(self.tokenizer.encode(&text));
        (Started { prompt: text, notes }, tokens)
    }
}

impl Session {
    fn remember(&mut self, id: u32) {
        self.recent.push(id);
        if self.recent.len() > REPETITION_WINDOW {
            self.recent.drain(..self.recent.len() - REPETITION_WINDOW);
        }
    }
}

fn dropped_note(dropped: &[char]) -> Note {
    let named: String = dropped.iter().take(MAX_NAMED_CHARACTERS).collect();
    let list: Vec<String> = named.chars().map(String::from).collect();
    let more = match dropped.len().saturating_sub(MAX_NAMED_CHARACTERS) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let message =
        format!("The model does not know these characters, they were left out: {}{more}", list.join(" "));
    Note { code: "characters-dropped", message, characters: Some(named) }
}

fn check_vocabulary(tokenizer: &CharTokenizer, vocab_size: usize) -> Result<()> {
    let characters = tokenizer.vocab_size();
    if characters == vocab_size {
        return Ok(());
    }
    let message =
        format!("the tokenizer has {characters} characters, but the model's vocab_size is {vocab_size}");
    Err(Error::new(ErrorCode::BadTokenizer, message))
}
