//! `liedwerk evaluate`: bits per character of a model on a text, or the quality of translations.

use std::path::{Path, PathBuf};

use indicatif::{ProgressBar, ProgressStyle};
use liedwerk::models::CharLstm;
use liedwerk::{Error, ErrorCode};
use serde_json::json;

use crate::cli::ArithmeticArg;
use crate::evaluate_pairs;
use crate::generate::{open, read_text};
use crate::translate::SearchArgs;

/// Characters scored by one call of the model: enough for large matrix products, little memory.
const CHUNK: usize = 512;

/// Score a text with a trained model, or a translator on sentence pairs.
#[derive(clap::Args)]
#[command(group = clap::ArgGroup::new("what").required(true).args(["text", "pairs"]))]
pub struct Args {
    /// Folder with config.json, tokenizer.json and model.safetensors.
    #[arg(long, value_name = "DIR")]
    model: PathBuf,
    /// The text for a language model; it is cleaned the way the model's training text was.
    #[arg(long, value_name = "FILE")]
    text: Option<PathBuf>,
    /// Sentence pairs for a translator: lines of source, tab, target.
    #[arg(long, value_name = "FILE")]
    pairs: Option<PathBuf>,
    #[command(flatten)]
    search: SearchArgs,
    /// Write the translations of the pairs' sources to this file, a line each.
    #[arg(long, value_name = "FILE", requires = "pairs")]
    out: Option<PathBuf>,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
    /// portable computes the very bits that the page computes, fast uses all of this processor.
    #[arg(long, value_enum, default_value_t = ArithmeticArg::Portable)]
    arithmetic: ArithmeticArg,
}

/// Prints the figures of what was asked for.
pub fn run(args: Args) -> anyhow::Result<()> {
    args.arithmetic.apply();
    match (&args.text, &args.pairs) {
        (Some(text), _) => run_text(&args.model, text, args.json),
        (None, Some(pairs)) => {
            evaluate_pairs::run(&args.model, pairs, args.search.options(), args.out.as_deref(), args.json)
        }
        (None, None) => unreachable!("the group of arguments demands one of them"),
    }
}

/// Prints the loss, and bits per character.
///
/// The cleaned text is one stream from a zero state: a line break is fed first, then every single
/// character is scored from those before it, the state carried to the end.
fn run_text(model: &Path, path: &Path, json: bool) -> anyhow::Result<()> {
    let generator = open(model)?;
    let tokenizer = generator.tokenizer();
    let text = tokenizer.normalize().normalize(&read_text(path)?).text;
    if let Some(unknown) = text.chars().find(|&c| tokenizer.id(c).is_none()) {
        let message = format!("the text holds {unknown:?}, which is not in the model's alphabet");
        return Err(Error::new(ErrorCode::BadTokenizer, message).into());
    }
    if text.is_empty() {
        let message = format!("{} is empty after cleaning", path.display());
        return Err(Error::new(ErrorCode::TextTooShort, message).into());
    }
    let mut ids = vec![tokenizer.start_id()];
    ids.extend(tokenizer.encode(&text));

    let nats = total_nats(generator.model(), &ids, &progress_bar(ids.len() - 1, "characters", json))?;
    let tokens = ids.len() - 1;
    let chars = text.chars().count();
    let loss = nats / tokens as f64;
    let bits_per_char = nats / std::f64::consts::LN_2 / chars as f64;
    if json {
        let report = json!({"loss": loss, "bits_per_char": bits_per_char, "chars": chars, "tokens": tokens});
        println!("{report}");
    } else {
        println!("{bits_per_char:.4} bits per character ({loss:.4} nats per token, {chars} characters)");
    }
    Ok(())
}

/// The negative log-likelihood of `ids[1..]`, each given all before it; in f64, for a sum over
/// hundreds of thousands of terms.
fn total_nats(model: &CharLstm, ids: &[u32], progress: &ProgressBar) -> Result<f64, Error> {
    let (inputs, targets) = (&ids[..ids.len() - 1], &ids[1..]);
    let mut state = model.zero_state(1);
    let mut total = 0.0;
    for (inputs, targets) in inputs.chunks(CHUNK).zip(targets.chunks(CHUNK)) {
        let (logits, next_state) = model.forward(inputs, 1, &state, None); // (1, T, V)
        state = next_state;
        let rows = logits.data().chunks(logits.data().len() / targets.len());
        total += rows.zip(targets).map(|(row, &target)| nats(row, target)).sum::<f64>();
        progress.inc(targets.len() as u64);
    }
    progress.finish_and_clear();
    if !total.is_finite() {
        return Err(Error::new(ErrorCode::NotFinite, "the loss is not a number: the weights are damaged"));
    }
    Ok(total)
}

/// `-ln softmax(logits)[target]`.
fn nats(logits: &[f32], target: u32) -> f64 {
    let max = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let sum: f64 = logits.iter().map(|&logit| f64::from(logit - max).exp()).sum();
    sum.ln() - f64::from(logits[target as usize] - max)
}

/// A bar that counts `length` of `what`.
pub fn progress_bar(length: usize, what: &str, hidden: bool) -> ProgressBar {
    if hidden {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template(&format!(
        "{{bar:40}} {{pos}}/{{len}} {what}, {{per_sec}}, {{eta}} left"
    ))
    .expect("the template is well formed");
    ProgressBar::new(length as u64).with_style(style)
}
