//! `liedwerk icons`: writes icons with captions as training data.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use liedwerk::io::write_atomically;
use liedwerk::pictures::{ICON_SIZE, Icon, caption};
use safetensors::Dtype;
use safetensors::tensor::{TensorView, serialize};

/// Draw icons of 32 x 32 pixels, each with a caption in German and English
#[derive(clap::Args)]
pub struct Args {
    /// Number of icons
    #[arg(long, default_value_t = 1000)]
    count: u64,
    /// Seed of the endless collection
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Number of the first icon
    #[arg(long, default_value_t = 0)]
    first: u64,
    /// Write `FILE.safetensors` with `pictures` (count, 32, 32, 3) in bytes, and `FILE.tsv` with a German and
    /// an English caption per line
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

/// Runs the command.
pub fn run(args: Args) -> anyhow::Result<()> {
    let (mut pixels, mut captions) = (Vec::new(), String::new());
    for index in 0..args.count {
        let (scene, icon) = Icon::numbered(args.seed, args.first.wrapping_add(index));
        pixels.extend(icon.pixels);
        let [german, english] = caption(&scene);
        captions += &format!("{german}\t{english}\n");
    }
    let shape = vec![usize::try_from(args.count)?, ICON_SIZE, ICON_SIZE, 3];
    let view = TensorView::new(Dtype::U8, shape, &pixels)?;
    let file = serialize(BTreeMap::from([("pictures", view)]), None)?;
    // The extension of one of the two files is removed; any other dot belongs to the name.
    let name = args.out.as_os_str().to_string_lossy();
    let name = name.strip_suffix(".safetensors").unwrap_or(&name);
    write_atomically(Path::new(&format!("{name}.safetensors")), &file)?;
    write_atomically(Path::new(&format!("{name}.tsv")), captions.as_bytes())?;
    println!("{}: {} icons", args.out.display(), args.count);
    Ok(())
}
