//! Trainings like those of the page, from a plan and a text.

use liedwerk::ErrorCode;
use liedwerk::generate::Generator;
use liedwerk::io::{ModelFile, Precision};
use liedwerk::text::Normalize;
use liedwerk::train::Metrics;
use liedwerk::workshop::{Base, Kind, MAX_TEXT_BYTES, Plan, PlannedData, Size, Workshop, inspect};
use pollster::block_on;

const SONGS: &str = include_str!("../../www/places/train/texts/verse-en.txt");
const PAIRS: &str = include_str!("../../www/places/train/texts/pairs.tsv");

fn text(kind: Kind) -> &'static str {
    if matches!(kind, Kind::CharLstm | Kind::Gpt2) { SONGS } else { PAIRS }
}

/// The small preset with small batches and 12 steps.
fn plan(kind: Kind) -> Plan {
    let facts = inspect(text(kind), kind, &PlannedData::default(), 1).unwrap();
    let mut plan = Plan::preset(kind, Size::Small, &facts);
    plan.train.batch_size = 2;
    plan.train.window = 24;
    plan.train.tokens_per_batch = 64;
    plan.spread_over(12);
    plan
}

/// Dropout masks depend on the number of shares.
fn without_dropout(plan: &Plan) -> Plan {
    let mut json: serde_json::Value = serde_json::from_str(&plan.to_json()).unwrap();
    for (name, value) in json["model"].as_object_mut().unwrap() {
        if name.contains("drop") {
            *value = 0.into();
        }
    }
    Plan::from_json(&json.to_string()).unwrap()
}

fn begun(plan: &Plan, text: &str) -> Workshop {
    Workshop::new(plan.clone(), text, None).unwrap()
}

fn steps(workshop: &mut Workshop, count: usize) -> Vec<u32> {
    let loss = |metrics: Metrics| metrics.loss.to_bits();
    (0..count).map(|_| loss(block_on(workshop.step()).unwrap())).collect()
}

fn code<T>(result: liedwerk::Result<T>) -> ErrorCode {
    result.err().expect("an error").code()
}

#[test]
fn shares_have_the_same_bits_whoever_computes_them() {
    for kind in [Kind::CharLstm, Kind::Gpt2, Kind::Seq2seq, Kind::Transformer] {
        let mut cut = plan(kind);
        cut.train.shares = 3;
        cut.train.batch_size = 4;
        let mut alone = begun(&cut, text(kind));
        let losses = steps(&mut alone, 4);
        for hands in [1, 2, 8] {
            let mut run = begun(&cut, text(kind));
            let mut others: Vec<Workshop> = (0..hands).map(|_| begun(&cut, text(kind))).collect();
            let shared = (0..4).map(|_| {
                let state = run.state();
                // The first share is left to the run itself.
                for share in (1..run.shares()).rev() {
                    let computed = others[share % hands].compute_share(&state, share).unwrap();
                    run.take_share(share, &computed).unwrap();
                }
                block_on(run.step()).unwrap().loss.to_bits()
            });
            assert!(shared.eq(losses.iter().copied()), "{kind:?} with {hands} other workers");
        }
        // A batch in parts is the same sum in a different order.
        let norms = [1, 3].map(|shares| {
            let mut plan = without_dropout(&cut);
            plan.train.shares = shares;
            block_on(begun(&plan, text(kind)).step()).unwrap().grad_norm
        });
        assert!((norms[0] / norms[1] - 1.0).abs() < 1e-4, "{kind:?}: another gradient: {norms:?}");
    }
}

#[test]
fn a_share_of_another_run_is_refused() {
    let mut cut = plan(Kind::CharLstm);
    cut.train.shares = 2;
    let mut run = begun(&cut, SONGS);
    let state = run.state();
    assert_eq!(code(run.take_share(1, &state[4..])), ErrorCode::BadWeights);
    assert_eq!(code(run.compute_share(&state[4..], 1)), ErrorCode::BadWeights);
    assert_eq!(code(run.compute_share(&state, 2)), ErrorCode::BadOption);
    cut.train.shares = 0;
    assert_eq!(code(Workshop::new(cut, SONGS, None)), ErrorCode::BadRecipe);
}

#[test]
fn every_kind_learns_and_a_resumed_run_goes_on_to_the_bit() {
    for kind in [Kind::CharLstm, Kind::Gpt2, Kind::Seq2seq, Kind::Transformer] {
        let plan = plan(kind);
        let mut whole = begun(&plan, text(kind));
        let losses = steps(&mut whole, 12);
        assert!(f32::from_bits(losses[11]) < f32::from_bits(losses[0]), "{kind:?} has learned nothing");
        assert!(whole.is_done());

        let mut first = begun(&plan, text(kind));
        assert_eq!(steps(&mut first, 5), losses[..5], "{kind:?}: another run of the same plan");
        let checkpoint = block_on(first.keep(2.5)).unwrap();
        let (mut second, seconds) = Workshop::resume(text(kind), &checkpoint).unwrap();
        assert_eq!((second.steps_done(), seconds), (5, 2.5));
        assert_eq!(steps(&mut second, 7), losses[5..], "{kind:?}: resumed");
        let weights = |workshop: &mut Workshop| block_on(workshop.model_file(0.0, Precision::F32)).unwrap();
        assert!(weights(&mut whole) == weights(&mut second), "{kind:?}: the models differ");
    }
}

#[test]
fn a_checkpoint_is_of_its_text_and_whole() {
    let mut workshop = begun(&plan(Kind::CharLstm), SONGS);
    let checkpoint = block_on(workshop.keep(0.0)).unwrap();
    let other = format!("{SONGS}\nOne line more\n");
    assert_eq!(code(Workshop::resume(&other, &checkpoint)), ErrorCode::OtherText);
    for length in [0, 7, 40, checkpoint.len() / 2, checkpoint.len() - 1] {
        assert_eq!(
            code(Workshop::resume(SONGS, &checkpoint[..length])),
            ErrorCode::BadWeights,
            "{length} bytes"
        );
    }
}

#[test]
fn a_rate_far_too_high_ends_at_the_last_good_state() {
    let mut plan = plan(Kind::CharLstm);
    plan.spread_over(400);
    let mut workshop = begun(&plan, SONGS);
    steps(&mut workshop, 3);
    block_on(workshop.keep(0.0)).unwrap();
    let good = block_on(workshop.model_file(0.0, Precision::F32)).unwrap();
    workshop.set_lr(1e4).unwrap();
    let error = (0..300).find_map(|_| block_on(workshop.step()).err()).expect("it diverges");
    assert_eq!((error.code(), workshop.steps_done()), (ErrorCode::Diverged, 3));
    assert!(block_on(workshop.model_file(0.0, Precision::F32)).unwrap() == good);
}

#[test]
fn the_model_is_one_file_that_writes_and_is_trained_on() {
    let plan = plan(Kind::CharLstm);
    let mut workshop = begun(&plan, SONGS);
    steps(&mut workshop, 2);
    let weights = block_on(workshop.model_file(1.0, Precision::F16)).unwrap();
    let ModelFile { config, tokenizer, card } = ModelFile::read(&weights).unwrap();
    let card: serde_json::Value = serde_json::from_str(&card.expect("a card")).unwrap();
    assert_eq!((&card["steps"], &card["model_type"]), (&2.into(), &"char_lstm".into()));
    assert!(!String::from_utf8_lossy(&weights).contains(SONGS.lines().nth(3).unwrap()), "the text stays out");
    let mut generator = Generator::from_files(&config, &tokenizer, &weights).unwrap();
    generator.start("", liedwerk::generate::Options { max_new_tokens: 5, ..Default::default() }).unwrap();
    assert!(generator.next().unwrap().is_some());

    let facts = inspect(SONGS, Kind::CharLstm, &PlannedData::default(), 1).unwrap();
    let before = ["embedding.weight", "head.weight"].map(|name| parameter(&weights, name));
    let mut tuning = Plan::fine_tuning(Kind::CharLstm, liedwerk::train::Layers::Last, &facts);
    tuning.train.batch_size = 2;
    let base = Base { config, tokenizer, weights };
    let mut workshop = Workshop::new(tuning, SONGS, Some(base)).unwrap();
    steps(&mut workshop, 3);
    let tuned = block_on(workshop.model_file(0.0, Precision::F16)).unwrap();
    let [first, last] = ["embedding.weight", "head.weight"].map(|name| parameter(&tuned, name));
    assert!(first == before[0], "the embedding was to stand still");
    assert!(last != before[1], "the last layer was to move");
}

fn parameter(file: &[u8], name: &str) -> Vec<f32> {
    let weights = liedwerk::io::Weights::from_safetensors(file).unwrap();
    let found = weights.into_parameters().unwrap().into_iter().find(|(own, _)| own == name);
    found.unwrap_or_else(|| panic!("no {name}")).1.to_vec()
}

#[test]
fn held_out_songs_are_measured_and_samples_are_written() {
    let mut workshop = begun(&plan(Kind::CharLstm), SONGS);
    assert!(workshop.begin_validation());
    let measured = loop {
        if let Some(measured) = block_on(workshop.validate()).unwrap() {
            break measured;
        }
    };
    // An untrained model guesses among its characters.
    let guessing = (workshop.vocab_size() as f64).log2();
    assert!((0.8..1.3).contains(&(measured.bits_per_char / guessing)), "{measured:?}");
    let mut sample = block_on(workshop.sample(1, 30)).unwrap();
    while !sample.go_on(8).unwrap() {}
    workshop.finish_sample(sample);
}

#[test]
fn what_is_no_text_to_learn_from_has_a_code() {
    let song = |text: &str| inspect(text, Kind::CharLstm, &PlannedData::default(), 1);
    assert_eq!(code(song(&"la ".repeat(60))), ErrorCode::TextTooShort);
    assert_eq!(code(song(&"\0\u{1}\u{2}abc".repeat(900))), ErrorCode::NotText);
    assert_eq!(code(song(&"la la la\n".repeat(MAX_TEXT_BYTES / 8))), ErrorCode::TextTooLong);
    let pairs = inspect(&"no tab in here\n".repeat(90), Kind::Seq2seq, &PlannedData::default(), 1);
    assert_eq!(code(pairs), ErrorCode::BadPairs);
    for (broken, data) in [("\"held_out\": 2", true), ("\"lr\": -1", false)] {
        let json = plan(Kind::CharLstm).to_json();
        let key = broken.split(':').next().unwrap();
        let line = json.lines().find(|line| line.trim().starts_with(key)).unwrap_or_else(|| panic!("{data}"));
        let json = json.replace(line.trim().trim_end_matches(','), broken);
        assert_eq!(code(Plan::from_json(&json)), ErrorCode::BadRecipe);
    }
    assert_eq!(code(Plan::from_json("{}")), ErrorCode::BadRecipe);
}

#[test]
fn songs_are_split_as_wholes_and_cleaning_counts_what_it_drops() {
    let data = PlannedData { normalize: Normalize::Songs, held_out: 0.3, ..PlannedData::default() };
    let facts =
        inspect(&format!("{SONGS}\nA heart \u{2764} of its own\n"), Kind::CharLstm, &data, 1).unwrap();
    assert_eq!(facts.train_songs + facts.held_out_songs, facts.songs);
    assert!(facts.held_out_songs > 0 && facts.train_characters > facts.held_out_characters);
    assert!(facts.odd.iter().any(|odd| odd.character == '\u{2764}'), "{:?}", facts.odd);
}
