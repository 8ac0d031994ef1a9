//! `liedwerk lexicon`: builds or queries a rhyme lexicon.

use std::path::{Path, PathBuf};

use liedwerk::io::write_atomically;
use liedwerk::text::Language;
use liedwerk::text::rhyme::Lexicon;

use crate::files::{read, read_text};
use crate::texts::read_songs;

/// Build or query a rhyme lexicon
#[derive(clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(clap::Subcommand)]
enum Command {
    /// Build a lexicon of the words used in texts
    Build(BuildArgs),
    /// Tell how two words rhyme
    Rhyme(RhymeArgs),
}

#[derive(clap::Args)]
struct BuildArgs {
    /// Language of the words
    #[arg(long, value_enum)]
    language: LanguageArg,
    /// For English: cmudict.dict of CMUdict; for German an optional word list, one word per line
    #[arg(long, value_name = "FILE")]
    dictionary: Option<PathBuf>,
    /// Text that uses the words; may be repeated. Lines that start with === are ignored
    #[arg(long, value_name = "FILE", required = true)]
    text: Vec<PathBuf>,
    /// File to write
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

#[derive(clap::Args)]
struct RhymeArgs {
    /// Lexicon written by `build`
    #[arg(long, value_name = "FILE")]
    lexicon: PathBuf,
    /// Two words
    #[arg(num_args = 2, required = true, value_name = "WORD")]
    words: Vec<String>,
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum LanguageArg {
    En,
    De,
}

/// Runs the command.
pub fn run(args: Args) -> anyhow::Result<()> {
    match args.command {
        Command::Build(args) => build(&args),
        Command::Rhyme(args) => rhyme(&args),
    }
}

fn build(args: &BuildArgs) -> anyhow::Result<()> {
    let dictionary = args.dictionary.as_deref().map(read_text).transpose()?.unwrap_or_default();
    let texts = args.text.iter().map(|path| read_songs(path)).collect::<Result<Vec<_>, _>>()?;
    let language = match args.language {
        LanguageArg::En => Language::English,
        LanguageArg::De => Language::German,
    };
    let lexicon = Lexicon::build(language, &dictionary, &texts.join("\n"));
    let bytes = lexicon.to_bytes();
    write_atomically(&args.out, &bytes)?;
    println!("{}: {} words in {} bytes", args.out.display(), lexicon.len(), bytes.len());
    Ok(())
}

fn rhyme(args: &RhymeArgs) -> anyhow::Result<()> {
    let lexicon = open(&args.lexicon)?;
    for word in &args.words {
        let spell = |sound: &liedwerk::text::rhyme::Sound| format!("{}-{}", sound.onset, sound.rhyme);
        let sounds: Vec<String> = lexicon.sounds(word).iter().map(spell).collect();
        let listed = lexicon.listed(word).map_or("not listed".to_owned(), |listed| format!("{listed:?}"));
        println!("{word}: {} ({listed})", sounds.join(", "));
    }
    let rhyme = lexicon.rhyme(&args.words[0], &args.words[1]);
    println!("{}", rhyme.map_or("no rhyme".to_owned(), |rhyme| format!("{rhyme:?}")));
    Ok(())
}

/// Opens a lexicon file.
pub fn open(path: &Path) -> anyhow::Result<Lexicon> {
    Ok(Lexicon::from_bytes(&read(path)?)?)
}
