//! Tokenizers in other people's formats: added tokens, and other spellings of the same word splitting.

use crate::formats::{expected, fixture, generator, opened, renamed, sharded};
use liedwerk::ErrorCode;
use liedwerk::io::{Precision, Weights, to_safetensors};
use liedwerk::text::TextTokenizer;
use serde_json::{Value, json};

#[test]
fn added_tokens_are_found_as_the_library_finds_them() {
    let mut texts = 0;
    for case in expected("added_tokens").as_array().unwrap() {
        let json = case["tokenizer"].to_string();
        let tokenizer = TextTokenizer::from_json(&json).unwrap();
        let again = TextTokenizer::from_json(&tokenizer.to_json()).unwrap();
        for pair in case["texts"].as_array().unwrap() {
            let text = pair[0].as_str().unwrap();
            assert_eq!(json!(tokenizer.encode(text)), pair[1], "{text:?}");
            assert_eq!(json!(again.encode(text)), pair[1], "{text:?}");
            texts += 1;
        }
    }
    assert_eq!(texts, 300);
}

#[test]
fn tokenizers_that_say_the_same_are_read() {
    let file: Value = serde_json::from_slice(&fixture("gpt2-sharded/tokenizer.json").1).unwrap();
    let with = |pre_tokenizer: Value| {
        let mut file = file.clone();
        file["pre_tokenizer"] = pre_tokenizer;
        TextTokenizer::from_json(&file.to_string())
    };
    let byte_level = |use_regex: bool| json!({"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": use_regex});
    let sequence = |steps: &[Value]| json!({"type": "Sequence", "pretokenizers": steps});
    let regex = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+";
    let split = |behavior: &str, regex: &str| json!({"type": "Split", "pattern": {"Regex": regex}, "behavior": behavior, "invert": behavior == "Removed"});
    let expected = with(byte_level(true)).unwrap();
    for same in [
        sequence(&[byte_level(true)]),
        sequence(&[sequence(&[byte_level(true)])]),
        sequence(&[split("Isolated", regex), byte_level(false)]),
        sequence(&[split("Removed", regex), byte_level(false)]),
    ] {
        assert_eq!(with(same.clone()).unwrap(), expected, "{same}");
    }
    for other in [
        Value::Null,
        byte_level(false),
        sequence(&[]),
        sequence(&[split("Isolated", r"\p{N}{1,3}"), byte_level(false)]),
        sequence(&[split("MergedWithNext", regex), byte_level(false)]),
        sequence(&[json!({"type": "Digits", "individual_digits": true}), byte_level(true)]),
        json!({"type": "Whitespace"}),
    ] {
        let error = with(other.clone()).unwrap_err();
        assert_eq!(error.code(), ErrorCode::BadTokenizer, "{other}");
        assert!(error.to_string().contains("pre-tokenizer"), "{error}");
    }
    // 6: a token added for padding, which no model knows.
    let mut padded = file.clone();
    let id = file["added_tokens"][0]["id"].as_u64().unwrap() + 1;
    padded["added_tokens"]
        .as_array_mut()
        .unwrap()
        .push(json!({"id": id, "content": "[PAD]", "special": true}));
    let mut files = sharded();
    files[1].1 = padded.to_string().into_bytes();
    let config = String::from_utf8(files[0].1.clone()).unwrap();
    let vocab_size = serde_json::from_str::<Value>(&config).unwrap()["vocab_size"].as_u64().unwrap();
    let exact = config.replace(&format!("\"vocab_size\": {vocab_size}"), &format!("\"vocab_size\": {id}"));
    let mut weights = renamed(|name| Some(name.to_owned()));
    let mut read = Weights::from_safetensors(&weights[2].1).unwrap();
    read.keep_rows("transformer.wte.weight", id as usize);
    weights[2].1 = to_safetensors(&read.into_parameters().unwrap(), Precision::F32).unwrap();
    let opened =
        opened(&[("config.json".into(), exact.into_bytes()), files[1].clone(), weights[2].clone()]).unwrap();
    assert_eq!(generator(&opened).unwrap().tokenizer().vocab_size() as u64, id);
}
