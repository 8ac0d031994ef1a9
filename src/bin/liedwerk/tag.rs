//! `liedwerk tag`: a label for every word.

use crate::arithmetic::ArithmeticArg;
use crate::files::say;
use crate::model_files::open_tagger;
use crate::texts::{LINES, next_lines, note, notes_json};
use liedwerk::read::{TaggedWord, TextTagger};
use serde_json::{Value, json};
use std::io;
use std::path::PathBuf;

/// Tag every word of standard input
#[derive(clap::Args)]
#[command(after_help = "Example:\n  \
    echo 'Am Brunnen vor dem Tore' | liedwerk tag --model www/models/tagger-de-en\n\
    prints a word, its class and the probability in a line, where that is below 0.8 also the second best; an empty line \
    ends each line of the input.")]
pub struct Args {
    /// Folder with config.json, tokenizer.json and model.safetensors, or a single file with all three
    #[arg(long, value_name = "DIR")]
    model: PathBuf,
    /// Print one JSON object per line
    #[arg(long)]
    json: bool,
    /// portable computes the same bits as the page, fast uses all of this processor
    #[arg(long, value_enum, default_value_t = ArithmeticArg::Portable)]
    arithmetic: ArithmeticArg,
}

/// Tags line by line.
pub fn run(args: Args) -> anyhow::Result<()> {
    args.arithmetic.apply();
    let tagger = open_tagger(&args.model)?;
    let mut input = io::stdin().lock();
    loop {
        let lines = next_lines(&mut input, LINES)?;
        if lines.is_empty() {
            return Ok(());
        }
        for line in lines {
            let tagged = tagger.tag(&line)?;
            if args.json {
                let words: Vec<Value> = tagged.words.iter().map(|word| as_json(&tagger, word)).collect();
                say!("{}", json!({"text": line, "words": words, "notes": notes_json(&tagged.notes)}));
                continue;
            }
            note(&tagged.notes);
            for word in &tagged.words {
                say!("{}", as_columns(&tagger, word));
            }
            say!("");
        }
    }
}

fn as_columns(tagger: &TextTagger, word: &TaggedWord) -> String {
    let told = |(label, probability): (usize, f32)| format!("\t{}\t{probability:.3}", tagger.labels()[label]);
    format!("{}{}{}", word.text, told(word.best), word.second.map(told).unwrap_or_default())
}

fn as_json(tagger: &TextTagger, word: &TaggedWord) -> Value {
    let told = |(label, probability): (usize, f32)| json!({"label": tagger.labels()[label], "probability": probability});
    json!({"text": word.text, "best": told(word.best), "second": word.second.map(told)})
}
