//! Byte-pair encoding compared with Hugging Face's `tokenizers`, and round trips.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use liedwerk::ErrorCode;
use liedwerk::text::{
    BpeTokenizer, Normalizer, PairTokenizer, StreamDecoder, TextTokenizer, learn_bpe, learn_text_bpe,
};
use proptest::prelude::*;
use serde_json::{Value, json};

/// The fixture written by tests/golden/tokenizer.py.
fn golden() -> Vec<Value> {
    let path = crate::tidy::root().join("tests/fixtures/golden/tokenizer.json");
    cases(&std::fs::read_to_string(path).unwrap())
}

fn cases(json: &str) -> Vec<Value> {
    let mut file: Value = serde_json::from_str(json).unwrap();
    serde_json::from_value(file["cases"].take()).unwrap()
}

/// Learns from the case's lines, if it has any, and compares with the library's whole file.
fn compare_learning(case: &Value) {
    let Some(lines) = case["lines"].as_array() else { return };
    let lines = lines.iter().map(|line| line.as_str().unwrap());
    let size = case["vocab_size"].as_u64().unwrap() as usize;
    let learned = if case["tokenizer"]["normalizer"].is_null() {
        learn_text_bpe(lines, size)
    } else {
        learn_bpe(lines, size, Normalizer::translation())
    };
    let written: Value = serde_json::from_str(&learned.to_json()).unwrap();
    // Small comparisons first, so that a failure shows where the difference is.
    let merges = |file: &Value| file["model"]["merges"].as_array().unwrap().clone();
    let pairs = merges(&written).into_iter().zip(merges(&case["tokenizer"]));
    for (rank, (ours, theirs)) in pairs.enumerate() {
        assert_eq!(ours, theirs, "merge {rank}");
    }
    assert!(written == case["tokenizer"], "the files differ elsewhere");
}

fn compare_encoding(case: &Value) {
    let tokenizer = BpeTokenizer::from_json(&case["tokenizer"].to_string()).unwrap();
    let spaced = case["tokenizer"]["pre_tokenizer"]["add_prefix_space"] == true;
    for entry in case["texts"].as_array().unwrap() {
        let text = entry[0].as_str().unwrap();
        let ids: Vec<u32> = serde_json::from_value(entry[1].clone()).unwrap();
        assert_eq!(tokenizer.encode(text), ids, "{text:?}");
        let decoded = entry[2].as_str().unwrap();
        let decoded = if spaced { decoded.strip_prefix(' ').unwrap_or(decoded) } else { decoded };
        assert_eq!(tokenizer.decode(&ids), decoded, "{text:?}");
        assert_eq!(tokenizer.pieces(&ids).concat(), entry[2].as_str().unwrap());
    }
}

#[test]
fn merges_equal_the_librarys() {
    golden().iter().for_each(compare_learning);
}

#[test]
fn encoding_equals_the_librarys() {
    golden().iter().for_each(compare_encoding);
}

#[test]
#[ignore = "needs a file of tests/golden/tokenizer.py --pairs, named in LIEDWERK_TOKENIZER_ORACLE; run by `cargo xtask test oracles`"]
fn real_lines_equal_the_librarys() {
    let path = std::env::var("LIEDWERK_TOKENIZER_ORACLE").unwrap();
    for case in cases(&std::fs::read_to_string(path).unwrap()) {
        compare_learning(&case);
        compare_encoding(&case);
        println!("{} texts encoded alike", case["texts"].as_array().unwrap().len());
    }
}

/// The fixture's first case, learned from a few German and English sentences.
fn small() -> BpeTokenizer {
    BpeTokenizer::from_json(&golden()[0]["tokenizer"].to_string()).unwrap()
}

#[test]
fn files_round_trip() {
    for case in golden() {
        let tokenizer = BpeTokenizer::from_json(&case["tokenizer"].to_string()).unwrap();
        assert_eq!(BpeTokenizer::from_json(&tokenizer.to_json()).unwrap(), tokenizer);
    }
}

#[test]
fn special_tokens_have_names_and_no_text_becomes_one() {
    let tokenizer = small();
    assert_eq!(
        ["<pad>", "<start>", "<end>", "<unk>"].map(|name| tokenizer.id(name)),
        [Some(0), Some(1), Some(2), None]
    );
    assert_eq!(tokenizer.id("a"), None, "an ordinary token");
    assert!(tokenizer.encode("<start><end> <pad>").iter().all(|&id| id > 2));
    let learned = learn_bpe(["<end><end> <end>"; 9], 400, Normalizer::default());
    assert!(learned.encode("<end>").iter().all(|&id| id > 2));
    assert_eq!(learned.decode(&learned.encode("<end>")), "<end>");
}

#[test]
fn decoding_skips_special_tokens_and_survives_unknown_ids() {
    let tokenizer = small();
    let mut ids = tokenizer.encode("Der Mond");
    ids.insert(0, 1);
    ids.extend([2, 0, 0]);
    assert_eq!(tokenizer.decode(&ids), "Der Mond");
    assert_eq!(tokenizer.pieces(&ids).concat(), "<start> Der Mond<end><pad><pad>");
    assert_eq!(tokenizer.decode(&[u32::MAX]), "\u{fffd}");
    assert_eq!(tokenizer.token_text(1), "<start>");
    assert_eq!(tokenizer.token_text(9999), "\u{fffd}");
}

#[test]
fn pieces_never_show_half_a_character() {
    let tokenizer = small();
    let ids = tokenizer.encode("爱!");
    assert_eq!(tokenizer.pieces(&ids), [" ", "", "", "爱", "!"]);
    assert_eq!(
        ids.iter().map(|&id| tokenizer.token_text(id)).collect::<String>(),
        " \u{fffd}\u{fffd}\u{fffd}!"
    );
    assert_eq!(tokenizer.pieces(&[ids[1], 2, ids[4]]), ["\u{fffd}", "<end>", "!"]);
    assert_eq!(tokenizer.pieces(&ids[1..3]), ["", "\u{fffd}"]);
}

#[test]
fn a_monstrous_word_takes_no_monstrous_time() {
    let tokenizer = small();
    let started = std::time::Instant::now();
    let word = "Donaudampfschiff".repeat(100_000 / 16);
    let ids = tokenizer.encode(&word);
    assert_eq!(tokenizer.decode(&ids), word);
    assert!(started.elapsed().as_secs() < 5, "{:?}", started.elapsed());
}

#[test]
fn an_empty_text_has_no_tokens() {
    assert_eq!(small().encode(""), [0; 0]);
    assert_eq!(small().decode(&[]), "");
    let nothing = learn_bpe([], 10, Normalizer::default());
    assert_eq!(nothing.vocab_size(), 259);
    assert_eq!(nothing.decode(&nothing.encode("ü")), "ü");
}

/// A valid file with one change.
fn changed(change: impl Fn(&mut Value)) -> Result<BpeTokenizer, ErrorCode> {
    let mut file = golden()[0]["tokenizer"].clone();
    change(&mut file);
    BpeTokenizer::from_json(&file.to_string()).map_err(|error| error.code())
}

#[test]
fn damaged_files_are_refused() {
    assert!(changed(|_| {}).is_ok());
    let bad: [fn(&mut Value); 20] = [
        |f| *f = json!([]),
        |f| *f = json!({}),
        |f| f["model"]["type"] = json!("WordPiece"),
        |f| f["model"]["ignore_merges"] = json!(true),
        |f| f["model"]["dropout"] = json!(0.5),
        |f| f["model"]["continuing_subword_prefix"] = json!("##"),
        |f| f["model"]["vocab"] = json!({}),
        |f| f["model"]["vocab"]["a"] = json!(7),
        |f| f["model"]["vocab"]["a"] = json!(4_000_000_000u32),
        |f| f["model"]["vocab"]["a"] = json!(-1),
        |f| _ = f["model"]["vocab"].as_object_mut().unwrap().remove("Ġ"),
        |f| f["model"]["merges"][3] = json!(["a"]),
        |f| f["model"]["merges"][3] = json!(["a", "b", "c"]),
        |f| f["model"]["merges"][3] = json!("a"),
        |f| f["model"]["merges"][3] = json!(["nowhere", "known"]),
        |f| f["added_tokens"][0]["id"] = json!(77),
        |f| f["pre_tokenizer"] = json!({"type": "Whitespace"}),
        |f| f["pre_tokenizer"]["use_regex"] = json!(false),
        |f| f["normalizer"] = json!({"type": "Lowercase"}),
        |f| f["model"]["merges"][3] = json!(["<end>", "a"]),
    ];
    for (number, change) in bad.into_iter().enumerate() {
        assert_eq!(changed(change).err(), Some(ErrorCode::BadTokenizer), "change {number}");
    }
}

#[test]
fn normalizers_that_could_explode_are_refused() {
    let replace = |pattern: &str, content: &str| json!({"type": "Replace", "pattern": {"String": pattern}, "content": content});
    let with = |steps: Vec<Value>| {
        changed(|f| f["normalizer"] = json!({"type": "Sequence", "normalizers": steps.clone()})).is_ok()
    };
    assert!(with(vec![replace("ß", "ss"), replace("&", " and ")]));
    assert!(!with(vec![replace("a", "aaaaaaaa"); 3]));
    assert!(!with(vec![replace("", "x")]));
    assert!(!with(vec![json!({"type": "Sequence", "normalizers": []})]));
    assert!(!with(vec![json!({"type": "Replace", "pattern": {"Regex": "a+"}, "content": "a"})]));
}

#[test]
fn a_translation_tokenizer_needs_its_special_tokens() {
    assert!(PairTokenizer::from_json(&golden()[0]["tokenizer"].to_string()).is_ok());
    let gpt2 = golden()[2]["tokenizer"].to_string();
    assert_eq!(PairTokenizer::from_json(&gpt2).unwrap_err().code(), ErrorCode::BadTokenizer);
    for json in ["", "{}", r#"{"type":"chars"}"#, r#"{"type":3}"#] {
        assert_eq!(PairTokenizer::from_json(json).unwrap_err().code(), ErrorCode::BadTokenizer, "{json}");
    }
}

fn awkward_text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        "[ -~]{0,8}",
        "\\PC{0,4}",
        "[äöüßÄÖÜé ]{1,6}",
        "[ \n\t\u{a0}\u{3000}]{1,5}",
        Just("👩‍👩‍👧♥️ 'll".to_owned()),
        any::<char>().prop_map(String::from),
    ];
    prop::collection::vec(piece, 0..20).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn every_text_survives(text in awkward_text()) {
        let tokenizer = small();
        let normalized = Normalizer::translation().apply(&text);
        let ids = tokenizer.encode(&text);
        // A leading space cannot be told from the one that encoding adds.
        let expected = normalized.strip_prefix(' ').unwrap_or(&normalized);
        prop_assert_eq!(tokenizer.decode(&ids), expected);
    }

    #[test]
    fn streaming_gives_whole_characters_and_the_same_text(text in awkward_text(), noise in prop::collection::vec(0u32..430, 0..20)) {
        let tokenizer = small();
        let mut ids = tokenizer.encode(&text);
        let mut stream = StreamDecoder::default();
        let mut whole: String = ids.iter().map(|&id| stream.push(&tokenizer, id)).collect();
        whole += &stream.finish();
        prop_assert_eq!(&whole, &tokenizer.decode(&ids));
        // Tokens in any order, as written by an untrained model.
        ids.extend(noise);
        let decoded = tokenizer.decode(&ids);
        let bytes: Vec<u8> = ids.iter().filter(|&&id| id > 2).flat_map(|&id| bytes_of(id)).collect();
        let lossy = String::from_utf8_lossy(&bytes).into_owned();
        prop_assert_eq!(decoded, lossy.strip_prefix(' ').unwrap_or(&lossy));
    }

    #[test]
    fn files_never_panic(json in "\\PC{0,80}") {
        let _ = PairTokenizer::from_json(&json);
        let _ = TextTokenizer::from_json(&json);
    }
}

/// The bytes of a token, from the fixture's vocabulary and GPT-2's documented alphabet.
fn bytes_of(id: u32) -> Vec<u8> {
    static SPELLINGS: LazyLock<BTreeMap<u64, String>> = LazyLock::new(|| {
        let file = golden()[0]["tokenizer"].take();
        let vocab = file["model"]["vocab"].as_object().unwrap();
        vocab.iter().map(|(token, id)| (id.as_u64().unwrap(), token.clone())).collect()
    });
    let Some(token) = SPELLINGS.get(&id.into()) else { return "\u{fffd}".into() };
    let printable = |b: &u8| matches!(b, 0x21..=0x7e | 0xa1..=0xac | 0xae..=0xff);
    let (own, moved): (Vec<u8>, Vec<u8>) = (0..=255u8).partition(printable);
    let byte = |c: char| match u8::try_from(c).ok().filter(|b| own.contains(b)) {
        Some(byte) => byte,
        None => moved[c as usize - 0x100],
    };
    token.chars().map(byte).collect()
}
