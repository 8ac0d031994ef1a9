//! `liedwerk headers`: songs for training, with what a model is told of each before it begins.

use std::fmt::Write;
use std::path::PathBuf;

use liedwerk::io::write_atomically;
use liedwerk::judge::songs;
use liedwerk::rng::Rng;
use liedwerk::text::{STYLES, header_line};

use crate::lexicon;
use crate::texts::read_songs;

/// How often a known field is told, so that a model does without it, too.
const TITLE: f32 = 0.8;
const STYLE: f32 = 0.8;
const SCHEME: f32 = 0.75;

/// Write songs with header lines `=== title | style | scheme`, fields left out here and there.
#[derive(clap::Args)]
pub struct Args {
    /// The words and sounds by which rhymes are found.
    #[arg(long, value_name = "FILE")]
    lexicon: PathBuf,
    /// Of all these songs.
    #[arg(long, value_parser = STYLES)]
    style: String,
    /// How often each song is written, one time after the other; each time other fields are left out.
    #[arg(long, value_name = "N", default_value_t = 1)]
    repeat: usize,
    /// Decides what is left out.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// The file to write.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Songs, each behind a line `=== title`; other fields are replaced.
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
