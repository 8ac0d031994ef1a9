//! `liedwerk verify`: reproduces the texts of a link of the page, and tells whether they are the same.

use std::path::{Path, PathBuf};

use anyhow::Context;
use liedwerk::generate::Generator;
use liedwerk::io::sha256;
use liedwerk::link::{self, Comparison, Link, Proof, Reason, Settings};
use liedwerk::models::ModelConfig;
use liedwerk::{Error, ErrorCode};

use crate::files::{read, read_text, say};
use crate::form_argument::lexicon_of;
use crate::model_files::open_translator;

/// Reproduce the texts of a link of the page, and compare
#[derive(clap::Args)]
pub struct Args {
    /// The link, or the part after its #
    link: String,
    /// Folder with one folder per model
    #[arg(long, value_name = "DIR", default_value = "www/models")]
    models: PathBuf,
    /// Print the link with new proofs of the texts written now, instead of comparing
    #[arg(long)]
    renew: bool,
}

/// Prints a line for each proof; fails with `text-differs` unless all texts are the same.
pub fn run(args: Args) -> anyhow::Result<()> {
    let link = Link::parse(&args.link)?;
    if args.renew {
        return renew(&link, &args);
    }
    let mut english = None;
    let mut different = 0;
    for proof in &link.proofs {
        let Some(folder) = folder(&args.models, &proof.model) else {
            say!("{}: there is no such model in {}", proof.model, args.models.display());
            different += 1;
            continue;
        };
        let written = write(&link.settings, &folder, &mut english)?;
        let comparison = proof.compare(&written.text);
        say!("{} {}: {}", proof.model, proof.weights, comparison.sentence(proof));
        if comparison != Comparison::Identical {
            say!("{}", explain(&link, proof, &written.sha256));
            different += 1;
        }
    }
    match different {
        0 => Ok(()),
        _ => Err(Error::new(ErrorCode::TextDiffers, "the link does not give what it promises").into()),
    }
}

/// Prints the link with updated version and proofs, otherwise unchanged.
fn renew(link: &Link, args: &Args) -> anyhow::Result<()> {
    let version = |engine: u32| format!("v={}.{engine}", link::FORMAT);
    let mut renewed = args.link.clone();
    if let Some(engine) = link.engine {
        renewed = renewed.replacen(&version(engine), &version(link::ENGINE), 1);
    }
    let mut english = None;
    for proof in &link.proofs {
        let folder = folder(&args.models, &proof.model)
            .with_context(|| format!("there is no model {} in {}", proof.model, args.models.display()))?;
        let Written { mut text, sha256 } = write(&link.settings, &folder, &mut english)?;
        if !proof.whole {
            text = text.chars().take(proof.length).collect();
        }
        let fresh = Proof::of(&text, proof.whole, &proof.model, &sha256);
        renewed = renewed.replacen(&proof.to_string(), &fresh.to_string(), 1);
    }
    say!("{renewed}");
    Ok(())
}

struct Written {
    text: String,
    sha256: String,
}

/// A model's folder; a name from a link cannot lead out of `models`.
fn folder(models: &Path, id: &str) -> Option<PathBuf> {
    let folder = models.join(id);
    (!id.starts_with('.') && folder.join("config.json").is_file()).then_some(folder)
}

/// The text written by the model in `folder`; a translation is also stored in `english`, which a later song
/// continues.
fn write(settings: &Settings, folder: &Path, english: &mut Option<String>) -> anyhow::Result<Written> {
    let path = folder.join("model.safetensors");
    let weights = read(&path)?;
    let config = read_text(&folder.join("config.json"))?;
    let tokenizer = read_text(&folder.join("tokenizer.json"))?;
    let text = if ModelConfig::from_json(&config)?.language_vocab_size().is_ok() {
        let mut generator = Generator::from_files(&config, &tokenizer, &weights)?;
        let wording = Some(settings.english.as_str()).filter(|own| !own.is_empty()).or(english.as_deref());
        if settings.has_form() {
            link::song_in_form(settings, &generator, &lexicon_of(folder)?)?
        } else {
            let beginning = link::song_beginning(settings, &generator, wording);
            link::song(settings, &mut generator, &beginning)?
        }
    } else {
        let text = link::translation(settings, &mut open_translator(folder)?)?;
        english.insert(text).clone()
    };
    Ok(Written { text, sha256: sha256(&weights) })
}

fn explain(link: &Link, proof: &Proof, sha256: &str) -> String {
    match Reason::of(link, proof, sha256) {
        Reason::OtherWeights => format!("why: {} has other weights here, {}…", proof.model, &sha256[..12]),
        Reason::Settings => {
            format!("why: settings unknown or out of range here: {}", link.rejected.join(", "))
        }
        Reason::OtherEngine => {
            let version = link.engine.map_or(String::new(), |engine| engine.to_string());
            format!("why: it was written by version {version} of the engine, this is {}", link::ENGINE)
        }
        Reason::Altered => {
            "why: weights, settings and engine are the same, so the link was altered or a machine computes \
             wrongly"
                .to_owned()
        }
    }
}
