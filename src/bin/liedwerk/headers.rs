//! `liedwerk headers`: adds header lines to songs for training.

use std::fmt::Write;
use std::path::PathBuf;

use liedwerk::io::write_atomically;
use liedwerk::judge::songs;
use liedwerk::rng::Rng;
use liedwerk::text::{STYLES, header_line};

use crate::lexicon;
use crate::texts::read_songs;

/// Probabilities of including a known field, so that the model also learns to do without it.
const TITLE: f32 = 0.8;
const STYLE: f32 = 0.8;
const SCHEME: f32 = 0.75;

/// Write songs with header lines `=== title | style | scheme`, omitting some fields at random
#[derive(clap::Args)]
pub struct Args {
    /// Rhyme lexicon
    #[arg(long, value_name = "FILE")]
    lexicon: PathBuf,
    /// Style of all songs
    #[arg(long, value_parser = STYLES)]
    style: String,
    /// Number of times each song is written, omitting different fields each time
    #[arg(long, value_name = "N", default_value_t = 1)]
    repeat: usize,
    /// Random seed for omitting fields
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// File to write
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Songs, each after a line `=== title`; other fields are replaced
    songs: PathBuf,
}

/// Writes the songs.
pub fn run(args: Args) -> anyhow::Result<()> {
    let lexicon = lexicon::open(&args.lexicon)?;
    let songs = songs(&read_songs(&args.songs)?);
    let mut rng = Rng::new(args.seed);
    let mut text = String::new();
    for song in std::iter::repeat_n(&songs, args.repeat).flatten() {
        let title = if rng.uniform() < TITLE { song.title.as_str() } else { "" };
        let mut fields = Vec::new();
        if rng.uniform() < STYLE {
            fields.push(args.style.as_str());
            fields.extend(song.found_scheme(&lexicon).filter(|_| rng.uniform() < SCHEME));
        }
        writeln!(text, "{}\n{}\n", header_line(title, fields), song.text())?;
    }
    write_atomically(&args.out, text.as_bytes())?;
    println!("{}: {} songs", args.out.display(), songs.len() * args.repeat);
    Ok(())
}
