//! `liedwerk generate`: continue a prompt, streaming.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use liedwerk::generate::{Generator, Options, Sampling};
use liedwerk::{Error, ErrorCode};
use serde_json::json;

/// Continue a prompt with a trained model.
#[derive(clap::Args)]
pub struct Args {
    /// Folder with config.json, tokenizer.json and model.safetensors.
    #[arg(long, value_name = "DIR")]
    model: PathBuf,
    /// The text to continue; empty begins a new song.
    #[arg(long, value_name = "TEXT", default_value = "")]
    prompt: String,
    /// The same seed gives the same text.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// 0 always takes the likeliest character, 1 is the model's own distribution.
    #[arg(long, default_value_t = 0.6)]
    temperature: f32,
    /// Only the K likeliest characters; 0 is off.
    #[arg(long, default_value_t = 0)]
    top_k: usize,
    /// Only the likeliest characters that together have this probability; 1 is off.
    #[arg(long, default_value_t = 0.9)]
    top_p: f32,
    /// Above 1, characters used lately become less likely; 1 is off.
    #[arg(long, default_value_t = 1.0)]
    repetition_penalty: f32,
    /// How many characters to write.
    #[arg(long, default_value_t = 600)]
    max_new_tokens: usize,
    /// Print one JSON object at the end instead of the text as it grows.
    #[arg(long)]
    json: bool,
}

/// Prints the prompt as the model read it, and its continuation.
pub fn run(args: Args) -> anyhow::Result<()> {
    let mut generator = open(&args.model)?;
    let options = Options {
        sampling: Sampling {
            temperature: args.temperature,
            top_k: args.top_k,
            top_p: args.top_p,
            repetition_penalty: args.repetition_penalty,
        },
        seed: args.seed,
        max_new_tokens: args.max_new_tokens,
    };
    let started = generator.start(&args.prompt, options)?;
    if args.json {
        let mut continuation = String::new();
        while let Some(token) = generator.next()? {
            continuation.push_str(&token.text);
        }
        let notes: Vec<_> =
            started.notes.iter().map(|note| json!({"code": note.code, "message": note.message})).collect();
        let report = json!({
            "prompt": started.prompt,
            "continuation": continuation,
            "tokens": options.max_new_tokens,
            "notes": notes,
        });
        return printed(writeln!(io::stdout(), "{report}"));
    }
    for note in &started.notes {
        eprintln!("note[{}]: {}", note.code, note.message);
    }
    stream(&started.prompt, &mut generator)
}

fn stream(prompt: &str, generator: &mut Generator) -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    printed(write!(out, "{prompt}"))?;
    while let Some(token) = generator.next()? {
        if let Err(e) = write!(out, "{}", token.text).and_then(|()| out.flush()) {
            return printed(Err(e));
        }
    }
    printed(writeln!(out))
}

/// A reader that has seen enough (`| head`) is no error.
pub fn printed(result: io::Result<()>) -> anyhow::Result<()> {
    match result {
        Err(e) if e.kind() != io::ErrorKind::BrokenPipe => Err(e.into()),
        _ => Ok(()),
    }
}

/// Opens a model folder.
pub fn open(folder: &Path) -> anyhow::Result<Generator> {
    let config = read_text(&folder.join("config.json"))?;
    let tokenizer = read_text(&folder.join("tokenizer.json"))?;
    let path = folder.join("model.safetensors");
    let weights = fs::read(&path).map_err(|e| unreadable(&path, &e))?;
    Ok(Generator::from_files(&config, &tokenizer, &weights)?)
}

/// Reads a UTF-8 file.
pub fn read_text(path: &Path) -> Result<String, Error> {
    fs::read_to_string(path).map_err(|e| unreadable(path, &e))
}

/// The error for a file that cannot be read.
pub fn unreadable(path: &Path, e: &io::Error) -> Error {
    Error::new(ErrorCode::File, format!("{} cannot be read: {e}", path.display()))
}
