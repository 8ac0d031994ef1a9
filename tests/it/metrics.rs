//! BLEU and chrF compared with sacrebleu.

use liedwerk::train::{BLEU_SIGNATURE, CHRF_SIGNATURE, bleu, chrf};
use serde_json::Value;

/// Both sides compute in f64; only the order of a few operations differs.
const TOLERANCE: f64 = 1e-9;

fn strings(list: &Value) -> Vec<&str> {
    list.as_array().unwrap().iter().map(|line| line.as_str().unwrap()).collect()
}

fn assert_close(ours: f64, theirs: &Value, what: &str) {
    let theirs = theirs.as_f64().unwrap();
    assert!((ours - theirs).abs() < TOLERANCE, "{what}: {ours}, but sacrebleu has {theirs}");
}

/// Compares with a file written by tests/golden/metrics.py.
fn compare(json: &str) {
    let file: Value = serde_json::from_str(json).unwrap();
    let references = strings(&file["references"]);
    for system in file["systems"].as_array().unwrap() {
        let (name, lines) = (system["name"].as_str().unwrap(), strings(&system["lines"]));
        let ours = bleu(&lines, &references);
        assert_close(ours.score, &system["bleu"], &format!("{name}: BLEU"));
        assert_close(ours.brevity_penalty, &system["brevity_penalty"], &format!("{name}: brevity penalty"));
        for (n, precision) in ours.precisions.iter().enumerate() {
            assert_close(*precision, &system["precisions"][n], &format!("{name}: precision {}", n + 1));
        }
        let lengths = serde_json::json!([ours.hypothesis_length, ours.reference_length]);
        assert_eq!(lengths, system["lengths"], "{name}");
        assert_close(chrf(&lines, &references), &system["chrf"], &format!("{name}: chrF"));
        for (ours, theirs) in [BLEU_SIGNATURE, CHRF_SIGNATURE].iter().zip(strings(&system["signatures"])) {
            let without_version = |signature: &str| signature.split("|version:").next().unwrap().to_owned();
            assert_eq!(without_version(ours), without_version(theirs));
        }
        println!("{name}: BLEU {:.4}, chrF {:.4}", ours.score, chrf(&lines, &references));
    }
}

#[test]
fn scores_equal_sacrebleus() {
    let path = crate::tidy::root().join("tests/fixtures/golden/metrics.json");
    compare(&std::fs::read_to_string(path).unwrap());
}

#[test]
#[ignore = "needs a file of tests/golden/metrics.py --references, named in LIEDWERK_METRICS_ORACLE; run by `cargo xtask test oracles`"]
fn real_systems_equal_sacrebleus() {
    let path = std::env::var("LIEDWERK_METRICS_ORACLE").unwrap();
    compare(&std::fs::read_to_string(path).unwrap());
}

#[test]
fn nothing_compared_is_no_score() {
    let none: [&str; 0] = [];
    assert_eq!((bleu(&none, &none).score, chrf(&none, &none)), (0.0, 0.0));
    assert_eq!((bleu(&[""], &[""]).score, chrf(&[""], &[""])), (0.0, 0.0));
}
