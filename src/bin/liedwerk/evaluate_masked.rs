//! `liedwerk evaluate --masked`: how often masked words are predicted.

use crate::files::{read, say};
use crate::model_files::open_filler;
use crate::texts::note;
use liedwerk::read::MaskedFigures;
use liedwerk::text::reading::{pairs, songs};
use liedwerk::workshop::blocks;
use serde_json::{Map, Value, json};
use std::path::Path;

/// Prints the results, for sentence pairs by language.
pub fn run(model: &Path, path: &Path, json: bool) -> anyhow::Result<()> {
    let filler = open_filler(model)?;
    let (file, bytes) = (path.display().to_string(), read(path)?);
    let mut report = Map::new();
    for (language, texts) in texts(&file, &bytes)? {
        let figures = filler.figures(&texts)?;
        if !json {
            say!("{language}: {}", foretold(&figures));
        }
        report.insert(language.to_owned(), as_json(&figures));
    }
    if json {
        say!("{}", Value::Object(report));
    }
    Ok(())
}

/// The texts of a file by language, if known.
fn texts(file: &str, bytes: &[u8]) -> anyhow::Result<Vec<(&'static str, Vec<String>)>> {
    if !file.ends_with(".tsv") {
        let reading = songs(file, bytes)?;
        note(&reading.notes);
        return Ok(vec![("texts", blocks(&reading.text))]);
    }
    let reading = pairs(file, bytes)?;
    note(&reading.notes);
    let (german, english) = reading.pairs.into_iter().map(|pair| (pair.source, pair.target)).unzip();
    Ok(vec![("german", german), ("english", english)])
}

/// The fractions of words that are the first candidate, or among the first five.
pub fn foretold(figures: &MaskedFigures) -> String {
    let share = |part: usize| 100.0 * part as f64 / figures.count.max(1) as f64;
    let MaskedFigures { count, first, first_five, in_pieces } = *figures;
    format!(
        "{:.1} % first, {:.1} % within the first five, of {count} words; {:.1} % are spelled in several tokens and never found",
        share(first),
        share(first_five),
        share(in_pieces)
    )
}

fn as_json(figures: &MaskedFigures) -> Value {
    let share = |part: usize| part as f64 / figures.count.max(1) as f64;
    json!({
        "count": figures.count,
        "first": share(figures.first),
        "first_five": share(figures.first_five),
        "in_pieces": share(figures.in_pieces),
    })
}
