//! `liedwerk train`, `classify`, `tag` and `evaluate --labels` with models that read.

use crate::process::{liedwerk, stderr, stdout};
use serde_json::Value;
use std::path::Path;

const CLASSIFIER: &str = r#"
name = "mood"
precision = "int8"
[model]
type = "text_classifier"
embedding_size = 16
hidden_size = 32
num_layers = 1
dropout = 0.1
labels = ["cold", "warm"]
[tokenizer]
type = "bpe"
vocab_size = 280
"#;
const TAGGER: &str = r#"
name = "tags"
[model]
type = "tagger"
embedding_size = 8
char_embedding_size = 6
char_hidden_size = 6
hidden_size = 12
num_layers = 1
labels = ["DET", "NOUN", "VERB"]
[tokenizer]
type = "words"
vocab_size = 100
min_count = 1
lowercase = true
"#;
const TRAIN: &str = r#"
[data]
train = "train.tsv"
dev = "dev.tsv"
max_tokens = 40
[train]
seed = 1
tokens_per_batch = 120
label_smoothing = 0.0
steps = 60
lr = 2e-2
warmup_steps = 5
decay_steps = 30
weight_decay = 0.01
grad_clip = 1.0
beta1 = 0.9
beta2 = 0.98
average = 0.9
checkpoint_every = 1000
"#;

/// Trains in a separate folder; the model is in `out`.
fn trained(model: &str, train: &str, dev: &str) -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    write("recipe.toml", &format!("{model}{TRAIN}"));
    write("train.tsv", train);
    write("dev.tsv", dev);
    let arguments = ["train", "--recipe", "recipe.toml", "--data", ".", "--out", "out"];
    let output = liedwerk(folder.path(), &arguments, b"");
    let said = stdout(&output).to_owned() + &String::from_utf8_lossy(&output.stderr);
    (folder, said)
}

fn json_lines(folder: &Path, command: &str, input: &str) -> Vec<Value> {
    let output = liedwerk(folder, &[command, "--model", "out", "--json"], input.as_bytes());
    stdout(&output).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn evaluated(folder: &Path) -> Value {
    let output = liedwerk(folder, &["evaluate", "--model", "out", "--labels", "dev.tsv", "--json"], b"");
    serde_json::from_str(stdout(&output)).unwrap()
}

fn codes(verdict: &Value) -> Vec<&str> {
    verdict["notes"].as_array().unwrap().iter().map(|note| note["code"].as_str().unwrap()).collect()
}

#[test]
fn a_classifier_learns_and_says_how_sure_it_is_and_which_word_moved_it() {
    let things = ["tea", "room", "road", "song", "night", "house"];
    let line = |k: usize, warm: bool| {
        let (label, word) = if warm { ("warm", "sunny") } else { ("cold", "frozen") };
        format!("{label}\ta {word} {}\n", things[k % things.len()])
    };
    let train: String = (0..48).map(|k| line(k, k / 6 % 2 == 0)).collect();
    let strange = "tepid\tneither this nor that\nno label here\n";
    let (folder, said) =
        trained(CLASSIFIER, &(train + strange), &(0..12).map(|k| line(k, k % 2 == 0)).collect::<String>());
    assert!(said.contains("unknown-label") || said.contains("tepid"), "{said}");
    let figures = evaluated(folder.path());
    assert!(figures["accuracy"] == 1.0 && figures["count"] == 12, "{figures}");
    assert_eq!(figures["confusion"][0][0], 6);

    let long = "a sunny road ".repeat(4000);
    let input = format!("a sunny road\n\n!\na\n👍👍\n{long}\n");
    let verdicts = json_lines(folder.path(), "classify", &input);
    assert_eq!(verdicts[0]["label"], "warm");
    let sum: f64 =
        ["warm", "cold"].iter().map(|class| verdicts[0]["probabilities"][class].as_f64().unwrap()).sum();
    assert!((sum - 1.0).abs() < 1e-5);
    let influence = |word: usize| verdicts[0]["words"][word]["influence"].as_f64().unwrap();
    assert!(influence(1) > influence(0).max(influence(2)), "{}", verdicts[0]);
    for nothing in [1, 2, 4] {
        assert_eq!(
            (codes(&verdicts[nothing]), &verdicts[nothing]["label"]),
            (vec!["no-words"], &Value::Null)
        );
    }
    assert!(codes(&verdicts[3]).contains(&"few-letters"), "{}", verdicts[3]);
    assert_eq!(codes(&verdicts[5])[..2], ["line-cut", "line-not-shaded"]);
    assert!(verdicts[5]["words"][0]["influence"].is_null());

    let wrong = liedwerk(folder.path(), &["tag", "--model", "out"], b"a");
    assert!(stderr(&wrong).contains("error[bad-config]") && stderr(&wrong).contains("liedwerk classify"));
}

#[test]
fn a_tagger_learns_and_tells_the_second_best_where_it_is_unsure() {
    let nouns = ["moon", "rose", "child", "song"];
    let verbs = ["sings", "sleeps", "falls"];
    let sentence = |k: usize| format!("the\tDET\n{}\tNOUN\n{}\tVERB\n\n", nouns[k % 4], verbs[k % 3]);
    let train: String = (0..40).map(sentence).collect();
    let (folder, _) = trained(TAGGER, &(train + "lost\n\n"), &(0..8).map(sentence).collect::<String>());
    assert_eq!(evaluated(folder.path())["accuracy"], 1.0);
    let tagged = json_lines(folder.path(), "tag", "The rose falls. A xyzzy!\n\n🌹\n");
    let words = tagged[0]["words"].as_array().unwrap();
    let texts: Vec<&str> = words.iter().map(|word| word["text"].as_str().unwrap()).collect();
    assert_eq!(texts, ["The", "rose", "falls", ".", "A", "xyzzy", "!"]);
    let labels: Vec<&str> = words.iter().map(|word| word["best"]["label"].as_str().unwrap()).collect();
    assert_eq!(labels[..3], ["DET", "NOUN", "VERB"]);
    for word in words {
        assert_eq!(word["second"].is_null(), word["best"]["probability"].as_f64().unwrap() >= 0.8, "{word}");
    }
    assert_eq!(codes(&tagged[1]), ["no-words"]);
    assert_eq!(tagged[2]["words"][0]["text"], "🌹");
}

#[test]
fn labels_that_tell_nothing_apart_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    write("recipe.toml", &format!("{CLASSIFIER}{TRAIN}"));
    write("dev.tsv", "warm\tso\n");
    let arguments = ["train", "--recipe", "recipe.toml", "--data", ".", "--out", "out"];
    for (text, code) in [
        ("warm\tsun\n".repeat(30), "bad-labels"),
        ("only a text\n".repeat(30), "bad-labels"),
        ("warm\tsun\ncold\tsnow\n".to_owned(), "text-too-short"),
    ] {
        write("train.tsv", &text);
        let output = liedwerk(folder.path(), &arguments, b"");
        assert!(stderr(&output).contains(&format!("error[{code}]")), "{code}: {}", stderr(&output));
    }
}
