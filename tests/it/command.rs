//! The `liedwerk` command where it translates, as a user calls it.

use crate::expected::{TRANSFORMER, translator_files};
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

/// A folder with a translator of random weights.
fn model() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let (config, tokenizer, weights) = translator_files(TRANSFORMER);
    std::fs::write(folder.path().join("config.json"), config).unwrap();
    std::fs::write(folder.path().join("tokenizer.json"), tokenizer).unwrap();
    std::fs::write(folder.path().join("model.safetensors"), weights).unwrap();
    folder
}

fn liedwerk(command: &str, model: &Path, arguments: &[&str], input: &[u8]) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_liedwerk"))
        .arg(command)
        .arg("--model")
        .arg(model)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(input).unwrap();
    child.wait_with_output().unwrap()
}

fn stdout(output: &Output) -> &str {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    std::str::from_utf8(&output.stdout).unwrap()
}

fn stderr(output: &Output) -> &str {
    assert!(!output.status.success());
    std::str::from_utf8(&output.stderr).unwrap()
}

#[test]
fn every_line_gets_its_translation() {
    let model = model();
    let translate = |input: &str, arguments: &[&str]| {
        stdout(&liedwerk("translate", model.path(), arguments, input.as_bytes())).to_owned()
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
    let output = liedwerk("evaluate", model.path(), &arguments, b"");
    let report: serde_json::Value = serde_json::from_str(stdout(&output)).unwrap();
    assert_eq!(report["pairs"], 2);
    assert!(report["bleu"].as_f64().unwrap() < 100.0 && report["chrf"].is_number());
    assert!(report["bleu_signature"].as_str().unwrap().contains("tok:13a"));
    let translated =
        liedwerk("translate", model.path(), &["--beam", "2"], "Das Wandern\nDie Lust\n".as_bytes());
    assert_eq!(std::fs::read_to_string(&out).unwrap(), stdout(&translated));

    std::fs::write(&pairs, "Das Wandern\tTo wander\nkein Tabulator\n").unwrap();
    let output = liedwerk("evaluate", model.path(), &["--pairs", pairs_path], b"");
    assert!(stderr(&output).starts_with("error[bad-pairs]: "), "{}", stderr(&output));
    assert!(stderr(&output).contains("pairs.tsv:2: "), "{}", stderr(&output));
}

#[test]
fn what_cannot_work_is_said() {
    let model = model();
    let output = liedwerk("translate", model.path(), &["--beam", "17"], b"");
    // Checked before anything is read.
    assert!(stderr(&output).starts_with("error[bad-option]: beam_width is 17"), "{}", stderr(&output));
    let output = liedwerk("translate", model.path(), &[], b"gut\nschlecht \xff\n");
    assert!(stderr(&output).contains("line 2 is not UTF-8"), "{}", stderr(&output));
    let output = liedwerk("translate", &model.path().join("none"), &[], b"");
    assert!(stderr(&output).starts_with("error[file]: "), "{}", stderr(&output));
}
