//! Texts in common formats: the reader's Python twin gives the same results, and the command uses the reader.

use crate::expected::{TRANSFORMER, translator_files};
use crate::process::{liedwerk, model_folder, stderr, stdout};
use crate::tidy::root;
use liedwerk::text::reading::{PairReading, Reading, pairs, songs};
use liedwerk::text::{MIN_STRETCH, Note};
use serde_json::Value;
use std::process::Output;

fn codes(notes: &[Note]) -> Vec<&str> {
    notes.iter().map(|note| note.code).collect()
}

fn bytes(hex: &str) -> Vec<u8> {
    (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect()
}

/// `training/torch/tests/test_reading.py` reads the same vectors.
#[test]
fn both_readers_give_the_vectors() {
    let path = root().join("tests/fixtures/reading/vectors.json");
    let vectors: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let vectors = vectors.as_array().unwrap();
    assert!(vectors.len() >= 30);
    for vector in vectors {
        let name = vector["name"].as_str().unwrap();
        let bytes = bytes(vector["bytes"].as_str().unwrap());
        let notes: Vec<&str> =
            vector["notes"].as_array().unwrap().iter().map(|note| note.as_str().unwrap()).collect();
        match vector["as"].as_str().unwrap() {
            "songs" => {
                let Reading { text, notes: found } = songs("a", &bytes).unwrap();
                assert_eq!(
                    (text.as_str(), codes(&found)),
                    (vector["text"].as_str().unwrap(), notes),
                    "{name}"
                );
            }
            "pairs" => {
                let PairReading { pairs, notes: found, .. } = pairs("a", &bytes).unwrap();
                let pairs: Vec<[String; 2]> =
                    pairs.into_iter().map(|pair| [pair.source, pair.target]).collect();
                assert_eq!(serde_json::json!(pairs), vector["pairs"], "{name}");
                assert_eq!(codes(&found), notes, "{name}");
            }
            "refused" => {
                let kind = if notes == ["not-text"] {
                    songs("a", &bytes).map(|_| ())
                } else {
                    pairs("a", &bytes).map(|_| ())
                };
                assert_eq!(kind.unwrap_err().code().as_str(), notes[0], "{name}");
            }
            other => panic!("{other}"),
        }
    }
}

const SONG: &str = "=== One\nO rose, thou art sick, and the night is long,\nO rose!\n\n=== Two\nSing on.\n";

fn dressed() -> [(&'static str, Vec<u8>); 4] {
    let windows = SONG.replace('\n', "\r\n");
    [
        ("lf.txt", SONG.as_bytes().to_vec()),
        ("mark.txt", format!("\u{feff}{windows}").into_bytes()),
        ("cr.txt", SONG.replace('\n', "\r").into_bytes()),
        ("utf16.txt", windows.encode_utf16().flat_map(u16::to_le_bytes).collect()),
    ]
}

#[test]
fn cases_19_to_25_evaluate_and_tokenize_read_every_file_alike() {
    let folder = tempfile::tempdir().unwrap();
    let model = root().join("www/models/char-lstm-songs");
    let mut found = Vec::new();
    for (name, bytes) in dressed() {
        std::fs::write(folder.path().join(name), bytes).unwrap();
        let run = |arguments: &[&str]| stdout(&liedwerk(folder.path(), arguments, b"")).to_owned();
        let scored = run(&["evaluate", "--model", model.to_str().unwrap(), "--text", name, "--json"]);
        run(&["tokenize", "train", "--text", name, "--vocab-size", "270", "--out", "tokenizer.json"]);
        found.push((scored, std::fs::read_to_string(folder.path().join("tokenizer.json")).unwrap()));
    }
    assert!(
        found[0].0.contains("\"chars\":") && found[1..].iter().all(|other| *other == found[0]),
        "{found:?}"
    );
}

#[test]
fn case_28_copies_are_found_whatever_the_letters_and_line_ends() {
    let folder = tempfile::tempdir().unwrap();
    let song = "Wie schön leuchtet der Morgenstern über dem tiefen Tal\nund alle Wälder klingen\n";
    assert!(song.len() > MIN_STRETCH);
    std::fs::write(folder.path().join("songs.txt"), format!("\u{feff}{}", song.replace('\n', "\r\n")))
        .unwrap();
    stdout(&liedwerk(
        folder.path(),
        &["memorized", "index", "--text", "songs.txt", "--out", "songs.idx"],
        b"",
    ));
    let apart = song.replace('ö', "o\u{308}").replace('ü', "u\u{308}").replace('ä', "a\u{308}");
    for text in [song.to_owned(), apart.clone(), apart.replace('\n', "\r")] {
        let output = liedwerk(folder.path(), &["memorized", "find", "--index", "songs.idx"], text.as_bytes());
        assert!(stdout(&output).contains("Morgenstern"), "{}", stdout(&output));
    }
}

fn generated(prompt: &str) -> Value {
    let model = [
        "generate",
        "--model",
        "www/models/gpt-songs",
        "--max-new-tokens",
        "12",
        "--json",
        "--prompt",
        prompt,
    ];
    serde_json::from_str(stdout(&liedwerk(root(), &model, b""))).unwrap()
}

#[test]
fn cases_23_29_30_a_gpt_reads_what_phones_type() {
    let plain = generated("\"Oh, don't go\" - he said...\n");
    for prompt in [
        "“Oh, don’t go” – he said…\r\n",
        "„Oh, don‘t go“ ‐ he said...\r",
        "«Oh,\u{202f}don't\u{2005}go» - he sa\u{ad}id…\n",
    ] {
        assert_eq!(generated(prompt), plain, "{prompt}");
    }
}

fn translated(input: &[u8]) -> Output {
    liedwerk(root(), &["translate", "--model", "www/models/transformer-de-en", "--beam", "1"], input)
}

#[test]
fn cases_32_to_40_a_line_is_translated_whatever_it_wears() {
    let lines = [
        "Ich liebe dich.",
        "Ich\u{2005}liebe\u{205f}dich.",
        "**Ich liebe dich.**",
        "<b>Ich liebe dich.</b>",
        "1. Ich liebe dich.",
        "[Refrain]",
        "00:00:01,000 --> 00:00:02,000",
    ];
    let output = translated((lines.join("\r\n") + "\r\n").as_bytes());
    let love = stdout(&output).lines().next().unwrap();
    let dressed = [
        love,
        love,
        &format!("**{love}**"),
        &format!("<b>{love}</b>"),
        &format!("1. {love}"),
        lines[5],
        lines[6],
    ];
    assert_eq!(stdout(&output).lines().collect::<Vec<_>>(), dressed);
    assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    let shouted = translated("ICH LIEBE DICH.\n".as_bytes());
    assert_eq!(stdout(&shouted).trim_end(), love.to_uppercase());
    let quoted = translated("‚Komm zu mir‘, sagte er.\n".as_bytes());
    assert_eq!(stdout(&quoted).matches('"').count(), 2, "{}", stdout(&quoted));
}

#[test]
fn case_39_lines_that_are_not_german_are_said_on_standard_error() {
    let input = "Ich gehe nach Hause.\nThe river runs away from me\naösldkf aösldkf\nAAAAAAAAAAAAAAAA\nJa.\n";
    let output = translated(input.as_bytes());
    assert_eq!(stdout(&output).lines().count(), 5);
    let said = String::from_utf8(output.stderr.clone()).unwrap();
    let lines: Vec<&str> =
        said.lines().filter_map(|line| line.strip_prefix("note[not-german]: line ")).collect();
    let numbers: Vec<&str> = lines.iter().map(|line| &line[..1]).collect();
    assert_eq!(numbers, ["2", "3", "4"], "{said}");
}

#[test]
fn cases_18_24_25_53_standard_input_in_any_encoding() {
    let text = "Grüße an alle.\nIch bin müde.\n";
    let plain = translated(text.as_bytes());
    let utf16 = translated(&text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>());
    let latin = translated(&text.chars().map(|c| c as u8).collect::<Vec<u8>>());
    let marked = translated(format!("\u{feff}{text}").as_bytes());
    for (output, note) in [(&utf16, "utf-16-read"), (&latin, "encoding-guessed"), (&marked, "")] {
        assert_eq!(stdout(output), stdout(&plain));
        assert!(String::from_utf8_lossy(&output.stderr).contains(note));
    }
    let pdf = translated(b"%PDF-1.7\n...\n");
    assert!(stderr(&pdf).starts_with("error[not-text]: standard input is a PDF"), "{}", stderr(&pdf));
}

#[test]
fn cases_42_to_48_evaluate_reads_columns_by_language() {
    let folder = model_folder(translator_files(TRANSFORMER));
    let german =
        "Ich gehe jetzt nach Hause.\tI'm going home now.\nWo bist du gewesen?\tWhere have you been?\n";
    let swapped = "I'm going home now.\tIch gehe jetzt nach Hause.\tCC-BY 2.0\nWhere have you been?\tWo bist du gewesen?\tCC-BY 2.0\n";
    let anki = "#separator:tab\n#guid column:1\nx\tWhere have you been?\tWo bist du gewesen?\n";
    let run = |text: &str, more: &[&str]| {
        std::fs::write(folder.path().join("pairs.tsv"), text).unwrap();
        let arguments =
            [&["evaluate", "--model", ".", "--pairs", "pairs.tsv", "--out", "out.txt", "--json"], more]
                .concat();
        let output = liedwerk(folder.path(), &arguments, b"");
        let translations = std::fs::read_to_string(folder.path().join("out.txt"));
        (translations.unwrap_or_default(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    let (plain, said) = run(german, &[]);
    assert!(said.is_empty() && plain.lines().count() == 2, "{said}");
    let (read, said) = run(swapped, &[]);
    assert!(read == plain && said.contains("note[columns-swapped]"), "{said}");
    let (read, said) = run(anki, &[]);
    assert!(
        read.trim_end() == plain.lines().nth(1).unwrap() && said.contains("note[columns-chosen]"),
        "{said}"
    );
    let (read, _) = run(german, &["--reverse"]);
    assert_ne!(read, plain);
    let (_, said) = run("1276\tdeu\tIch gehe.\n1277\tdeu\tDu gehst.\n", &[]);
    assert!(said.starts_with("error[bad-pairs]: "), "{said}");
}
