//! GPT-2's older tokenizer files, `vocab.json` and `merges.txt`.

use crate::error::{Error, ErrorCode, Result};
use serde_json::{Map, Value, json};

fn bad(message: impl std::fmt::Display) -> Error {
    Error::new(ErrorCode::BadTokenizer, message.to_string())
}

/// Builds the content of `tokenizer.json`; `added` is that of `added_tokens.json`, if there is one.
///
/// # Errors
/// `bad-tokenizer` if a file does not have the expected content.
pub fn join(vocab: &str, merges: &str, added: Option<&str>) -> Result<String> {
    let object = |name: &str, text: &str| -> Result<Map<String, Value>> {
        serde_json::from_str(text).map_err(|e| bad(format!("{name}: {e}")))
    };
    let vocab = object("vocab.json", vocab)?;
    let added = added.map(|text| object("added_tokens.json", text)).transpose()?.unwrap_or_default();
    // The first line gives a version. No merge starts with "#version", since its characters would be
    // separated by spaces.
    let merges: Vec<&str> =
        merges.lines().filter(|line| !line.is_empty() && !line.starts_with("#version")).collect();
    let token = |content: &str, id: &Value| {
        json!({
            "id": id, "content": content, "single_word": false, "lstrip": false, "rstrip": false,
            "normalized": false, "special": true,
        })
    };
    let special = vocab.get_key_value("<|endoftext|>").into_iter().chain(&added);
    let mut added_tokens: Vec<Value> = special.map(|(content, id)| token(content, id)).collect();
    added_tokens.dedup();
    let byte_level =
        json!({"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": true});
    Ok(json!({
        "version": "1.0",
        "added_tokens": added_tokens,
        "normalizer": null,
        "pre_tokenizer": byte_level,
        "post_processor": byte_level,
        "decoder": byte_level,
        "model": {"type": "BPE", "vocab": vocab, "merges": merges},
    })
    .to_string())
}
