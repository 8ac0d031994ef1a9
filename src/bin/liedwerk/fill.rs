//! `liedwerk fill`: predicts masked words.

use crate::arithmetic::ArithmeticArg;
use crate::files::say;
use crate::model_files::open_filler;
use crate::texts::{note, notes_json};
use liedwerk::read::Candidate;
use serde_json::{Value, json};
use std::path::PathBuf;

/// Predict the words for each [MASK], or three or more underscores, in a text
#[derive(clap::Args)]
#[command(after_help = "Example:\n  \
    liedwerk fill --model www/models/masked-de-en 'I would like a [MASK] with soda'\n\
    prints for each mask a line for each of the likeliest words: the number of the mask, the probability and the word.")]
pub struct Args {
    /// Folder with config.json, tokenizer.json and model.safetensors, such as that of a BERT
    #[arg(long, value_name = "DIR")]
    model: PathBuf,
    /// Text with at least one mask
    text: String,
    /// Number of candidates per mask
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u16).range(1..=100))]
    top: u16,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
    /// portable computes the same bits as the page, fast uses all of this processor
    #[arg(long, value_enum, default_value_t = ArithmeticArg::Portable)]
    arithmetic: ArithmeticArg,
}

/// Prints the candidates.
pub fn run(args: Args) -> anyhow::Result<()> {
    args.arithmetic.apply();
    let filled = open_filler(&args.model)?.fill(&args.text, args.top.into())?;
    if args.json {
        let masks: Vec<Vec<Value>> =
            filled.masks.iter().map(|mask| mask.iter().map(as_json).collect()).collect();
        say!("{}", json!({"text": args.text, "masks": masks, "notes": notes_json(&filled.notes)}));
        return Ok(());
    }
    note(&filled.notes);
    for (number, mask) in filled.masks.iter().enumerate() {
        for Candidate { text, begins_word, probability } in mask {
            say!("{}\t{probability:.3}\t{}{text}", number + 1, if *begins_word { "" } else { "…" });
        }
    }
    Ok(())
}

fn as_json(candidate: &Candidate) -> Value {
    let Candidate { text, begins_word, probability } = candidate;
    json!({"text": text, "begins_word": begins_word, "probability": probability})
}
