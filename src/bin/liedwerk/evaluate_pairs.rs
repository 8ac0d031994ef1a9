//! `liedwerk evaluate --pairs`: BLEU and chrF of a translator on sentence pairs.

use std::path::Path;
use std::time::Instant;

use liedwerk::generate::TranslateOptions;
use liedwerk::gpu::Gpu;
use liedwerk::io::write_atomically;
use liedwerk::train::{BLEU_SIGNATURE, CHRF_SIGNATURE, bleu, chrf};
use serde_json::json;

use crate::files::say;
use crate::model_files::open_translator;
use crate::progress::progress_bar;
use crate::texts::read_pairs;

/// Translates the sources, or with `reverse` the targets, and compares with the other side. Writes the
/// translations to `out`, one per line.
pub fn run(
    model: &Path,
    pairs: &Path,
    reverse: bool,
    options: TranslateOptions,
    out: Option<&Path>,
    json: bool,
    gpu: Option<&Gpu>,
) -> anyhow::Result<()> {
    let mut translator = open_translator(model)?;
    translator.use_gpu(gpu);
    let pairs = read_pairs(pairs)?;
    let mut sources: Vec<&str> = pairs.iter().map(|pair| pair.source.as_str()).collect();
    let mut references: Vec<&str> = pairs.iter().map(|pair| pair.target.as_str()).collect();
    if reverse {
        std::mem::swap(&mut sources, &mut references);
    }
    let bar = progress_bar(pairs.len(), "sentences", json);
    let start = Instant::now();
    let translations = translator.translate_all(&sources, options, |done| bar.inc(done as u64))?;
    let seconds = start.elapsed().as_secs_f64();
    bar.finish_and_clear();
    if let Some(path) = out {
        write_atomically(path, (translations.join("\n") + "\n").as_bytes())?;
    }
    let bleu = bleu(&translations, &references);
    let chrf = chrf(&translations, &references);
    if json {
        let report = json!({
            "bleu": bleu.score,
            "bleu_signature": BLEU_SIGNATURE,
            "precisions": bleu.precisions,
            "brevity_penalty": bleu.brevity_penalty,
            "chrf": chrf,
            "chrf_signature": CHRF_SIGNATURE,
            "pairs": pairs.len(),
            "seconds": seconds,
        });
        say!("{report}");
    } else {
        say!("BLEU {:.2} ({BLEU_SIGNATURE})", bleu.score);
        say!("chrF {chrf:.2} ({CHRF_SIGNATURE})");
        say!("{} sentences in {seconds:.1} s", pairs.len());
    }
    Ok(())
}
