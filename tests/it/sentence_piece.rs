//! SentencePiece compared with the library.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use liedwerk::ErrorCode;
use liedwerk::text::{PairTokenizer, SentencePiece, TextTokenizer};
use serde_json::{Value, json};

/// The cases of a file written by tests/golden/sentence_piece.py.
fn cases(json: &str) -> Vec<Value> {
    let mut file: Value = serde_json::from_str(json).unwrap();
    serde_json::from_value(file["cases"].take()).unwrap()
}

fn golden() -> Vec<Value> {
    let path = crate::tidy::root().join("tests/fixtures/golden/sentence_piece.json");
    cases(&std::fs::read_to_string(path).unwrap())
}

fn file(case: &Value) -> Vec<u8> {
    STANDARD.decode(case["model"].as_str().unwrap()).unwrap()
}

fn compare(case: &Value) {
    let model = SentencePiece::from_bytes(file(case)).unwrap();
    for entry in case["texts"].as_array().unwrap() {
        let text = entry[0].as_str().unwrap();
        let (pieces, ids): (Vec<String>, Vec<u32>) = model.encode(text).into_iter().unzip();
        assert_eq!(json!(ids), entry[1], "{text:?}: {pieces:?} and {}", entry[2]);
        assert_eq!(json!(pieces), entry[2], "{text:?}");
    }
}

#[test]
fn pieces_equal_the_librarys() {
    golden().iter().for_each(compare);
}

#[test]
#[ignore = "needs a file of tests/golden/sentence_piece.py --pairs, named in LIEDWERK_SENTENCEPIECE_ORACLE; run by `cargo xtask test oracles`"]
fn pieces_of_real_lines_equal_the_librarys() {
    let path = std::env::var("LIEDWERK_SENTENCEPIECE_ORACLE").unwrap();
    for case in cases(&std::fs::read_to_string(path).unwrap()) {
        compare(&case);
        println!("{} texts split alike", case["texts"].as_array().unwrap().len());
    }
}

/// A `tokenizer.json` whose vocabulary has every piece of the first model but the last ten.
fn tokenizer() -> Value {
    let case = &golden()[0];
    let mut vocab = ["<pad>", "<start>", "<end>", "<unk>", ">>fra<<", "</s>"].map(str::to_owned).to_vec();
    let mut pieces: Vec<String> = case["texts"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|entry| {
            let pieces: Vec<String> = serde_json::from_value(entry[2].clone()).unwrap();
            pieces
        })
        .collect();
    pieces.sort();
    pieces.dedup();
    vocab.extend(pieces);
    json!({"type": "sentencepiece", "vocab": vocab, "source": case["model"], "target": case["model"]})
}

#[test]
fn a_pair_of_models_with_a_vocabulary_of_its_own() {
    let file = tokenizer();
    let tokenizer = PairTokenizer::from_json(&file.to_string()).unwrap();
    assert_eq!(PairTokenizer::from_json(&tokenizer.to_json()).unwrap(), tokenizer);
    assert_eq!(serde_json::from_str::<Value>(&tokenizer.to_json()).unwrap(), file);
    let text = "Der Mond ist aufgegangen, die goldnen Sternlein prangen";
    let ids = tokenizer.encode_source(text);
    assert_eq!(tokenizer.decode_target(&ids), text);
    assert_eq!(tokenizer.source_pieces(&ids).concat(), format!(" {text}"));
    assert_eq!(tokenizer.encode_target(text), ids);
    assert_eq!(tokenizer.source_frame(&ids), [&ids[..], &[2]].concat());
    // Special tokens have names, are not written, and no text becomes one.
    assert!(tokenizer.encode_source("<pad> <start> </s> <unk>").iter().all(|id| *id >= 3));
    assert_eq!(tokenizer.source_pieces(&[0, 1, 2, 3]).concat(), "<pad><start><end><unk>");
    // </s> is a control symbol of the model.
    assert_eq!(tokenizer.decode_target(&[&[1, 3, 5], &ids[..], &[2, 0]].concat()), text);
    // What the library splits off as an unknown piece may still be a token.
    let unknown = tokenizer.encode_source("日本語");
    assert!(unknown.len() == 2 && unknown[1] > 3, "{unknown:?}");
    assert_eq!(*tokenizer.encode_source("語日").last().unwrap(), 3);
    // The code of a target language.
    assert_eq!(tokenizer.encode_source(&format!(">>fra<< {text}")), [&[4], &ids[..]].concat());
    assert_eq!(tokenizer.encode_source(">>deu<< a")[0], 3);
    assert!(tokenizer.encode_source(">> a <b>").iter().all(|&id| id != 4));
    let error = TextTokenizer::from_json(&file.to_string()).unwrap_err();
    assert!(error.to_string().contains("translates"), "{error}");
}

#[test]
fn damaged_tokenizers_are_refused() {
    let refused = |change: &dyn Fn(&mut Value), why: &str| {
        let mut file = tokenizer();
        change(&mut file);
        let error = PairTokenizer::from_json(&file.to_string()).unwrap_err();
        assert_eq!(error.code(), ErrorCode::BadTokenizer);
        assert!(error.to_string().contains(why), "{error}");
    };
    refused(&|file| file["vocab"][2] = json!("</s>"), "does not begin with");
    refused(&|file| file["vocab"] = json!(["<pad>", "<start>"]), "does not begin with");
    refused(&|file| file["vocab"][9] = json!(">>fra<<"), "twice");
    refused(&|file| file["source"] = json!("a*b"), "");
    refused(&|file| file["target"] = Value::Null, "");
}

/// A message with these fields of bytes.
fn message(fields: &[(u8, &[u8])]) -> Vec<u8> {
    let field = |&(number, bytes): &(u8, &[u8])| {
        let length = [bytes.len() as u8 & 0x7f | 0x80, (bytes.len() >> 7) as u8];
        [&[number << 3 | 2], &length[..], bytes].concat()
    };
    fields.iter().flat_map(field).collect()
}

/// A piece with a score of -1.
fn piece(text: &str, kind: u8) -> Vec<u8> {
    [&message(&[(1, text.as_bytes())])[..], &[2 << 3 | 5, 0, 0, 0x80, 0xbf, 3 << 3, kind]].concat()
}

#[test]
fn what_is_not_supported_is_refused_by_name() {
    let (a, unknown) = (piece("a", 1), piece("<unk>", 2));
    let good = [(1, &a[..]), (1, &unknown)];
    assert_eq!(SentencePiece::from_bytes(message(&good)).unwrap().encode("a")[1], ("a".to_owned(), 0));
    let table = |units: u32, replacements: &[u8]| {
        let table = [&(units * 4).to_le_bytes()[..], &vec![0; units as usize * 4], replacements].concat();
        message(&[(2, &table)])
    };
    let (long, endless) = (piece(&"a".repeat(600), 1), table(1, &[b'a'; 300]));
    let cases: [(u8, &[u8], &str); 15] = [
        (1, &unknown, "exactly one"),
        (1, &a, "twice"),
        (1, &piece("b", 4), "user-defined"),
        (1, &piece("<0x0A>", 6), "a byte"),
        (1, &piece("", 1), "damaged"),
        (1, &long, "damaged"),
        (1, &[2 << 3 | 5, 0, 0, 0xc0, 0x7f], "damaged"),
        (2, &[3 << 3, 2], "model_type is BPE"),
        (2, &[3 << 3, 3], "model_type is WORD"),
        (2, &[24 << 3 | 0x80, 1, 1], "treat_whitespace_as_suffix"),
        (2, &[35 << 3 & 0x7f | 0x80, 35 >> 4, 1], "byte_fallback"),
        (3, &[5 << 3, 0], "escape_whitespaces"),
        (3, &endless, "normaliser"),
        (3, &table(3, &[0xff])[..], "normaliser"),
        (5, &message(&[(2, b"x")]), "denormaliser"),
    ];
    for (number, bytes, why) in cases {
        let fields = [&good[..], &[(number, bytes)]].concat();
        let error = SentencePiece::from_bytes(message(&fields)).unwrap_err();
        assert_eq!(error.code(), ErrorCode::BadTokenizer);
        assert!(error.to_string().contains(why), "{why}: {error}");
    }
    for bare in [
        &message(&good[..1])[..],
        &message(&good[1..]),
        b"",
        b"\x0a",
        b"\x0a\xff",
        b"not a model",
        &[0xff; 20],
    ] {
        assert_eq!(SentencePiece::from_bytes(bare.to_vec()).unwrap_err().code(), ErrorCode::BadTokenizer);
    }
}

#[test]
fn damaged_models_are_refused_or_split_texts_all_the_same() {
    let whole = file(&golden()[0]);
    let mut opened = 0;
    for at in (0..whole.len()).step_by(7) {
        let mut damaged = whole.clone();
        damaged[at] ^= 1 << (at % 8);
        if let Ok(model) = SentencePiece::from_bytes(damaged) {
            opened += 1;
            let text = "ﬁnden ÜBER u\u{308}ber … 🌳 ﷺ ＡBC";
            assert!(model.encode(text).len() > 1);
        }
    }
    assert!(opened > 100, "{opened}");
}
