//! `liedwerk caption`: describes pictures.

use crate::arithmetic::ArithmeticArg;
use crate::files::{read, read_text, say};
use liedwerk::pictures::{Icon, caption};
use liedwerk::read::{DescribedWord, Describer};
use liedwerk::text::Language;
use serde_json::json;
use std::path::PathBuf;

/// Describe pictures in German and English, or measure how many captions are right
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  \
    liedwerk caption --model www/models/captioner-de-en picture.ppm\n  \
    liedwerk caption --model www/models/captioner-de-en --icons 1000 --seed 2")]
pub struct Args {
    /// Folder with config.json, tokenizer.json and model.safetensors.
    #[arg(long, value_name = "DIR")]
    model: PathBuf,
    /// Pictures as PPM (P6) of any size; the central square is scaled to 32 x 32 pixels
    #[arg(value_name = "PICTURE", required_unless_present = "icons")]
    pictures: Vec<PathBuf>,
    /// Describe this many drawn icons instead, and count the captions with all words right
    #[arg(long, value_name = "COUNT", conflicts_with = "pictures")]
    icons: Option<u64>,
    /// Seed of the endless collection of icons
    #[arg(long, default_value_t = 2)]
    seed: u64,
    /// Print one JSON object per picture, with the probability and the attention of each word
    #[arg(long)]
    json: bool,
    /// portable computes the same bits as the page, fast uses all of this processor
    #[arg(long, value_enum, default_value_t = ArithmeticArg::Portable)]
    arithmetic: ArithmeticArg,
}

const LANGUAGES: [Language; 2] = [Language::German, Language::English];

/// Runs the command.
pub fn run(args: Args) -> anyhow::Result<()> {
    args.arithmetic.apply();
    let text = |name: &str| read_text(&args.model.join(name));
    let weights = read(&args.model.join("model.safetensors"))?;
    let describer = Describer::from_files(&text("config.json")?, &text("tokenizer.json")?, &weights)?;
    if let Some(count) = args.icons {
        return measure(&describer, count, &args);
    }
    for path in &args.pictures {
        let icon = Icon::of_ppm(&read(path)?)?;
        let [german, english] = LANGUAGES.map(|language| describer.describe(&icon, language));
        let captions = [german?, english?];
        if args.json {
            let told = captions.each_ref().map(|words| {
                words.iter().map(|DescribedWord { text, probability, looked }| {
                    json!({"text": text, "probability": probability, "looked": looked})
                }).collect::<Vec<_>>()
            });
            say!("{}", json!({"picture": path, "german": told[0], "english": told[1]}));
        } else {
            say!("{}\t{}", sentence(&captions[0]), sentence(&captions[1]));
        }
    }
    Ok(())
}

fn sentence(words: &[DescribedWord]) -> String {
    words.iter().map(|word| word.text.as_str()).collect::<Vec<_>>().join(" ")
}

/// Counts the captions of icons that have all words right.
fn measure(describer: &Describer, count: u64, args: &Args) -> anyhow::Result<()> {
    let mut right = [0_u64; 2];
    for index in 0..count {
        let (scene, icon) = Icon::numbered(args.seed, index);
        for ((language, expected), right) in LANGUAGES.into_iter().zip(caption(&scene)).zip(&mut right) {
            *right += u64::from(sentence(&describer.describe(&icon, language)?) == expected);
        }
    }
    let share = |right: u64| right as f64 / count.max(1) as f64;
    if args.json {
        say!("{}", json!({"icons": count, "german": share(right[0]), "english": share(right[1])}));
    } else {
        let [german, english] = right.map(|right| 100.0 * share(right));
        say!("{count} icons, all words right: German {german:.1} %, English {english:.1} %");
    }
    Ok(())
}
