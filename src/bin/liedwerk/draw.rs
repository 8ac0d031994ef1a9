//! `liedwerk draw`: draws what a prompt asks for.

use crate::arithmetic::ArithmeticArg;
use crate::draw_judged::{self, Judging};
use crate::files::{read, read_text, say};
use crate::film::film;
use crate::png_files::to_png;
use liedwerk::draw::{DrawSettings, DrawnStep, Order, TextToImage};
use liedwerk::io::write_atomically;
use liedwerk::pictures::{ICON_SIZE, Icon, Picture, Prompt};
use serde_json::json;
use std::path::{Path, PathBuf};

/// Draw what a prompt asks for, or measure how often a captioner recognises it
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  \
    liedwerk draw \"a red star above a blue house\" --model www/models/diffusion-de-en --out star.png\n  \
    liedwerk icons --count 400 --seed 2 --out test\n  \
    liedwerk draw --captions test.tsv --judge www/models/captioner-de-en --model www/models/diffusion-de-en --json")]
pub struct Args {
    /// German or English; grammar does not matter
    #[arg(required_unless_present = "captions")]
    prompt: Option<String>,
    /// Folder with config.json, tokenizer.json and model.safetensors
    #[arg(long, value_name = "DIR", required_unless_present = "true_icons")]
    model: Option<PathBuf>,
    /// Number of denoising steps
    #[arg(long, default_value_t = DrawSettings::default().steps)]
    steps: usize,
    /// Guidance: how strongly the prompt is followed, 1 for the plain model
    #[arg(long, default_value_t = DrawSettings::default().guidance)]
    guidance: f32,
    /// Seed of the noise and of whatever the prompt leaves open
    #[arg(long, default_value_t = DrawSettings::default().seed)]
    seed: u64,
    /// Write the picture as PNG
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Write all steps with latents and attention, like the page's example
    #[arg(long, value_name = "FILE")]
    film: Option<PathBuf>,
    /// Enlarge the 32 x 32 pixels of the PNG by this factor
    #[arg(long, default_value_t = 8, value_parser = clap::value_parser!(u8).range(1..=64))]
    scale: u8,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    judging: Judging,
    /// portable computes the same bits as the page, fast uses all of this processor
    #[arg(long, value_enum, default_value_t = ArithmeticArg::Portable)]
    arithmetic: ArithmeticArg,
}

/// Runs the command.
pub fn run(args: Args) -> anyhow::Result<()> {
    args.arithmetic.apply();
    let settings = DrawSettings { steps: args.steps, guidance: args.guidance, seed: args.seed };
    let model = args.model.as_deref().map(open).transpose()?;
    let Some(text) = &args.prompt else {
        return draw_judged::run(&args.judging, model.as_ref(), settings, args.json);
    };
    let prompt = Prompt::read(text)?;
    let order = Order::new(&prompt, args.seed);
    let model = model.expect("clap asks for a model");
    let steps = drawn(&model, &order, settings)?;
    let icon = picture(&steps);
    if let Some(path) = &args.out {
        write_atomically(path, &to_png(&enlarged(icon, args.scale.into()))?)?;
    }
    if let Some(path) = &args.film {
        write_atomically(path, film(text, &order, settings, &steps).as_bytes())?;
    }
    let fingerprint = format!("{:016x}", icon.fingerprint());
    if args.json {
        let notes: Vec<_> = prompt
            .notes
            .iter()
            .map(|note| json!({"code": note.code, "message": note.message, "words": note.characters}))
            .collect();
        say!(
            "{}",
            json!({"caption": order.caption, "language": order.language.code(), "fingerprint": fingerprint, "notes": notes})
        );
    } else {
        prompt.notes.iter().for_each(|note| eprintln!("note[{}]: {}", note.code, note.message));
        say!("{} ({fingerprint})", order.caption);
    }
    Ok(())
}

fn open(folder: &Path) -> anyhow::Result<TextToImage> {
    let text = |name: &str| read_text(&folder.join(name));
    let weights = read(&folder.join("model.safetensors"))?;
    Ok(TextToImage::from_files(&text("config.json")?, &text("tokenizer.json")?, &weights)?)
}

/// All steps of a drawing.
pub fn drawn(model: &TextToImage, order: &Order, settings: DrawSettings) -> liedwerk::Result<Vec<DrawnStep>> {
    let mut drawing = model.begin(order, settings)?;
    std::iter::from_fn(|| drawing.step().transpose()).collect()
}

/// The final picture.
pub fn picture(steps: &[DrawnStep]) -> &Icon {
    &steps.last().expect("a drawing has at least one step").picture
}

fn enlarged(icon: &Icon, scale: usize) -> Picture {
    let size = scale * ICON_SIZE;
    let pixel = |at: usize| 3 * (at / size / scale * ICON_SIZE + at % size / scale);
    let pixels = (0..size * size).flat_map(|at| icon.pixels[pixel(at)..][..3].iter().copied()).collect();
    Picture { size, pixels }
}
