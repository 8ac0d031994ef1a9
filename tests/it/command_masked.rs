//! `liedwerk train`, `fill` and `evaluate --masked` with a masked language model.

use crate::process::{liedwerk, stderr, stdout};
use serde_json::Value;
use std::path::Path;

const RECIPE: &str = r#"
name = "masked"
[model]
type = "bert"
hidden_size = 16
num_hidden_layers = 1
num_attention_heads = 2
intermediate_size = 32
max_position_embeddings = 24
type_vocab_size = 1
hidden_dropout_prob = 0.0
attention_probs_dropout_prob = 0.0
[tokenizer]
type = "bpe"
vocab_size = 340
[data]
train = ["pairs.tsv", "songs.txt"]
dev = "pairs.tsv"
max_tokens = 40
[train]
seed = 1
tokens_per_batch = 150
steps = 100
lr = 2e-2
warmup_steps = 5
decay_steps = 30
weight_decay = 0.0
grad_clip = 1.0
beta1 = 0.9
beta2 = 0.98
average = 0.9
checkpoint_every = 1000
"#;

#[test]
fn what_was_taken_out_is_foretold() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    write("pairs.tsv", &"die Nacht ist kalt\tthe night is cold\n".repeat(30));
    write("songs.txt", "=== A song\nthe night\nis cold\n");
    write("masked.toml", RECIPE);
    let run = |arguments: &[&str]| liedwerk(folder.path(), arguments, b"");
    let json = |arguments: &[&str]| -> Value { serde_json::from_str(stdout(&run(arguments))).unwrap() };
    stdout(&run(&["train", "--recipe", "masked.toml", "--data", ".", "--out", "out"]));

    let filled = json(&["fill", "--model", "out", "the [MASK] is ___", "--top", "3", "--json"]);
    let masks = filled["masks"].as_array().unwrap();
    assert_eq!(masks.len(), 2);
    for (mask, word) in masks.iter().zip(["night", "cold"]) {
        // Such a small model also considers the word of the other language likely.
        let found = mask.as_array().unwrap().iter().find(|candidate| candidate["text"] == word).unwrap();
        assert!(found["begins_word"] == true && found["probability"].as_f64().unwrap() > 0.3, "{mask}");
    }
    assert_eq!(filled["notes"][0]["code"], "several-masks");

    let figures = json(&["evaluate", "--model", "out", "--masked", "pairs.tsv", "--json"]);
    for language in ["german", "english"] {
        assert_eq!(figures[language]["count"], 30);
        assert!(figures[language]["first_five"].as_f64().unwrap() > 0.5, "{figures}");
    }
    let other = run(&["tag", "--model", "out"]);
    assert!(stderr(&other).contains("use `liedwerk fill`"), "{}", stderr(&other));
}

#[test]
fn a_folder_of_transformers_opens() {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/golden"));
    let output = liedwerk(folder, &["fill", "--model", "bert", "The [MASK]!"], b"");
    let lines = stdout(&output);
    assert_eq!(lines.lines().count(), 5);
    assert!(lines.lines().all(|line| line.starts_with("1\t0.")), "{lines}");
}
