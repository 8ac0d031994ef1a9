//! `liedwerk evaluate --text`: bits per character of a language model on a text.
//!
//! The text is one stream: a start token is fed first, then every token is scored given all tokens before it,
//! without looking ahead. An LSTM carries its state to the end. A GPT-2 sees what it would see while writing:
//! windows of `n_positions` tokens that advance by half of that, each scoring only what the previous one did
//! not. After the first window, every token is therefore predicted from at least `n_positions / 2` others
//! (rounded down).
//!
//! Bits per character are the total bits, over however many tokens, divided by the characters of the cleaned
//! text, so models with different tokenizers can be compared. A subword model is charged for the single way
//! in which its tokenizer splits the text, which costs slightly more than the text's own probability.

use std::path::Path;

use clap::ValueEnum;
use indicatif::ProgressBar;
use liedwerk::generate::Generator;
use liedwerk::gpu::Gpu;
use liedwerk::models::{CharLstm, Gpt, LanguageModel};
use liedwerk::text::{CharTokenizer, Normalize, Normalized, Note, TextTokenizer};
use liedwerk::train::bits;
use liedwerk::{Error, ErrorCode};
use pollster::block_on;
use serde_json::json;

use crate::files::say;
use crate::model_files::open_generator;
use crate::progress::progress_bar;
use crate::texts::{note, read_songs};

/// Number of characters that an LSTM scores per call: enough for large matrix products, with little memory.
const CHUNK: usize = 512;

/// Cleaning of a text for a model whose tokenizer does not specify it.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum NormalizeArg {
    /// No cleaning
    None,
    /// Lower case, a to z and single spaces
    Lecture,
    /// Songs with their lines, without titles
    Songs,
    /// The same for German songs
    Lieder,
}

/// Prints the loss and the bits per character.
pub fn run(
    model: &Path,
    path: &Path,
    normalize: Option<NormalizeArg>,
    json: bool,
    gpu: Option<&Gpu>,
) -> anyhow::Result<()> {
    let mut generator = open_generator(model)?;
    generator.use_gpu(gpu);
    let text = cleaned(generator.tokenizer(), &read_songs(path)?, normalize)?;
    check_not_empty(&text, path)?;
    let progress = progress_bar(0, "tokens", json);
    let Score { loss, bits_per_char, chars, tokens } = score(&generator, &text, &progress)?;
    progress.finish_and_clear();
    if json {
        let report = json!({"loss": loss, "bits_per_char": bits_per_char, "chars": chars, "tokens": tokens});
        say!("{report}");
    } else {
        say!("{bits_per_char:.4} bits per character ({loss:.4} nats per token, {chars} characters)");
    }
    Ok(())
}

/// Checks that something is left after cleaning.
///
/// # Errors
/// `text-too-short` if nothing is left.
pub fn check_not_empty(text: &str, path: &Path) -> Result<(), Error> {
    if text.is_empty() {
        let message = format!("{} is empty after cleaning", path.display());
        return Err(Error::new(ErrorCode::TextTooShort, message));
    }
    Ok(())
}

/// The cost of a text under a model.
pub struct Score {
    /// Loss in nats per token.
    loss: f64,
    /// Bits of all tokens divided by the characters of the text.
    pub bits_per_char: f64,
    chars: usize,
    tokens: usize,
}

/// Scores a cleaned, non-empty text. `progress` counts its tokens.
///
/// # Errors
/// `not-finite` if the model computes something that is not finite; `gpu-lost` or `out-of-memory`.
pub fn score(generator: &Generator, text: &str, progress: &ProgressBar) -> Result<Score, Error> {
    let tokenizer = generator.tokenizer();
    let mut ids = vec![tokenizer.start_id()];
    ids.extend(tokenizer.encode(text));
    let tokens = ids.len() - 1;
    progress.set_length(tokens as u64);
    let nats = block_on(async {
        match generator.writing_model() {
            LanguageModel::CharLstm(model) => of_lstm(model, &ids, progress).await,
            LanguageModel::Gpt(model) => of_gpt(model, &ids, progress).await,
        }
    })?;
    if !nats.is_finite() {
        let message = "the loss is not a number: the weights are damaged";
        return Err(Error::new(ErrorCode::NotFinite, message));
    }
    let chars = text.chars().count();
    Ok(Score { loss: nats / tokens as f64, bits_per_char: bits(nats) / chars as f64, chars, tokens })
}

/// The cleaned text, whose characters are counted.
fn cleaned(tokenizer: &TextTokenizer, text: &str, normalize: Option<NormalizeArg>) -> Result<String, Error> {
    match tokenizer {
        TextTokenizer::Chars(_) if normalize.is_some() => {
            let message =
                "normalize is for models of subwords; this one's tokenizer says how texts are cleaned";
            Err(Error::new(ErrorCode::BadOption, message))
        }
        TextTokenizer::Chars(tokenizer) => known(tokenizer, said(tokenizer.normalize().normalize(text))),
        TextTokenizer::Bpe(tokenizer) => {
            let normalize = match normalize {
                None | Some(NormalizeArg::None) => Normalize::None,
                Some(NormalizeArg::Lecture) => Normalize::Lecture,
                Some(NormalizeArg::Songs) => Normalize::Songs,
                Some(NormalizeArg::Lieder) => Normalize::Lieder,
            };
            Ok(tokenizer.normalize(&said(normalize.normalize(text))))
        }
    }
}

/// Returns the text after reporting the characters dropped from it.
fn said(Normalized { text, dropped }: Normalized) -> String {
    let named: String = dropped.iter().take(20).collect();
    let message = format!("Left out, since bits per character are counted without them: {named:?}");
    if !dropped.is_empty() {
        note(&[Note::new("characters-dropped", message).about(named)]);
    }
    text
}

fn known(tokenizer: &CharTokenizer, text: String) -> Result<String, Error> {
    match text.chars().find(|&c| tokenizer.id(c).is_none()) {
        None => Ok(text),
        Some(unknown) => {
            let message = format!("the text holds {unknown:?}, which is not in the model's alphabet");
            Err(Error::new(ErrorCode::BadTokenizer, message))
        }
    }
}

/// Negative log-likelihood of `ids[1..]`, each given all ids before it; in f64, since the sum has hundreds of
/// thousands of terms.
async fn of_lstm(model: &CharLstm, ids: &[u32], progress: &ProgressBar) -> Result<f64, Error> {
    let (inputs, targets) = (&ids[..ids.len() - 1], &ids[1..]);
    let mut state = model.zero_state(1);
    let mut total = 0.0;
    for (inputs, targets) in inputs.chunks(CHUNK).zip(targets.chunks(CHUNK)) {
        let (logits, next_state) = model.forward(inputs, 1, &state, None); // (1, T, V)
        state = next_state;
        total += sum_of_nats(&logits.read().await?, targets);
        progress.inc(targets.len() as u64);
    }
    Ok(total)
}

/// The same, each given what is still in the context window; see [`liedwerk::models::GptConfig::dropped`].
async fn of_gpt(model: &Gpt, ids: &[u32], progress: &ProgressBar) -> Result<f64, Error> {
    let config = model.config();
    let (inputs, targets) = (&ids[..ids.len() - 1], &ids[1..]);
    let (mut done, mut total) = (0, 0.0);
    while done < targets.len() {
        // The context window when the token after `done` others is fed.
        let begin = config.dropped(done + 1);
        let end = (begin + config.n_positions).min(inputs.len());
        let logits = model.forward(&inputs[begin..end], 1, None); // (1, T, V)
        total +=
            sum_of_nats(&logits.read().await?[(done - begin) * config.vocab_size..], &targets[done..end]);
        progress.inc((end - done) as u64);
        done = end;
    }
    Ok(total)
}

fn sum_of_nats(logits: &[f32], targets: &[u32]) -> f64 {
    let rows = logits.chunks(logits.len() / targets.len());
    rows.zip(targets).map(|(row, &target)| nats(row, target)).sum()
}

/// `-ln softmax(logits)[target]`.
fn nats(logits: &[f32], target: u32) -> f64 {
    let max = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let sum: f64 = logits.iter().map(|&logit| f64::from(logit - max).exp()).sum();
    sum.ln() - f64::from(logits[target as usize] - max)
}
