//! The `liedwerk` command with translators.

use crate::expected::{TRANSFORMER, translator_files};
use crate::process::{liedwerk, model_folder, stderr, stdout};
use std::path::Path;
use std::process::Output;

/// A folder with a translator of random weights.
fn model() -> tempfile::TempDir {
    model_folder(translator_files(TRANSFORMER))
}

/// Runs a command with the model in this folder.
fn with_model(command: &str, model: &Path, arguments: &[&str], input: &[u8]) -> Output {
    liedwerk(model, &[&[command, "--model", "."], arguments].concat(), input)
}

#[test]
fn every_line_gets_its_translation() {
    let model = model();
    let translate = |input: &str, arguments: &[&str]| {
        stdout(&with_model("translate", model.path(), arguments, input.as_bytes())).to_owned()
    };
    let lines = "Das Wandern\n\n  ♪♪ \nist des Müllers Lust";
    let together = translate(lines, &["--beam", "2"]);
    let found: Vec<&str> = together.lines().collect();
    assert_eq!(found.len(), 4);
    assert_eq!(&found[1..3], ["", "  ♪♪ "]);
    assert_eq!(translate("ist des Müllers Lust\n", &["--beam", "2"]).trim_end(), found[3]);
    assert_eq!(translate(lines, &["--beam", "2", "--arithmetic", "fast"]), together);
    assert_ne!(translate(lines, &["--beam", "1", "--no-repeat-ngram", "0"]), together);
    assert_eq!(translate("", &[]), "");
}

#[test]
fn pairs_are_scored() {
    let model = model();
    let pairs = model.path().join("pairs.tsv");
    let out = model.path().join("out.txt");
    std::fs::write(&pairs, "Das Wandern\tTo wander\nDie Lust\tThe joy\tfrom here\n").unwrap();
    let [pairs_path, out_path] = [&pairs, &out].map(|path| path.to_str().unwrap());
    let arguments = ["--pairs", pairs_path, "--beam", "2", "--json", "--out", out_path];
    let output = with_model("evaluate", model.path(), &arguments, b"");
    let report: serde_json::Value = serde_json::from_str(stdout(&output)).unwrap();
    assert_eq!(report["pairs"], 2);
    assert!(report["bleu"].as_f64().unwrap() < 100.0 && report["chrf"].is_number());
    assert!(report["bleu_signature"].as_str().unwrap().contains("tok:13a"));
    let translated =
        with_model("translate", model.path(), &["--beam", "2"], "Das Wandern\nDie Lust\n".as_bytes());
    assert_eq!(std::fs::read_to_string(&out).unwrap(), stdout(&translated));

    std::fs::write(&pairs, "Das Wandern\tTo wander\nkein Tabulator\n").unwrap();
    let output = with_model("evaluate", model.path(), &["--pairs", pairs_path], b"");
    assert!(stderr(&output).starts_with("error[bad-pairs]: "), "{}", stderr(&output));
    assert!(stderr(&output).contains("pairs.tsv:2: "), "{}", stderr(&output));
}

#[test]
fn what_cannot_work_is_said() {
    let model = model();
    let output = with_model("translate", model.path(), &["--beam", "17"], b"");
    // Checked before any input is read.
    assert!(stderr(&output).starts_with("error[bad-option]: beam_width is 17"), "{}", stderr(&output));
    let output = with_model("translate", model.path(), &[], b"gut\nschlecht \0\n");
    assert!(
        stderr(&output).contains("standard input is no text: it holds zero bytes"),
        "{}",
        stderr(&output)
    );
    let output = liedwerk(model.path(), &["translate", "--model", "none"], b"");
    assert!(stderr(&output).starts_with("error[file]: "), "{}", stderr(&output));
}
