//! `liedwerk memorized`.

use crate::expected::files;
use crate::process::{liedwerk, model_folder, stderr, stdout};
use serde_json::Value;

const SONGS: &str = "=== Nelly Gray\nThere's a low green valley on the old Kentucky shore,\nThere I've whiled \
                     many happy hours away,\nA sitting and a singing by the little cottage door\n";

#[test]
fn an_index_finds_what_was_copied() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("songs.txt"), SONGS).unwrap();
    let run = |arguments: &[&str], input: &str| {
        liedwerk(folder.path(), &[&["memorized"], arguments].concat(), input.as_bytes())
    };
    let output = run(&["index", "--text", "songs.txt", "--out", "songs.idx"], "");
    assert!(stdout(&output).starts_with("songs.idx: 23 hashes in "), "{}", stdout(&output));

    let text = "♪ Now on the old Kentucky shore there I've whiled away.\n";
    let output = run(&["find", "--index", "songs.idx", "--json"], text);
    let report: Value = serde_json::from_str(stdout(&output)).unwrap();
    let stretch = &report["stretches"][0];
    let place = |key: &str| stretch[key].as_u64().unwrap() as usize;
    assert_eq!(&text[place("start")..place("end")], stretch["text"].as_str().unwrap());
    assert_eq!((&report["longest"], &report["characters"]), (&stretch["characters"], &56.into()));
    let share = stretch["text"].as_str().unwrap().chars().count() as f64 / 56.0;
    assert_eq!(
        (report["share_over_40"].as_f64(), report["share_over_60"].as_f64()),
        (Some(share), Some(0.0))
    );

    std::fs::write(folder.path().join("text.txt"), SONGS).unwrap();
    let output = run(&["find", "--index", "songs.idx", "text.txt"], "");
    assert!(stdout(&output).contains("% in stretches over 60; the longest has "), "{}", stdout(&output));
    let output = run(&["find", "--index", "songs.idx"], "");
    assert!(stdout(&output).starts_with("0 characters: 0.00 % in"), "{}", stdout(&output));
}

#[test]
fn a_model_is_measured() {
    let folder = model_folder(files());
    std::fs::write(folder.path().join("songs.txt"), SONGS).unwrap();
    let run = |arguments: &[&str]| liedwerk(folder.path(), &[&["memorized"], arguments].concat(), b"");
    stdout(&run(&["index", "--text", "songs.txt", "--out", "songs.idx"]));
    let measure = ["measure", "--model", ".", "--index", "songs.idx", "--length", "50", "--samples"];
    let output = run(&[&measure[..], &["3", "--json"]].concat());
    let report: Value = serde_json::from_str(stdout(&output)).unwrap();
    assert_eq!((&report["samples"], &report["characters"]), (&3.into(), &150.into()));
    assert_eq!((&report["longest"], &report["share_over_40"]), (&0.into(), &0.0.into()));
    assert!(
        stdout(&run(&[&measure[..], &["1"]].concat())).starts_with("1 samples, 50 characters: 0.00 % in")
    );
    for wrong in [["0", "--seed=1"], ["2", "--seed=18446744073709551615"], ["1", "--temperature=-1"]] {
        let output = run(&[&measure[..], &wrong].concat());
        assert!(stderr(&output).starts_with("error[bad-option]: "), "{}", stderr(&output));
    }
}

#[test]
fn what_cannot_work_is_said() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("songs.txt"), "=== A title and\nlittle else\n").unwrap();
    for (arguments, code) in [
        (&["index", "--text", "songs.txt", "--out", "songs.idx"][..], "text-too-short"),
        (&["index", "--text", "none.txt", "--out", "songs.idx"], "file"),
        (&["find", "--index", "songs.txt"], "bad-index"),
        (&["find", "--index", "none.idx"], "file"),
        (&["measure", "--model", "none", "--index", "songs.txt"], "bad-index"),
    ] {
        let output = liedwerk(folder.path(), &[&["memorized"], arguments].concat(), b"");
        assert!(stderr(&output).starts_with(&format!("error[{code}]: ")), "{}", stderr(&output));
    }
}
