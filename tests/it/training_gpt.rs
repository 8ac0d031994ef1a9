//! Training of a GPT-2, natively with the portable kernels.

use crate::process::{liedwerk, stderr, stdout};
use crate::recipes::{GPT, gpt};
use crate::training::{bits_of, step};
use liedwerk::ErrorCode;
use liedwerk::models::{Gpt, GptConfig, ModelConfig};
use liedwerk::rng::Rng;
use liedwerk::text::{Normalize, Song, titled_songs};
use liedwerk::train::{Learner, NextToken, SongWindows, TokenSong, Trainer};
use pollster::block_on;
use std::path::Path;

/// Songs with a rule to learn: verses count up from a number given in the title.
fn counting(count: usize) -> Vec<TokenSong> {
    let mut rng = Rng::new(8);
    let mut song = || {
        let first = rng.below(10) as u32;
        TokenSong { title: vec![10, first], verses: (0..12).map(|k| (first + k) % 10).collect() }
    };
    (0..count).map(|_| song()).collect()
}

fn config() -> GptConfig {
    let ModelConfig::Gpt2(config) = gpt().plan.model.unwrap().config([11; 2]).unwrap() else {
        unreachable!()
    };
    config
}

fn trainer(dropout: f32) -> Trainer<Gpt, SongWindows, NextToken> {
    let config = GptConfig { resid_pdrop: dropout, embd_pdrop: dropout, attn_pdrop: dropout, ..config() };
    Trainer::on_songs(Gpt::init(config, &mut Rng::new(5)).unwrap(), counting(60), 0.5, &gpt().plan.train)
        .unwrap()
}

#[test]
fn it_learns() {
    let mut trainer = trainer(0.0);
    let before = step(&mut trainer).loss;
    let losses: Vec<f32> = (1..150).map(|_| step(&mut trainer).loss).collect();
    let after = losses[139..].iter().sum::<f32>() / 10.0;
    // The start of a song without a title is unpredictable.
    assert!(before > 2.2 && after < 0.6, "{before} -> {after}");
    for model in [trainer.model(), trainer.average()] {
        let likeliest = |first: u32| {
            let logits = model.forward(&[0, 1, 2, 3].map(|k| (first + k) % 10), 1, None);
            let last = &logits.data()[3 * 11..];
            (0..11).max_by(|&a, &b| last[a as usize].total_cmp(&last[b as usize])).unwrap()
        };
        let correct = (0..10).filter(|&first| likeliest(first) == (first + 4) % 10).count();
        assert!(correct >= 9, "{correct} of 10");
    }
}

#[test]
fn a_resumed_run_equals_an_uninterrupted_one_to_the_bit() {
    let fresh = || trainer(0.2);
    let (mut whole, mut first) = (fresh(), fresh());
    for _ in 0..5 {
        step(&mut whole);
        step(&mut first);
    }
    let checkpoint = block_on(first.checkpoint()).unwrap();
    let mut second = fresh();
    second.restore(&checkpoint).unwrap();
    assert_eq!(second.steps_done(), 5);
    for _ in 0..10 {
        assert_eq!(step(&mut whole).loss.to_bits(), step(&mut second).loss.to_bits());
    }
    assert!(
        whole.steps_done() > whole.steps_per_epoch() as u64,
        "the resumed run should meet a second epoch"
    );
    assert_eq!(bits_of(whole.model()), bits_of(second.model()));
    assert_eq!(bits_of(whole.average()), bits_of(second.average()));
    assert_ne!(bits_of(whole.average()), bits_of(whole.model()));
}

#[test]
fn a_damaged_checkpoint_changes_nothing() {
    let mut trainer = trainer(0.0);
    step(&mut trainer);
    let checkpoint = block_on(trainer.checkpoint()).unwrap();
    step(&mut trainer);
    let before = bits_of(trainer.model());
    for cut in [0, 9, checkpoint.len() / 2, checkpoint.len() - 1] {
        let error = trainer.restore(&checkpoint[..cut]).unwrap_err();
        assert_eq!(error.code(), ErrorCode::BadWeights, "cut at {cut}");
    }
    assert_eq!((before, trainer.steps_done()), (bits_of(trainer.model()), 2));
}

#[test]
fn songs_that_fill_no_batch_are_refused() {
    let model = Gpt::init(config(), &mut Rng::new(5)).unwrap();
    // Eight songs have twelve tokens each, but six windows of sixteen need one more.
    let error = Trainer::on_songs(model, counting(8), 0.5, &gpt().plan.train).err().unwrap();
    assert_eq!(error.code(), ErrorCode::TextTooShort);
    assert_eq!(error.to_string(), "96 tokens, but one batch of this recipe needs 97");
}

#[test]
fn a_file_of_songs_is_taken_apart() {
    let text = "preface\n=== One | anon | here\nLa — la ö 1,\n\n\n\nla\n\n=== Two\n\n  in\n===\nout === a\n=== \u{fc} three";
    let song = |title: &str, verses: &str| Song { title: title.into(), verses: verses.into() };
    let expected = [
        song("=== One\n", "La — la  1,\n\nla\n\n"),
        song("=== Two\n", "  in\nout  a\n\n"),
        song("=== three\n", "\n\n"),
    ];
    assert_eq!(titled_songs(text, Normalize::Songs), expected);
    assert!(titled_songs("no title\n", Normalize::Songs).is_empty());
}

const SONG: &str =
    "Rose, rose, rose, rose,\nwill I ever see thee wed?\nAye, marry, that I will,\nif thou but stay.\n";

/// Runs `train` on a folder with texts and a recipe; writes the model to the folder `out` in it.
fn train(folder: &Path, out: &str, more: &[&str]) -> std::process::Output {
    let common =
        ["train", "--recipe", "recipe.toml", "--data", ".", "--arithmetic", "portable", "--out", out];
    liedwerk(folder, &[&common, more].concat(), b"")
}

fn data(recipe: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    let songs: Vec<String> = (1..30).map(|k| format!("=== Rose {k} | anon |\n{SONG}")).collect();
    write("songs.txt", &songs.join("\n"));
    write("dev.txt", &format!("=== Rose | anon |\n{SONG}"));
    write("recipe.toml", recipe);
    folder
}

#[test]
fn the_command_trains_resumes_and_begins_with_a_model() {
    let recipe = GPT.replace("steps = 150", "steps = 30").replace("decay_steps = 50", "decay_steps = 10");
    let folder = data(&recipe.replace("every = 100", "every = 20"));
    let file = |name: &str| std::fs::read(folder.path().join(name)).unwrap();
    let said = stdout(&train(folder.path(), "whole", &["--log", "log.jsonl"])).to_owned();
    assert!(said.contains("29 songs") && said.contains("steps an epoch"), "{said}");
    assert!(said.contains("step 30: dev "), "{said}");
    assert_eq!(String::from_utf8(file("log.jsonl")).unwrap().lines().count(), 30);

    let said = stdout(&train(folder.path(), "parts", &["--max-steps", "13"])).to_owned();
    assert!(said.contains("(average weights)"), "before the end the average is written: {said}");
    stdout(&train(folder.path(), "parts", &["--resume"]));
    for name in ["model.safetensors", "checkpoint.bin", "tokenizer.json", "config.json"] {
        assert!(file(&format!("whole/{name}")) == file(&format!("parts/{name}")), "{name} differs");
    }

    // The saved model can be trained further, and is scored as reported by the trainer.
    stdout(&train(folder.path(), "more", &["--init", "whole", "--max-steps", "1"]));
    assert_eq!(file("more/tokenizer.json"), file("whole/tokenizer.json"));
    let evaluate = ["evaluate", "--model", "parts", "--text", "dev.txt", "--normalize", "songs"];
    assert!(stdout(&liedwerk(folder.path(), &evaluate, b"")).contains("bits per character"));
}

#[test]
fn texts_that_cannot_be_trained_on_are_said() {
    let folder = data(GPT);
    std::fs::write(folder.path().join("dev.txt"), "=== Rose | anon |\n").unwrap();
    let output = train(folder.path(), "out", &["--max-steps", "1"]);
    assert!(stderr(&output).contains("dev.txt is empty after cleaning"), "{}", stderr(&output));
    let folder = data(GPT);
    std::fs::write(folder.path().join("songs.txt"), SONG).unwrap();
    let output = train(folder.path(), "out", &[]);
    assert!(
        stderr(&output).contains("error[text-too-short]: no song has a title line"),
        "{}",
        stderr(&output)
    );
}
