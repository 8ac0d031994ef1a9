//! `cargo xtask size`: compares download sizes with their budgets.

use crate::build::write_site;
use crate::cargo::{root, target_dir};
use anyhow::{Context, Result, bail};
use flate2::{Compression, write::GzEncoder};
use std::io::Write;
use std::path::Path;

/// Wasm and JavaScript needed on a first visit until the first song, gzipped, in bytes.
const FIRST_BUDGET: u64 = 470_000;
/// All wasm and JavaScript, most of which the service worker caches in the background.
const CODE_BUDGET: u64 = 640_000;
/// The module with GPU and training, downloaded additionally by visitors who use them.
const FULL_BUDGET: u64 = 1_275_000;
/// The whole page gzipped, plus the initial model uncompressed, in bytes.
const VISIT_BUDGET: u64 = 9_500_000;
/// A single model, and all models together: what a phone may be asked to store.
const MODEL_BUDGET: u64 = 12_000_000;
const MODELS_BUDGET: u64 = 40_000_000;
/// The initial model of the page.
const OPENED: &str = "gpt-songs";
/// An index of songs, downloaded only to search for copies.
const SONGS_BUDGET: u64 = 4_000_000;
/// The page's fonts.
const FONTS_BUDGET: u64 = 90_000;
/// A rhyme lexicon, gzipped, downloaded only for rhymes.
const LEXICON_BUDGET: u64 = 250_000;

/// Sizes of one kind of files in bytes, uncompressed and as hosts send them.
#[derive(Default, Clone, Copy)]
struct Sizes {
    raw: u64,
    gzip: u64,
}

/// Prints the table; requires a built page (`www/pkg`), and fails if a budget is exceeded.
pub fn run() -> Result<()> {
    if !root().join("www/pkg/liedwerk_bg.wasm").is_file() {
        bail!("the page is not built; run `cargo xtask build --out DIR` or `cargo xtask serve` first");
    }
    let site = target_dir()?.join("size");
    write_site(&site)?;
    let mut code = Sizes::default();
    let mut full = Sizes::default();
    let mut rest = Sizes::default();
    visit(&site, &mut |path, sizes| {
        let kind = match path.extension().and_then(|extension| extension.to_str()) {
            Some("wasm" | "js") if path.parent().is_some_and(|folder| folder.ends_with("pkg/full")) => {
                &mut full
            }
            Some("wasm" | "js") => &mut code,
            _ => &mut rest,
        };
        kind.raw += sizes.raw;
        kind.gzip += sizes.gzip;
    })?;
    let first_visit = first_visit(&site)?;
    let models = models(&site.join("models"))?;
    let opened = models.iter().find(|(id, _)| id == OPENED);
    let (first, first_bytes) = opened.with_context(|| format!("www/models/index.json lists no {OPENED}"))?;
    let visit_bytes = code.gzip + rest.gzip + first_bytes;
    let together = models.iter().map(|(_, bytes)| bytes).sum::<u64>();
    println!("first visit         {first_visit:>26} gzipped, budget {FIRST_BUDGET}");
    println!("wasm + JavaScript   {:>9} bytes, {:>9} gzipped, budget {CODE_BUDGET}", code.raw, code.gzip);
    println!("GPU and training    {:>9} bytes, {:>9} gzipped, budget {FULL_BUDGET}", full.raw, full.gzip);
    println!("other page files    {:>9} bytes, {:>9} gzipped", rest.raw, rest.gzip);
    println!("page + {first}   {visit_bytes:>9}, budget {VISIT_BUDGET}");
    for (id, bytes) in &models {
        println!("{id:<19} {bytes:>9} bytes, budget {MODEL_BUDGET}");
    }
    println!("models together     {together:>9} bytes, budget {MODELS_BUDGET}");
    let too_large = models.iter().any(|(_, bytes)| *bytes > MODEL_BUDGET)
        || together > MODELS_BUDGET
        || are_tables_too_large(&site.join("models"))?
        || are_fonts_too_large(&site.join("fonts"))?;
    if first_visit > FIRST_BUDGET
        || code.gzip > CODE_BUDGET
        || full.gzip > FULL_BUDGET
        || visit_bytes > VISIT_BUDGET
        || too_large
    {
        bail!("the page is over its size budget");
    }
    Ok(())
}

/// Prints the sizes of downloads for copies and rhymes.
fn are_tables_too_large(models: &Path) -> Result<bool> {
    let mut too_large = false;
    for name in ["en-songs.idx", "gpt-songs.idx"] {
        let bytes = models.join(name).metadata()?.len();
        println!("{name:<19} {bytes:>9} bytes, budget {SONGS_BUDGET}");
        too_large |= bytes > SONGS_BUDGET;
    }
    for name in ["en.lexicon", "de.lexicon"] {
        let bytes = gzipped(&std::fs::read(models.join(name))?)?;
        println!("{name:<19} {bytes:>9} gzipped, budget {LEXICON_BUDGET}");
        too_large |= bytes > LEXICON_BUDGET;
    }
    Ok(too_large)
}

/// Font files are already compressed.
fn are_fonts_too_large(fonts: &Path) -> Result<bool> {
    let mut bytes = 0;
    for entry in fonts.read_dir().with_context(|| fonts.display().to_string())? {
        bytes += entry?.metadata()?.len();
    }
    println!("fonts               {bytes:>9} bytes, budget {FONTS_BUDGET}");
    Ok(bytes > FONTS_BUDGET)
}

/// Everything requested until the first song is written: the page's script with its static imports, the
/// larger of the two language files, the engine's worker and its module, and the service worker.
fn first_visit(site: &Path) -> Result<u64> {
    let page = std::fs::read_to_string(site.join("index.html"))?;
    let linked =
        page.split("rel=\"modulepreload\" href=\"").skip(1).filter_map(|rest| rest.split('"').next());
    let engine = ["engine/worker.js", "pkg/liedwerk.js", "pkg/liedwerk_bg.wasm", "sw.js"];
    let mut together = 0;
    for name in linked.chain(engine) {
        together += gzipped(&std::fs::read(site.join(name)).with_context(|| name.to_owned())?)?;
    }
    let mut words = Vec::new();
    for entry in site.read_dir()? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if name.ends_with(".js") && ["de-", "en-"].iter().any(|language| name.starts_with(language)) {
            words.push(gzipped(&std::fs::read(&path)?)?);
        }
    }
    if words.len() != 2 {
        bail!("the site has words in {} languages", words.len());
    }
    Ok(together + words.into_iter().max().unwrap_or_default())
}

/// Calls `found` for each file below `folder`, except models.
fn visit(folder: &Path, found: &mut dyn FnMut(&Path, Sizes)) -> Result<()> {
    for entry in folder.read_dir().with_context(|| folder.display().to_string())? {
        let path = entry?.path();
        if path.ends_with("models") {
            continue;
        }
        if path.is_dir() {
            visit(&path, found)?;
        } else {
            let bytes = std::fs::read(&path)?;
            found(&path, Sizes { raw: bytes.len() as u64, gzip: gzipped(&bytes)? });
        }
    }
    Ok(())
}

fn gzipped(bytes: &[u8]) -> Result<u64> {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::best());
    gzip.write_all(bytes)?;
    Ok(gzip.finish()?.len() as u64)
}

/// Ids and sizes of the models in list order; uncompressed, since gzip does not shrink weights.
fn models(folder: &Path) -> Result<Vec<(String, u64)>> {
    let list: serde_json::Value = serde_json::from_slice(&std::fs::read(folder.join("index.json"))?)?;
    let mut models = Vec::new();
    for model in list["models"].as_array().context("www/models/index.json: no list of models")? {
        let id = model["id"].as_str().context("www/models/index.json: a model without an id")?;
        let mut bytes = 0;
        for file in folder.join(id).read_dir().with_context(|| id.to_owned())? {
            bytes += file?.metadata()?.len();
        }
        models.push((id.to_owned(), bytes));
    }
    Ok(models)
}
