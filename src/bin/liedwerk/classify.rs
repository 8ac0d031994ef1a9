//! `liedwerk classify`: a label for every line, with its probability.

use crate::arithmetic::ArithmeticArg;
use crate::files::say;
use crate::model_files::open_classifier;
use crate::texts::{LINES, next_lines, note, notes_json};
use liedwerk::read::{Classifier, LineVerdict};
use liedwerk::text::Note;
use serde_json::{Value, json};
use std::io;
use std::path::PathBuf;

/// Classify standard input line by line
#[derive(clap::Args)]
#[command(after_help = "Example:\n  \
    echo 'Worth every penny.' | liedwerk classify --model MODEL\n\
    prints the likeliest class, its probability and the line.")]
pub struct Args {
    /// Folder with config.json, tokenizer.json and model.safetensors, or a single file with all three
    #[arg(long, value_name = "DIR")]
    model: PathBuf,
    /// Print one JSON object per line: all probabilities, the influence of every word, and notes
    #[arg(long)]
    json: bool,
    /// portable computes the same bits as the page, fast uses all of this processor
    #[arg(long, value_enum, default_value_t = ArithmeticArg::Portable)]
    arithmetic: ArithmeticArg,
}

/// Prints one line for each line read.
pub fn run(args: Args) -> anyhow::Result<()> {
    args.arithmetic.apply();
    let classifier = open_classifier(&args.model)?;
    let mut input = io::stdin().lock();
    let mut done = 0;
    loop {
        let lines = next_lines(&mut input, LINES)?;
        if lines.is_empty() {
            return Ok(());
        }
        for line in lines {
            done += 1;
            let verdict = classifier.read(&line)?;
            if args.json {
                say!("{}", as_json(&classifier, &line, &verdict));
                continue;
            }
            let at_line = |found: &Note| found.clone().at(&format!("line {done}"));
            note(&verdict.notes.iter().map(at_line).collect::<Vec<Note>>());
            match verdict.label {
                Some(label) => {
                    say!("{}\t{:.3}\t{line}", classifier.labels()[label], verdict.probabilities[label]);
                }
                None => say!("-\t-\t{line}"),
            }
        }
    }
}

fn as_json(classifier: &Classifier, line: &str, verdict: &LineVerdict) -> Value {
    let probabilities =
        classifier.labels().iter().cloned().zip(verdict.probabilities.iter().map(|&p| json!(p)));
    let words = verdict
        .words
        .iter()
        .map(|word| json!({"text": &line[word.span.clone()], "influence": word.influence}));
    json!({
        "text": line,
        "label": verdict.label.map(|label| &classifier.labels()[label]),
        "probabilities": probabilities.collect::<serde_json::Map<_, _>>(),
        "words": words.collect::<Vec<_>>(),
        "notes": notes_json(&verdict.notes),
    })
}
