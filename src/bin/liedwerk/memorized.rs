//! `liedwerk memorized`: finds passages that a text or a model copied from songs.

use std::path::{Path, PathBuf};

use liedwerk::generate::{Options, Sampling};
use liedwerk::io::write_atomically;
use liedwerk::text::{MIN_STRETCH, SongIndex, Stretch};
use liedwerk::{Error, ErrorCode};
use serde_json::json;

use crate::arithmetic::ArithmeticArg;
use crate::files::{check_apart, read, say};
use crate::model_files::open_generator;
use crate::progress::progress_bar;
use crate::texts::{read_decoded, read_input, read_songs};

/// Lengths in characters above which passages are counted.
const LENGTHS: [usize; 2] = [40, 60];

/// Arguments of `memorized`.
#[derive(clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(clap::Subcommand)]
enum Command {
    /// Write the index of a model's training songs
    Index(IndexArgs),
    /// List the passages of a text that occur in the songs, all those of at least 40 characters
    Find(FindArgs),
    /// Let a model write, and measure what fraction of it occurs in the songs
    Measure(MeasureArgs),
}

#[derive(clap::Args)]
struct IndexArgs {
    /// Songs; a line that starts with === is a title
    #[arg(long, value_name = "SONGS")]
    text: PathBuf,
    /// File to write
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

#[derive(clap::Args)]
struct FindArgs {
    /// Index written by `index`
    #[arg(long, value_name = "FILE")]
    index: PathBuf,
    /// Text file; standard input by default
    #[arg(value_name = "TEXT_FILE")]
    text: Option<PathBuf>,
    /// Print one JSON object; `start` and `end` are byte offsets
    #[arg(long)]
    json: bool,
}

#[derive(clap::Args)]
struct MeasureArgs {
    /// Folder with config.json, tokenizer.json and model.safetensors, or a single file with all three
    #[arg(long, value_name = "DIR")]
    model: PathBuf,
    /// Index written by `index`
    #[arg(long, value_name = "FILE")]
    index: PathBuf,
    /// Number of texts to write, each without a prompt
    #[arg(long, value_name = "N", default_value_t = 200)]
    samples: u64,
    /// Sampling temperature; tokens are sampled from the whole distribution
    #[arg(long, default_value_t = 0.9)]
    temperature: f32,
    /// Number of tokens per text (for the song LSTM: characters)
    #[arg(long, value_name = "TOKENS", default_value_t = 600)]
    length: usize,
    /// Seed of the first text; the next ones count up
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
    /// portable computes the same bits as the page, fast uses all of this processor
    #[arg(long, value_enum, default_value_t = ArithmeticArg::Portable)]
    arithmetic: ArithmeticArg,
}

/// Runs the command.
pub fn run(args: Args) -> anyhow::Result<()> {
    match args.command {
        Command::Index(args) => index(&args),
        Command::Find(args) => find(&args),
        Command::Measure(args) => measure(&args),
    }
}

fn index(args: &IndexArgs) -> anyhow::Result<()> {
    check_apart(&args.out, std::slice::from_ref(&args.text))?;
    let index = SongIndex::build(&read_songs(&args.text)?);
    if index.is_empty() {
        let message = format!("{} is too short: no {MIN_STRETCH} characters of songs", args.text.display());
        return Err(Error::new(ErrorCode::TextTooShort, message).into());
    }
    let bytes = index.to_bytes();
    write_atomically(&args.out, &bytes)?;
    say!("{}: {} hashes in {} bytes", args.out.display(), index.len(), bytes.len());
    Ok(())
}

fn find(args: &FindArgs) -> anyhow::Result<()> {
    let index = open_index(&args.index)?;
    let text = match &args.text {
        Some(path) => read_decoded(path)?,
        None => read_input()?,
    };
    let stretches = index.find(&text);
    let mut tally = Tally::default();
    tally.add(&text, &stretches);
    let slices = stretches.iter().map(|stretch| (stretch, &text[stretch.start..stretch.end]));
    if args.json {
        let slices = slices.map(|(&Stretch { start, end, characters }, text)| {
            json!({"start": start, "end": end, "characters": characters, "text": text})
        });
        let mut report = tally.json();
        report["stretches"] = slices.collect();
        say!("{report}");
        return Ok(());
    }
    let lines = slices.map(|(stretch, text)| format!("{:>5}  {text:?}\n", stretch.characters));
    say!("{}{tally}", lines.collect::<String>());
    Ok(())
}

fn measure(args: &MeasureArgs) -> anyhow::Result<()> {
    args.arithmetic.apply();
    let index = open_index(&args.index)?;
    let mut generator = open_generator(&args.model)?;
    let last = args.seed.checked_add(args.samples).filter(|_| args.samples > 0).ok_or_else(|| {
        let message = format!("samples is {}; at least 1, up to the last seed there is", args.samples);
        Error::new(ErrorCode::BadOption, message)
    })?;
    let sampling = Sampling { temperature: args.temperature, ..Sampling::default() };
    let bar = progress_bar(args.samples as usize, "samples", args.json);
    let mut tally = Tally::default();
    for seed in args.seed..last {
        let options = Options { sampling, seed, max_new_tokens: args.length, ..Options::default() };
        generator.start("", options)?;
        let mut text = String::new();
        while let Some(token) = generator.next()? {
            text.push_str(&token.text);
        }
        tally.add(&text, &index.find(&text));
        bar.inc(1);
    }
    bar.finish_and_clear();
    if args.json {
        let mut report = tally.json();
        report["samples"] = args.samples.into();
        say!("{report}");
        return Ok(());
    }
    say!("{} samples, {tally}", args.samples);
    Ok(())
}

fn open_index(path: &Path) -> Result<SongIndex, Error> {
    SongIndex::from_bytes(&read(path)?)
}

/// Running totals over texts, in characters of the original texts.
#[derive(Default)]
struct Tally {
    characters: usize,
    /// Characters in passages that may be longer than each of [`LENGTHS`]: upper bounds of the true numbers.
    over: [usize; 2],
    longest: usize,
}

impl Tally {
    fn add(&mut self, text: &str, stretches: &[Stretch]) {
        self.characters += text.chars().count();
        for stretch in stretches {
            self.longest = self.longest.max(stretch.characters);
            let characters = text[stretch.start..stretch.end].chars().count();
            for (over, length) in self.over.iter_mut().zip(LENGTHS) {
                *over += if stretch.may_exceed(length) { characters } else { 0 };
            }
        }
    }

    /// The fractions of copied characters; 0 for an empty text.
    fn shares(&self) -> [f64; 2] {
        self.over.map(|over| over as f64 / self.characters.max(1) as f64)
    }

    fn json(&self) -> serde_json::Value {
        let [over_40, over_60] = self.shares();
        json!({
            "characters": self.characters,
            "longest": self.longest,
            "share_over_40": over_40,
            "share_over_60": over_60,
        })
    }
}

impl std::fmt::Display for Tally {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let [over_40, over_60] = self.shares().map(|share| 100.0 * share);
        let Self { characters, longest, .. } = self;
        write!(
            f,
            "{characters} characters: {over_40:.2} % in stretches over 40, {over_60:.2} % in stretches over 60; \
             the longest has {longest}"
        )
    }
}
