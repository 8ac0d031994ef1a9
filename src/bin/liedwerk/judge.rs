//! `liedwerk judge`: measures the quality of songs.

use std::path::PathBuf;

use liedwerk::generate::form::title_gains;
use liedwerk::generate::{Generator, Options, Sampling};
use liedwerk::io::write_atomically;
use liedwerk::judge::{Figures, Share, Song, songs};
use liedwerk::text::rhyme::Lexicon;
use liedwerk::text::{SongIndex, header_line};
use liedwerk::{Error, ErrorCode};
use serde_json::{Value, json};

use crate::arithmetic::ArithmeticArg;
use crate::files::{print, read, say};
use crate::form_argument::FormArgs;
use crate::generate_form;
use crate::model_files::open_generator;
use crate::progress::progress_bar;
use crate::texts::read_songs;

/// Measure songs of a text, or songs that a model writes
#[derive(clap::Args)]
pub struct Args {
    /// Folder of a model, which writes the songs, or measures the effect of the titles in --text
    #[arg(long, value_name = "DIR", required_unless_present = "text")]
    model: Option<PathBuf>,
    /// Songs, each after a line `=== title | …`
    #[arg(long, value_name = "FILE")]
    text: Option<PathBuf>,
    /// Number of songs; of a text the first ones
    #[arg(long, value_name = "N", default_value_t = 100)]
    samples: usize,
    /// File of songs whose titles are used for the model's songs, in order
    #[arg(long, value_name = "FILE")]
    titles: Option<PathBuf>,
    #[command(flatten)]
    form: FormArgs,
    /// Index of the training songs, for finding copies
    #[arg(long, value_name = "FILE")]
    index: Option<PathBuf>,
    /// Seed of the first song; the next ones count up
    #[arg(long, default_value_t = 1)]
    seed: u64,
    #[arg(long)]
    temperature: Option<f32>,
    #[arg(long)]
    top_p: Option<f32>,
    #[arg(long)]
    min_p: Option<f32>,
    #[arg(long, default_value_t = 1.0)]
    repetition_penalty: f32,
    #[arg(long, value_name = "N", default_value_t = 0)]
    no_repeat_ngram: usize,
    /// Maximum number of tokens of a song without a form
    #[arg(long, value_name = "TOKENS", default_value_t = 400)]
    max_new_tokens: usize,
    /// Save the songs to this file
    #[arg(long, value_name = "FILE")]
    save: Option<PathBuf>,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
    /// portable computes the same bits as the page, fast uses all of this processor
    #[arg(long, value_enum, default_value_t = ArithmeticArg::Portable)]
    arithmetic: ArithmeticArg,
}

/// Prints the figures.
pub fn run(args: Args) -> anyhow::Result<()> {
    args.arithmetic.apply();
    let generator = args.model.as_deref().map(open_generator).transpose()?;
    let lexicon = match (&args.form.lexicon, &args.model) {
        (None, None) => {
            let message = "without a model, --lexicon has to name the words";
            return Err(Error::new(ErrorCode::BadOption, message).into());
        }
        (_, model) => args.form.open_lexicon(model.as_deref().unwrap_or("".as_ref()))?,
    };
    let index = match &args.index {
        Some(path) => Some(SongIndex::from_bytes(&read(path)?)?),
        None => None,
    };
    let judged = match (&args.text, generator) {
        (Some(path), generator) => {
            let mut songs = songs(&read_songs(path)?);
            songs.truncate(args.samples);
            judge(songs.into_iter().map(Ok), generator.as_ref(), &lexicon, index.as_ref(), &args)?
        }
        (None, Some(mut generator)) => {
            let written = written(&args, &mut generator, &lexicon)?;
            if let Some(path) = &args.save {
                write_atomically(path, written.as_bytes())?;
            }
            judge(songs(&written).into_iter().map(Ok), Some(&generator), &lexicon, index.as_ref(), &args)?
        }
        (None, None) => unreachable!("clap requires a model or a text"),
    };
    if args.json {
        say!("{}", judged.json());
        return Ok(());
    }
    print(format_args!("{judged}"))?;
    Ok(())
}

/// Writes the requested number of songs, each after its header.
fn written(args: &Args, generator: &mut Generator, lexicon: &Lexicon) -> anyhow::Result<String> {
    let titles: Vec<String> = match &args.titles {
        Some(path) => songs(&read_songs(path)?).into_iter().map(|song| song.title).collect(),
        None => vec![args.form.title.clone()],
    };
    let bar = progress_bar(args.samples, "songs", args.json);
    let mut all = String::new();
    for at in 0..args.samples {
        let mut form_args = args.form.clone();
        form_args.title = titles[at % titles.len().max(1)].clone();
        let seed = args.seed + at as u64;
        let set = |usual: Sampling| Sampling {
            temperature: args.temperature.unwrap_or(usual.temperature),
            top_p: args.top_p.unwrap_or(usual.top_p),
            min_p: args.min_p.unwrap_or(usual.min_p),
            repetition_penalty: args.repetition_penalty,
            no_repeat_ngram: args.no_repeat_ngram,
            ..usual
        };
        let scheme = args.form.scheme.as_deref().unwrap_or_default();
        let song = if form_args.asked() {
            generate_form::write(generator, lexicon, form_args.form(seed, set), |_| Ok(()))?
        } else {
            plain_song(generator, &form_args, seed, set(Options::default().sampling), args.max_new_tokens)?
        };
        all += &header_line(&form_args.title, [form_args.style.as_str(), scheme]);
        all += &format!("{}\n\n", song.trim());
        bar.inc(1);
    }
    bar.finish_and_clear();
    Ok(all)
}

/// A song that the model writes without a form, up to the next header.
fn plain_song(
    generator: &mut Generator,
    form: &FormArgs,
    seed: u64,
    sampling: Sampling,
    max_new_tokens: usize,
) -> anyhow::Result<String> {
    let header = generator.header().line(&form.title, &form.style, "");
    let stop = vec![liedwerk::link::SONG_ENDS.to_owned()];
    generator.start(&header, Options { sampling, seed, max_new_tokens, stop, ..Options::default() })?;
    let mut song = String::new();
    while let Some(token) = generator.next()? {
        song.push_str(&token.text);
    }
    if generator.remaining() == 0 && generator.end() == Some(liedwerk::generate::End::Limit) {
        // The last line is incomplete.
        song.truncate(song.rfind('\n').unwrap_or(song.len()));
    }
    Ok(song)
}

/// All results.
struct Judged {
    figures: Figures,
    /// Gain from the title for each line; empty if it cannot be computed.
    gains: Vec<f32>,
}

fn judge(
    songs: impl Iterator<Item = anyhow::Result<Song>>,
    generator: Option<&Generator>,
    lexicon: &Lexicon,
    index: Option<&SongIndex>,
    args: &Args,
) -> anyhow::Result<Judged> {
    let mut judged = Judged { figures: Figures::default(), gains: Vec::new() };
    for song in songs {
        let song = song?;
        if let Some(generator) = generator {
            let field = |known: &[String]| song.fields.iter().find(|field| known.contains(field)).cloned();
            let style = field(generator.header().styles()).unwrap_or_else(|| args.form.style.clone());
            let header = (song.title.as_str(), style.as_str(), song.scheme().unwrap_or_default());
            judged.gains.extend(title_gains(generator, header, &song.stanzas)?.unwrap_or_default());
        }
        judged.figures.add(Figures::of(&song, lexicon, index));
    }
    Ok(judged)
}

impl Judged {
    fn gain(&self) -> Option<f64> {
        let sum: f64 = self.gains.iter().map(|&gain| f64::from(gain)).sum();
        (!self.gains.is_empty()).then(|| sum / self.gains.len() as f64)
    }

    fn shares(&self) -> [(&'static str, Share); 8] {
        let figures = &self.figures;
        [
            ("asked_rhymes", figures.asked),
            ("asked_rhymes_perfect", figures.asked_perfect),
            ("rhyming_quatrains", figures.quatrains),
            ("rhyming_quatrains_perfect", figures.quatrains_perfect),
            ("listed_words", figures.listed),
            ("distinct_3grams", figures.distinct),
            ("chain_songs", figures.chains),
            ("verbatim_over_60", figures.verbatim),
        ]
    }

    fn json(&self) -> Value {
        let Figures { songs, stanzas, lines, words, longest, strange, .. } = &self.figures;
        let mut report = json!({
            "songs": songs, "stanzas": stanzas, "lines": lines, "words": words,
            "longest_repetition": {"words": longest.len(), "text": longest.join(" ")},
            "title_gain": self.gain(),
            "unlisted": strange.iter().take(100).collect::<Vec<_>>(),
        });
        for (name, share) in self.shares().into_iter().filter(|(_, share)| share.all > 0) {
            report[name] = json!({"share": share.value(), "part": share.part, "all": share.all});
        }
        report
    }
}

impl std::fmt::Display for Judged {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Figures { songs, stanzas, lines, words, longest, strange, .. } = &self.figures;
        writeln!(f, "{songs} songs, {stanzas} stanzas, {lines} lines, {words} words")?;
        for (name, share) in self.shares().into_iter().filter(|(_, share)| share.all > 0) {
            writeln!(f, "{name:<26} {:>6.2} % ({} of {})", 100.0 * share.value(), share.part, share.all)?;
        }
        writeln!(f, "{:<26} {} words: {}", "longest_repetition", longest.len(), longest.join(" "))?;
        if let Some(gain) = self.gain() {
            writeln!(f, "{:<26} {gain:.3} nats a token", "title_gain")?;
        }
        let strange: Vec<&str> = strange.iter().take(20).map(String::as_str).collect();
        writeln!(f, "{:<26} {}", "unlisted", strange.join(" "))
    }
}
