//! Cleaning, respelling, encoding, and splitting song files.

use liedwerk::ErrorCode;
use liedwerk::text::{CharTokenizer, Normalize, fold};
use proptest::prelude::*;

#[test]
fn lecture_cleans_its_own_example() {
    let lines = "He said the way my blue eyes shined / Put those Georgia stars to shame that night / I said, \
                 \"That's a lie\"";
    assert_eq!(
        Normalize::Lecture.normalize(lines).text,
        "he said the way my blue eyes shined put those georgia stars to shame that night i said thats a lie"
    );
}

#[test]
fn lecture_collapses_all_white_space() {
    let cleaned = Normalize::Lecture.normalize("\r\n  A\t\u{a0}b\n\n\nC 99  ");
    assert_eq!(cleaned.text, "a b c");
    assert_eq!(cleaned.dropped, ['9']);
}

#[test]
fn songs_follows_the_evaluation_rule() {
    let text = "=== A title | B | C\nOh, “sing” — again!\n\n\n\n=== Next | B\nÜber *all*\n";
    let cleaned = Normalize::Songs.normalize(text);
    assert_eq!(cleaned.text, "Oh, sing — again!\n\nber all\n");
    assert_eq!(cleaned.dropped, ['“', '”', 'Ü', '*']);
}

#[test]
fn songs_reduces_line_breaks_before_it_drops_characters() {
    assert_eq!(Normalize::Songs.normalize("a\n*\n\nb").text, "a\n\n\nb");
    assert_eq!(Normalize::Songs.normalize("a\n=== t\n\n\nb").text, "a\n\nb");
}

#[test]
fn songs_alphabet_is_the_documented_one() {
    let alphabet: String = Normalize::Songs.alphabet().unwrap().into_iter().collect();
    let expected = "\n !\"'(),-.0123456789:;?ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz—";
    assert_eq!(alphabet, expected);
    assert_eq!(Normalize::Lecture.alphabet().unwrap().len(), 27);
}

#[test]
fn prompts_survive_typography() {
    let tokenizer = CharTokenizer::from_text(Normalize::Songs, "");
    let prompt = tokenizer.prepare_prompt("„Schöne Grüße“ – it’s a café…\r\nnaïve\tæ—ﬁ\u{feff}");
    assert_eq!(prompt.text, "\"Schoene Gruesse\" - it's a cafe...\nnaive ae—fi");
    assert_eq!(prompt.dropped, []);
    let prompt = tokenizer.prepare_prompt("=== Liebe 爱 ♥ 爱");
    assert_eq!(prompt.text, " Liebe   ");
    assert_eq!(prompt.dropped, ['=', '爱', '♥']);
}

#[test]
fn prompts_for_the_lecture_alphabet_are_lowered_and_respelled() {
    let tokenizer = CharTokenizer::from_text(Normalize::Lecture, "");
    assert_eq!(tokenizer.prepare_prompt("Ärger im Café").text, "aerger im cafe");
}

#[test]
fn prompts_keep_what_the_alphabet_has() {
    let tokenizer = CharTokenizer::from_text(Normalize::None, "äé“\r\n");
    let prompt = tokenizer.prepare_prompt("äé“\r\nx");
    assert_eq!(prompt.text, "äé“\r\n");
    assert_eq!(prompt.dropped, ['x']);
}

#[test]
fn folding_composes_first() {
    assert_eq!(fold("u\u{308}ber e\u{301}", |c| c.is_ascii()), "ueber e");
}

#[test]
fn tokenizer_file_round_trips() {
    let tokenizer = CharTokenizer::from_text(Normalize::None, "hello\n\"wörld\"");
    let json = tokenizer.to_json();
    assert!(json.starts_with(r#"{"type":"chars","normalize":"none","characters":["\n","\"","#), "{json}");
    assert_eq!(CharTokenizer::from_json(&json).unwrap(), tokenizer);
}

#[test]
fn damaged_tokenizer_files_are_refused() {
    for json in [
        "",
        "[]",
        "{}",
        r#"{"type":"bpe","normalize":"none","characters":["a"]}"#,
        r#"{"type":"chars","normalize":"loud","characters":["a"]}"#,
        r#"{"type":"chars","normalize":"none","characters":[]}"#,
        r#"{"type":"chars","normalize":"none","characters":["ab"]}"#,
        r#"{"type":"chars","normalize":"none","characters":["b","a"]}"#,
        r#"{"type":"chars","normalize":"none","characters":["a","a"]}"#,
        r#"{"type":"chars","normalize":"none","characters":["a"],"merges":[]}"#,
        r#"{"type":"chars","normalize":"none","characters":["\ud800"]}"#,
    ] {
        let error = CharTokenizer::from_json(json).unwrap_err();
        assert_eq!(error.code(), ErrorCode::BadTokenizer, "{json}");
    }
}

#[test]
fn start_is_a_line_break_or_the_next_best() {
    assert_eq!(CharTokenizer::from_text(Normalize::Songs, "").start_id(), 0);
    let lecture = CharTokenizer::from_text(Normalize::Lecture, "");
    assert_eq!(lecture.decode(&[lecture.start_id()]), " ");
    assert_eq!(CharTokenizer::from_text(Normalize::None, "xyz").start_id(), 0);
}

fn policies() -> impl Strategy<Value = Normalize> {
    prop_oneof![Just(Normalize::None), Just(Normalize::Lecture), Just(Normalize::Songs)]
}

/// Text that exercises the rules.
fn awkward_text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        "[ -~]{0,8}",
        "\\PC{0,4}",
        Just("\n".to_owned()),
        Just("\r\n".to_owned()),
        Just("===".to_owned()),
        Just("u\u{308}’—\t\u{a0}\u{200b}ßﬁİ".to_owned()),
    ];
    prop::collection::vec(piece, 0..30).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn cleaned_text_stays_in_its_alphabet(policy in policies(), text in awkward_text()) {
        let cleaned = policy.normalize(&text);
        let alphabet = policy.alphabet().unwrap_or_else(|| text.chars().collect());
        prop_assert!(cleaned.text.chars().all(|c| alphabet.contains(&c)));
        let mut distinct = cleaned.dropped.clone();
        distinct.sort_unstable();
        distinct.dedup();
        prop_assert_eq!(distinct.len(), cleaned.dropped.len());
    }

    #[test]
    fn lecture_cleaning_is_stable(text in awkward_text()) {
        let once = Normalize::Lecture.normalize(&text).text;
        prop_assert!(!once.contains("  ") && once.trim() == once);
        prop_assert_eq!(&Normalize::Lecture.normalize(&once).text, &once);
    }

    #[test]
    fn every_prepared_prompt_round_trips(policy in policies(), text in awkward_text()) {
        let tokenizer = CharTokenizer::from_text(policy, "abc xyz\n'-");
        let prompt = tokenizer.prepare_prompt(&text).text;
        let ids = tokenizer.encode(&prompt);
        prop_assert!(ids.iter().all(|&id| (id as usize) < tokenizer.vocab_size()));
        prop_assert_eq!(tokenizer.decode(&ids), prompt);
    }

    #[test]
    fn tokenizer_files_never_panic(json in "\\PC{0,80}") {
        let _ = CharTokenizer::from_json(&json);
    }
}
