//! The `liedwerk` command with language models: continuing, scoring and tokenizing texts.

use crate::generate_gpt::{files, tokenizer};
use crate::gpt::model;
use crate::process::{liedwerk, model_folder, stderr, stdout};
use liedwerk::generate::Generator;
use liedwerk::models::{GptConfig, LanguageModel};
use liedwerk::ops::CrossEntropy;
use liedwerk::train::bits;
use serde_json::Value;

const TEXT: &str = "Am Brunnen vor dem Tore,\n\nda steht ein Lindenbaum 🌳\tTore, Tore!\n";

/// A folder with a GPT-2 of random weights and a context of 24 tokens.
fn folder() -> tempfile::TempDir {
    let folder = model_folder(files(24));
    std::fs::write(folder.path().join("text.txt"), TEXT).unwrap();
    folder
}

#[test]
fn a_text_is_continued() {
    let folder = folder();
    let common = [
        "generate",
        "--model",
        ".",
        "--prompt",
        "Am Tore",
        "--max-new-tokens",
        "25",
        "--logit-bias",
        "0=-inf",
    ];
    let generate =
        |more: &[&str]| stdout(&liedwerk(folder.path(), &[&common, more].concat(), b"")).to_owned();
    let json =
        |more: &[&str]| serde_json::from_str::<Value>(&generate(&[&["--json"], more].concat())).unwrap();
    let report = json(&[]);
    assert_eq!((&report["tokens"], &report["end"]), (&25.into(), &"limit".into()));
    assert_eq!(report["prompt"], "Am Tore");
    let continuation = report["continuation"].as_str().unwrap();
    assert_eq!(generate(&[]), format!("Am Tore{continuation}\n"));
    assert!(report.get("steps").is_none());

    let report = json(&["--candidates", "5", "--top-k", "2"]);
    let steps = report["steps"].as_array().unwrap();
    assert_eq!(steps.len(), 25);
    assert!(steps.iter().all(|step| step["rows"][4]["rank"] == 5 && step["rows"][4]["cut"] == "top-k"));

    let filters = ["--min-p", "0.1", "--typical-p", "0.9", "--no-repeat-ngram", "2", "--temperature", "1.2"];
    assert_ne!(json(&filters)["continuation"], continuation);
    let first: String = continuation.chars().filter(|c| c.is_ascii_lowercase()).take(1).collect();
    let report = json(&["--stop", &first, "--stop", "-"]);
    assert_eq!(report["end"], "stop");
    assert!(!report["continuation"].as_str().unwrap().contains(&first));
}

#[test]
fn a_beam_continues_a_text() {
    let folder = folder();
    let beam =
        ["generate", "--model", ".", "--prompt", "Am", "--max-new-tokens", "8", "--beam", "3", "--json"];
    let report: Value = serde_json::from_str(stdout(&liedwerk(folder.path(), &beam, b""))).unwrap();
    assert!(report["tokens"].as_u64().unwrap() <= 8 && report["end"].is_string());
    let output = liedwerk(folder.path(), &[&beam[..], &["--logit-bias", "3=1"]].concat(), b"");
    assert!(stderr(&output).starts_with("error[bad-option]: logit_bias"), "{}", stderr(&output));
    let output = liedwerk(folder.path(), &["generate", "--model", ".", "--logit-bias", "3"], b"");
    assert!(stderr(&output).contains("expected a token's number"), "{}", stderr(&output));
}

/// Scores token by token with windows of 24 that advance by half, in double precision.
#[test]
fn bits_per_character_are_those_of_a_plain_loop() {
    let folder = folder();
    let evaluate = |more: &[&str]| -> Value {
        let arguments = [&["evaluate", "--model", ".", "--text", "text.txt", "--json"], more].concat();
        serde_json::from_str(stdout(&liedwerk(folder.path(), &arguments, b""))).unwrap()
    };
    let report = evaluate(&[]);
    let tokenizer = tokenizer();
    let ids = [vec![0], tokenizer.encode(TEXT)].concat();
    assert!(ids.len() > 3 * 24 / 2, "the window slides");
    let model = model(GptConfig { vocab_size: 280, ..crate::gpt::config() });
    let (mut seen, mut bits) = (Vec::new(), 0.0);
    for pair in ids.windows(2) {
        if seen.len() == 24 {
            seen.drain(..12);
        }
        seen.push(pair[0]);
        let logits = model.forward(&seen, 1, None);
        let last = &logits.data()[logits.data().len() - 280..];
        let total: f64 = last.iter().map(|&logit| f64::from(logit).exp()).sum();
        bits += total.log2() - f64::from(last[pair[1] as usize]) / std::f64::consts::LN_2;
    }
    let chars = TEXT.chars().count();
    assert_eq!((&report["chars"], &report["tokens"]), (&chars.into(), &(ids.len() - 1).into()));
    let found = report["bits_per_char"].as_f64().unwrap();
    assert!((found - bits / chars as f64).abs() < 1e-4, "{found}, expected {}", bits / chars as f64);
    let cleaned = evaluate(&["--normalize", "songs"]);
    assert_eq!(cleaned["chars"], chars - 2, "without the tree and the tab");
}

#[test]
fn characters_are_scored_in_one_stream() {
    let folder = tempfile::tempdir().unwrap();
    let (config, tokenizer, weights) = crate::expected::files();
    let path = |name: &str| folder.path().join(name);
    std::fs::write(path("config.json"), &config).unwrap();
    std::fs::write(path("tokenizer.json"), &tokenizer).unwrap();
    std::fs::write(path("model.safetensors"), &weights).unwrap();
    // Longer than what one call scores.
    let text = "sing a song of sixpence\n".repeat(30);
    std::fs::write(path("text.txt"), &text).unwrap();
    let evaluate = ["evaluate", "--model", ".", "--text", "text.txt", "--json"];
    let report: Value = serde_json::from_str(stdout(&liedwerk(folder.path(), &evaluate, b""))).unwrap();
    let generator = Generator::from_files(&config, &tokenizer, &weights).unwrap();
    let LanguageModel::CharLstm(model) = generator.model() else { unreachable!() };
    let ids = generator.tokenizer().encode(&text);
    let inputs = [&[generator.tokenizer().start_id()], &ids[..ids.len() - 1]].concat();
    let (logits, _) = model.forward(&inputs, 1, &model.zero_state(1), None);
    let expected = bits(logits.cross_entropy(&ids, CrossEntropy::default()).item().into());
    assert!((report["bits_per_char"].as_f64().unwrap() - expected).abs() < 1e-4, "{report}, {expected}");
    let output = liedwerk(folder.path(), &[&evaluate[..], &["--normalize", "songs"]].concat(), b"");
    assert!(stderr(&output).starts_with("error[bad-option]: normalize"), "{}", stderr(&output));
    std::fs::write(path("text.txt"), "SING").unwrap();
    let output = liedwerk(folder.path(), &evaluate, b"");
    assert!(stderr(&output).starts_with("error[bad-tokenizer]: the text holds 'S'"), "{}", stderr(&output));
}

#[test]
fn a_tokenizer_is_learned_and_used() {
    let folder = folder();
    let train = |size: &str| {
        let arguments =
            ["tokenize", "train", "--text", "text.txt", "--vocab-size", size, "--out", "new.json"];
        liedwerk(folder.path(), &arguments, b"")
    };
    assert!(stdout(&train("265")).contains("new.json: 265 tokens from"));
    let code = |command: &str, input: &str| {
        liedwerk(folder.path(), &["tokenize", command, "--tokenizer", "new.json"], input.as_bytes())
    };
    let text = "Tore, Äpfel\n\n👩‍👧 \t\u{1}";
    let ids = stdout(&code("encode", text)).to_owned();
    assert!(ids.trim_end().split(' ').count() < text.len());
    assert_eq!(stdout(&code("decode", &ids)), text);
    assert_eq!(stdout(&code("encode", "")), "\n");
    for (size, command, input) in [("256", "train", ""), ("", "decode", "265"), ("", "decode", "1 -1")] {
        let output = if command == "train" { train(size) } else { code(command, input) };
        assert!(stderr(&output).starts_with("error[bad-option]: "), "{}", stderr(&output));
    }
}
