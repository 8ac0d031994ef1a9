//! `liedwerk style`: paints a picture in the style of another.

use crate::files::{check_apart, read};
use crate::png_files::{of_file, to_png};
use crate::progress::progress_bar;
use liedwerk::io::write_atomically;
use liedwerk::pictures::{Motif, Painting, Picture};
use liedwerk::style::{StyleMetrics, StyleSettings, StyleTransfer};
use std::path::{Path, PathBuf};

/// Paint a picture in the style of another
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  \
    liedwerk style --content photo.png --style mosaic --size 128 --out painted.png\n  \
    liedwerk style --content village --style painting.png --strength 0.7 --out painted.png")]
pub struct Args {
    /// Picture (PNG or PPM, of which the central square is used), or a drawn motif: village, boat, still-life
    #[arg(long, value_name = "FILE|NAME")]
    content: PathBuf,
    /// Picture, or a drawn painting: waves, brush, mosaic, hatching, dots, marble, glass, geometry, weave
    #[arg(long, value_name = "FILE|NAME")]
    style: PathBuf,
    /// Width and height of the picture: an even number from 32 to 256
    #[arg(long, default_value_t = 128)]
    size: usize,
    /// Number of optimiser steps
    #[arg(long, default_value_t = StyleSettings::default().steps)]
    steps: usize,
    /// From 0, nearly the content, to 1, nearly the style alone
    #[arg(long, default_value_t = StyleSettings::default().strength)]
    strength: f32,
    /// Weight of the total variation, which makes the picture smoother
    #[arg(long, default_value_t = StyleSettings::default().smoothness)]
    smoothness: f32,
    /// Random seed for the filters, the noise, and a painting
    #[arg(long, default_value_t = StyleSettings::default().seed)]
    seed: u64,
    /// Write the picture as PNG
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Show no progress
    #[arg(long)]
    quiet: bool,
}

/// Runs the command.
pub fn run(args: Args) -> anyhow::Result<()> {
    let Args { size, steps, strength, smoothness, seed, .. } = args;
    check_apart(&args.out, &[args.content.clone(), args.style.clone()])?;
    let content = picture(&args.content, size, |name| Motif::named(name).map(|motif| motif.drawn(size)))?;
    let drawn = |name: &str| Painting::named(name).map(|painting| painting.drawn(size, seed));
    let style = picture(&args.style, size, drawn)?;
    let mut transfer =
        StyleTransfer::new(&content, &style, StyleSettings { steps, strength, smoothness, seed })?;
    let bar = progress_bar(steps, "steps", args.quiet);
    let mut last = None;
    while let Some(metrics) = transfer.step()? {
        bar.inc(1);
        last = Some(metrics);
    }
    bar.finish_and_clear();
    write_atomically(&args.out, &to_png(&transfer.picture())?)?;
    let [style, content] = last.map_or([f32::NAN; 2], |StyleMetrics { style, content, .. }| [style, content]);
    println!("{}: {steps} steps, style loss {style:.4}, content loss {content:.4}", args.out.display());
    Ok(())
}

/// The drawn picture with this name, unless there is a file with this path.
fn picture(
    path: &Path,
    size: usize,
    drawn: impl Fn(&str) -> Option<Picture>,
) -> Result<Picture, liedwerk::Error> {
    match path.to_str().filter(|_| !path.exists()).and_then(drawn) {
        Some(picture) => Ok(picture),
        None => of_file(&read(path)?, size),
    }
}
