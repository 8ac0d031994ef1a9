//! `liedwerk tokenize`: learns a byte-pair encoding for a language model, encodes and decodes.

use std::path::{Path, PathBuf};

use liedwerk::io::write_atomically;
use liedwerk::text::{TextTokenizer, learn_text_bpe};
use liedwerk::{Error, ErrorCode};

use crate::files::{check_apart, print, read_text, say};
use crate::texts::{read_input, read_songs};

/// The 256 bytes and `<|endoftext|>`.
const SMALLEST: usize = 257;
/// The largest vocabulary of a model.
const LARGEST: usize = 1 << 20;

/// Arguments of `tokenize`.
#[derive(clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(clap::Subcommand)]
enum Command {
    /// Learn merges from texts and write tokenizer.json in GPT-2's layout
    Train(TrainArgs),
    /// Encode standard input; writes ids to standard output
    Encode(CodeArgs),
    /// Decode ids from standard input; writes the text to standard output
    Decode(CodeArgs),
}

#[derive(clap::Args)]
struct TrainArgs {
    /// Text to learn from; may be repeated
    #[arg(long, value_name = "FILE", required = true)]
    text: Vec<PathBuf>,
    /// Total number of tokens: <|endoftext|>, the 256 bytes, and merges
    #[arg(long, value_name = "N")]
    vocab_size: usize,
    /// File to write
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

#[derive(clap::Args)]
struct CodeArgs {
    /// A tokenizer.json, of subwords or characters
    #[arg(long, value_name = "FILE")]
    tokenizer: PathBuf,
}

/// Runs the command.
pub fn run(args: Args) -> anyhow::Result<()> {
    match args.command {
        Command::Train(args) => train(&args),
        Command::Encode(args) => {
            let ids = open(&args.tokenizer)?.encode(&read_input()?);
            let ids: Vec<String> = ids.iter().map(u32::to_string).collect();
            say!("{}", ids.join(" "));
            Ok(())
        }
        Command::Decode(args) => {
            let tokenizer = open(&args.tokenizer)?;
            let input = read_input()?;
            let id = |word: &str| {
                let id = word.parse().ok().filter(|&id: &u32| (id as usize) < tokenizer.vocab_size());
                id.ok_or_else(|| {
                    let message = format!("standard input: {word:?} is no token of this tokenizer");
                    Error::new(ErrorCode::BadOption, message)
                })
            };
            let ids = input.split_whitespace().map(id).collect::<Result<Vec<u32>, Error>>()?;
            Ok(print(format_args!("{}", tokenizer.decode(&ids)))?)
        }
    }
}

fn train(args: &TrainArgs) -> anyhow::Result<()> {
    if !(SMALLEST..=LARGEST).contains(&args.vocab_size) {
        let size = args.vocab_size;
        let message = format!("vocab_size is {size}; it must be between {SMALLEST} and {LARGEST}");
        return Err(Error::new(ErrorCode::BadOption, message).into());
    }
    check_apart(&args.out, &args.text)?;
    let texts = args.text.iter().map(|path| read_songs(path)).collect::<Result<Vec<String>, Error>>()?;
    let tokenizer = learn_text_bpe(texts.iter().map(String::as_str), args.vocab_size);
    write_atomically(&args.out, tokenizer.to_json().as_bytes())?;
    let characters: usize = texts.iter().map(|text| text.chars().count()).sum();
    say!("{}: {} tokens from {characters} characters", args.out.display(), tokenizer.vocab_size());
    Ok(())
}

fn open(path: &Path) -> Result<TextTokenizer, Error> {
    TextTokenizer::from_json(&read_text(path)?)
}
