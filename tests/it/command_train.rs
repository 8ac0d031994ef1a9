//! Effects of `liedwerk train` on folders, files and processes.

use crate::process::{liedwerk, stderr, stdout};
use crate::recipes::GPT;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

const SONG: &str =
    "Rose, rose, rose, rose,\nwill I ever see thee wed?\nAye, marry, that I will,\nif thou but stay.\n";

const LSTM: &str = r#"
name = "test"
[model]
type = "char_lstm"
embedding_size = 6
hidden_size = 12
num_layers = 2
dropout = 0.0
[data]
normalize = "songs"
train = "songs.txt"
dev = "dev.txt"
[train]
seed = 3
batch_size = 2
window = 16
steps = 12
lr = 1e-2
warmup_steps = 2
decay_steps = 4
weight_decay = 0.01
grad_clip = 1.0
beta1 = 0.9
beta2 = 0.99
checkpoint_every = 100
"#;

fn data(recipe: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    let songs: Vec<String> = (1..30).map(|k| format!("=== Rose {k} | anon |\n{SONG}")).collect();
    write("songs.txt", &songs.join("\n"));
    write("dev.txt", &format!("=== Rose | anon |\n{SONG}"));
    write("recipe.toml", recipe);
    folder
}

const TRAIN: [&str; 7] = ["train", "--recipe", "recipe.toml", "--data", ".", "--arithmetic", "portable"];

fn train(folder: &Path, more: &[&str]) -> Output {
    liedwerk(folder, &[&TRAIN, more].concat(), b"")
}

fn error(output: &Output, code: &str) -> String {
    let said = stderr(output);
    assert!(said.contains(&format!("error[{code}]")), "{code}: {said}");
    said.to_owned()
}

#[test]
fn a_folder_that_is_used_is_not_overwritten_unasked() {
    let folder = data(LSTM);
    let file = |name: &str| std::fs::read(folder.path().join("out").join(name)).ok();
    stdout(&train(folder.path(), &["--out", "out", "--max-steps", "3", "--log", "log.jsonl"]));
    std::fs::write(folder.path().join("out/README.md"), "| dev bits per char | 1.9 |").unwrap();
    let before = file("model.safetensors");
    let said = error(&train(folder.path(), &["--out", "out"]), "folder-used");
    assert!(said.contains("--resume") && said.contains("--overwrite"), "{said}");
    assert!(file("model.safetensors") == before && file("README.md").is_some());

    stdout(&train(folder.path(), &["--out", "out", "--resume", "--max-steps", "2", "--log", "log.jsonl"]));
    let log = std::fs::read_to_string(folder.path().join("log.jsonl")).unwrap();
    let steps: Vec<u64> = log
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap()["step"].as_u64().unwrap())
        .collect();
    assert_eq!(steps, [1, 2, 3, 4, 5], "the log goes on");

    stdout(&train(folder.path(), &["--out", "out", "--overwrite", "--max-steps", "3"]));
    assert!(file("model.safetensors") == before, "the same run again");
    assert!(file("README.md").is_none(), "a card of another model stays");
    assert!(file("train.lock").is_none(), "the lock stays");
}

#[test]
fn several_threads_leave_the_weights_that_one_leaves() {
    let folder = data(&LSTM.replace("batch_size = 2", "batch_size = 5\nshares = 3"));
    let file = |name: &str| std::fs::read(folder.path().join(name).join("checkpoint.bin")).unwrap();
    stdout(&train(folder.path(), &["--out", "alone"]));
    for (out, workers) in [("two", "2"), ("many", "5")] {
        stdout(&train(folder.path(), &["--out", out, "--workers", workers, "--max-steps", "5"]));
        stdout(&train(folder.path(), &["--out", out, "--workers", workers, "--resume"]));
        assert!(file(out) == file("alone"), "{workers} workers");
    }
}

#[test]
fn a_run_goes_on_only_with_its_text_and_its_plan() {
    let folder = data(LSTM);
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    stdout(&train(folder.path(), &["--out", "out", "--max-steps", "2"]));
    write("recipe.toml", &LSTM.replace("lr = 1e-2", "lr = 2e-2").replace("window = 16", "window = 8"));
    let said = error(&train(folder.path(), &["--out", "out", "--resume"]), "other-plan");
    assert!(said.contains("train.lr was 0.01 and is 0.02; train.window was 16 and is 8"), "{said}");
    write("recipe.toml", GPT);
    let said = error(&train(folder.path(), &["--out", "out", "--resume"]), "other-plan");
    assert!(said.contains("model.type was \"char_lstm\" and is \"gpt2\""), "{said}");
    write("recipe.toml", LSTM);
    write("dev.txt", SONG);
    let said = error(&train(folder.path(), &["--out", "out", "--resume"]), "other-text");
    assert!(said.contains("what differs: dev.txt"), "{said}");
    let old = br#"{"step":2,"position":{"epoch":0,"done":2}}"#;
    let old = [&(old.len() as u64).to_le_bytes()[..], old].concat();
    std::fs::write(folder.path().join("out/checkpoint.bin"), old).unwrap();
    error(&train(folder.path(), &["--out", "out", "--resume"]), "old-checkpoint");
}

#[test]
fn texts_that_teach_nothing_are_said() {
    let folder = data(LSTM);
    std::fs::write(folder.path().join("dev.txt"), "=== Rose | anon |\n").unwrap();
    let said = error(&train(folder.path(), &["--out", "out"]), "text-too-short");
    assert!(said.contains("dev.txt is empty after cleaning"), "{said}");
    let folder = data(GPT);
    std::fs::write(folder.path().join("songs.txt"), SONG).unwrap();
    let said = error(&train(folder.path(), &["--out", "out"]), "text-too-short");
    assert!(said.contains("no song has a title line"), "{said}");
    // A line of JSON appended to the songs would be learned.
    let folder = data(LSTM);
    error(&train(folder.path(), &["--out", "out", "--log", "songs.txt"]), "bad-option");
}

/// Files in a list count as one text, in order, with repeated files as often as requested.
#[test]
fn several_files_are_one_text() {
    let several = |recipe: &str| {
        let list = "train = [\"one.txt\", { path = \"two.txt\", repeat = 2 }]";
        recipe
            .replace("train = \"songs.txt\"", list)
            .replace("dev = \"dev.txt\"", "dev = [\"dev.txt\", \"one.txt\"]")
    };
    for recipe in [LSTM, &GPT.replace("steps = 150", "steps = 60").replace("every = 100", "every = 30")] {
        let folder = data(recipe);
        let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
        let songs = |from: u32, to: u32| -> String {
            (from..to).map(|k| format!("=== Rose {k} | anon |\n{SONG}")).collect()
        };
        let (one, two) = (songs(0, 9), songs(9, 20));
        let dev = std::fs::read_to_string(folder.path().join("dev.txt")).unwrap();
        write("one.txt", &one);
        write("two.txt", &two);
        write("songs.txt", &[one.as_str(), &two, &two].join("\n"));
        let steps = ["--max-steps", "4"];
        write("dev.txt", &[dev.as_str(), &one].join("\n"));
        stdout(&train(folder.path(), &[&["--out", "whole"][..], &steps].concat()));
        write("dev.txt", &dev);
        write("recipe.toml", &several(recipe));
        stdout(&train(folder.path(), &[&["--out", "list"][..], &steps].concat()));
        let file = |name: &str| std::fs::read(folder.path().join(name).join("model.safetensors")).unwrap();
        assert!(file("whole") == file("list"), "the models differ");
    }
}

#[cfg(unix)]
#[test]
fn a_signal_leaves_a_checkpoint_and_a_second_training_waits() {
    let folder = data(&LSTM.replace("steps = 12", "steps = 1000000"));
    let mut child = Command::new(env!("CARGO_BIN_EXE_liedwerk"))
        .args(TRAIN)
        .args(["--out", "out", "--log", "log.jsonl"])
        .current_dir(folder.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let deadline = Instant::now() + Duration::from_secs(60);
    let log = folder.path().join("log.jsonl");
    while std::fs::metadata(&log).map_or(0, |log| log.len()) == 0 {
        assert!(Instant::now() < deadline && child.try_wait().unwrap().is_none(), "no step was done");
        std::thread::sleep(Duration::from_millis(20));
    }
    error(&train(folder.path(), &["--out", "out", "--overwrite"]), "folder-locked");
    let killed = Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap();
    assert!(killed.success());
    let output = child.wait_with_output().unwrap();
    assert!(stdout(&output).contains("saved in out, measuring"), "{}", stdout(&output));
    assert!(
        folder.path().join("out/checkpoint.bin").exists()
            && folder.path().join("out/model.safetensors").exists()
    );
    stdout(&train(folder.path(), &["--out", "out", "--resume", "--max-steps", "1"]));
}

/// `liedwerk train … | head -1`
#[cfg(unix)]
#[test]
fn a_reader_that_has_seen_enough_ends_the_command_quietly() {
    let folder = data(LSTM);
    for arguments in [&[&TRAIN[..], &["--out", "out"]].concat()[..], &["bench", "--only", "peak", "--json"]] {
        let mut child = Command::new(env!("CARGO_BIN_EXE_liedwerk"))
            .args(arguments)
            .current_dir(folder.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success() && said.is_empty(), "{arguments:?}: {said}");
    }
}
