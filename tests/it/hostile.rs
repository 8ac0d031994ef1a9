//! Malicious files: each must give an error with the right code, without a panic and without disproportionate
//! allocations.

use liedwerk::generate::Generator;
use liedwerk::io::manifest::Manifest;
use liedwerk::io::{Precision, Weights, to_safetensors};
use liedwerk::models::{CharLstm, CharLstmConfig};
use liedwerk::nn::Module;
use liedwerk::rng::Rng;
use liedwerk::text::{CharTokenizer, Normalize};
use liedwerk::{ErrorCode, Tensor};
use proptest::prelude::*;

/// A safetensors file with any header and data.
fn file(header: &str, data: &[u8]) -> Vec<u8> {
    let mut bytes = (header.len() as u64).to_le_bytes().to_vec();
    bytes.extend(header.as_bytes());
    bytes.extend(data);
    bytes
}

fn tensor(dtype: &str, shape: &str, from: u64, to: u64) -> String {
    format!(r#"{{"dtype":"{dtype}","shape":{shape},"data_offsets":[{from},{to}]}}"#)
}

fn code_of(bytes: &[u8]) -> ErrorCode {
    Weights::from_safetensors(bytes).unwrap_err().code()
}

#[test]
fn lying_lengths_are_refused() {
    let terabytes = (1u64 << 43).to_le_bytes();
    for bytes in [
        &[][..],
        &[1, 2, 3],
        &terabytes,
        &u64::MAX.to_le_bytes(),
        &[&terabytes[..], b"{}"].concat(),
        // A header that really has 17 MB is also refused.
        &file(&format!("{{}}{}", " ".repeat(17 << 20)), &[]),
        &file("", &[]),
        &file("[1,2]", &[]),
        &file("{", &[]),
        &file(&"[".repeat(100_000), &[]),
    ] {
        assert_eq!(code_of(bytes), ErrorCode::BadWeights, "{} bytes", bytes.len());
    }
}

#[test]
fn contradictory_headers_are_refused() {
    let one = |t: String| format!(r#"{{"a":{t}}}"#);
    let two = |a: String, b: String| format!(r#"{{"a":{a},"b":{b}}}"#);
    let f32x2 = |from, to| tensor("F32", "[2]", from, to);
    for (header, data) in [
        // Truncated, too long, without any data.
        (one(f32x2(0, 8)), 7),
        (one(f32x2(0, 8)), 9),
        (one(f32x2(0, 8)), 0),
        // Overlapping, with a gap, reversed, not from the start.
        (two(f32x2(0, 8), f32x2(4, 12)), 12),
        (two(f32x2(0, 8), f32x2(0, 8)), 8),
        (two(f32x2(0, 8), f32x2(12, 20)), 20),
        (one(f32x2(8, 0)), 8),
        (one(f32x2(4, 12)), 12),
        // Shape and range disagree.
        (one(tensor("F32", "[3]", 0, 8)), 8),
        (one(tensor("F32", "[-2]", 0, 8)), 8),
        (one(tensor("F32", "[2.5]", 0, 10)), 10),
        // Sizes that overflow, individually and in total.
        (one(tensor("F32", "[4294967296,4294967296]", 0, 8)), 8),
        (one(tensor("U8", "[18446744073709551615]", 0, u64::MAX)), 8),
        (one(tensor("U8", "[2305843009213693951]", 0, (1 << 61) - 1)), 8),
        (one(tensor("F99", "[2]", 0, 8)), 8),
        (r#"{"__metadata__":[1]}"#.to_owned(), 0),
    ] {
        assert_eq!(code_of(&file(&header, &vec![0; data])), ErrorCode::BadWeights, "{header} with {data}");
    }
}

#[test]
fn sizes_that_overflow_only_when_added_up_are_refused() {
    let part = (1u64 << 61) - 1;
    let tensors: Vec<String> = (0..8)
        .map(|i| format!(r#""{i}":{}"#, tensor("U8", &format!("[{part}]"), i * part, (i + 1) * part)))
        .collect();
    assert_eq!(code_of(&file(&format!("{{{}}}", tensors.join(",")), &[])), ErrorCode::BadWeights);
}

#[test]
fn other_number_formats_are_named() {
    for dtype in ["F64", "I64", "I32"] {
        let size = if dtype == "I32" { 4 } else { 8 };
        let bytes = file(&format!(r#"{{"a":{}}}"#, tensor(dtype, "[1]", 0, size)), &vec![0; size as usize]);
        let read = || Weights::from_safetensors(&bytes).unwrap();
        assert_eq!(read().take("a", &[1]).unwrap_err().code(), ErrorCode::ParameterDtype, "{dtype}");
        assert_eq!(read().into_parameters().unwrap_err().code(), ErrorCode::ParameterDtype, "{dtype}");
    }
}

#[test]
fn values_that_are_no_numbers_are_refused() {
    let cases: [(&str, &[u8]); 4] = [
        ("F32", &f32::NAN.to_le_bytes()),
        ("F32", &f32::NEG_INFINITY.to_le_bytes()),
        ("F16", &[0x00, 0x7c]),
        ("BF16", &[0xc0, 0x7f]),
    ];
    for (dtype, value) in cases {
        let bytes = file(&format!(r#"{{"a":{}}}"#, tensor(dtype, "[1]", 0, value.len() as u64)), value);
        assert_eq!(code_of(&bytes), ErrorCode::NotFinite, "{dtype} {value:?}");
    }
}

/// The error code for an `I8` matrix "a" of this shape and optionally a tensor "a.scale"; all bytes are 1.
fn int8_code(shape: &str, size: u64, scale: Option<(&str, &str, u64)>) -> Result<(), ErrorCode> {
    let matrix = tensor("I8", shape, 0, size);
    let (scale, end) = match scale {
        None => (String::new(), size),
        Some((dtype, shape, bytes)) => {
            (format!(r#","a.scale":{}"#, tensor(dtype, shape, size, size + bytes)), size + bytes)
        }
    };
    let bytes = file(&format!(r#"{{"a":{matrix}{scale}}}"#), &vec![1; end as usize]);
    Weights::from_safetensors(&bytes).map(|_| ()).map_err(|error| error.code())
}

#[test]
fn int8_needs_fitting_scales() {
    let good = Some(("F32", "[2]", 8));
    assert_eq!(int8_code("[2,3]", 6, good), Ok(()));
    assert_eq!(int8_code("[2,1,3]", 6, good), Ok(()));
    for (shape, size, scale, expected) in [
        ("[2,3]", 6, None, ErrorCode::MissingParameter),
        ("[2,3]", 6, Some(("F32", "[3]", 12)), ErrorCode::ParameterShape),
        ("[2,3]", 6, Some(("F32", "[1,2]", 8)), ErrorCode::ParameterShape),
        ("[2,3]", 6, Some(("F32", "[]", 4)), ErrorCode::ParameterShape),
        ("[2,3]", 6, Some(("F16", "[2]", 4)), ErrorCode::ParameterDtype),
        ("[2,3]", 6, Some(("I8", "[2]", 2)), ErrorCode::ParameterDtype),
        ("[6]", 6, Some(("F32", "[6]", 24)), ErrorCode::ParameterShape),
        ("[2,1,3]", 6, Some(("F32", "[3]", 12)), ErrorCode::ParameterShape),
        ("[]", 1, Some(("F32", "[]", 4)), ErrorCode::ParameterShape),
        ("[2,3]", 6, Some(("F32", "[9223372036854775807]", 8)), ErrorCode::BadWeights),
    ] {
        assert_eq!(int8_code(shape, size, scale), Err(expected), "{shape} {scale:?}");
    }
    // Empty matrices are unusual but consistent.
    assert_eq!(int8_code("[0,9223372036854775807]", 0, Some(("F32", "[0]", 0))), Ok(()));
    assert_eq!(int8_code("[2,0]", 0, good), Ok(()));
    assert_eq!(int8_code("[9223372036854775807,0]", 0, good), Err(ErrorCode::ParameterShape));
}

#[test]
fn int8_scales_are_numbers() {
    let header =
        format!(r#"{{"a":{},"a.scale":{}}}"#, tensor("I8", "[1,2]", 0, 2), tensor("F32", "[1]", 2, 6));
    for (scale, expected) in [
        (f32::NAN, Err(ErrorCode::NotFinite)),
        (f32::INFINITY, Err(ErrorCode::NotFinite)),
        // Finite, but not when multiplied by 127.
        (f32::MAX, Err(ErrorCode::NotFinite)),
        (1e30, Ok(())),
    ] {
        let data = [&[0x7f, 0x80][..], &scale.to_le_bytes()].concat();
        let read = Weights::from_safetensors(&file(&header, &data)).map_err(|error| error.code());
        assert_eq!(read.as_ref().map(|_| ()).map_err(|code| *code), expected, "{scale}");
        if let Ok(mut weights) = read {
            assert_eq!(weights.take("a", &[1, 2]).unwrap().to_vec(), [127.0 * scale, -128.0 * scale]);
            weights.finish().unwrap();
        }
    }
}

#[test]
fn shapes_no_tensor_has_reach_no_tensor() {
    let header = format!(
        r#"{{"deep":{},"none":{}}}"#,
        tensor("F32", "[1,1,1,1,1,1]", 0, 4),
        tensor("F32", "[0,9223372036854775807]", 4, 4)
    );
    let mut weights = Weights::from_safetensors(&file(&header, &[0; 4])).unwrap();
    let code = |result: liedwerk::Result<Tensor>| result.map(|_| ()).unwrap_err().code();
    assert_eq!(code(weights.take("deep", &[1])), ErrorCode::ParameterShape);
    assert_eq!(code(weights.take("none", &[0])), ErrorCode::ParameterShape);
    let deep = Weights::from_safetensors(&file(&header, &[0; 4])).unwrap().into_parameters();
    assert_eq!(deep.unwrap_err().code(), ErrorCode::ParameterShape);
}

const CONFIG: &str =
    r#"{"model_type":"char_lstm","vocab_size":76,"embedding_size":8,"hidden_size":8,"num_layers":2}"#;

fn small_model() -> Vec<(String, Tensor)> {
    let config =
        CharLstmConfig { vocab_size: 76, embedding_size: 8, hidden_size: 8, num_layers: 2, dropout: 0.0 };
    CharLstm::init(config, &mut Rng::new(1)).unwrap().parameters()
}

fn songs_tokenizer() -> String {
    CharTokenizer::from_text(Normalize::Songs, "").to_json()
}

fn load(config: &str, tokenizer: &str, parameters: &[(String, Tensor)]) -> Result<(), ErrorCode> {
    let weights = to_safetensors(parameters, Precision::F32).unwrap();
    Generator::from_files(config, tokenizer, &weights).map(|_| ()).map_err(|error| error.code())
}

#[test]
fn the_three_files_must_fit_each_other() {
    let tokenizer = songs_tokenizer();
    assert_eq!(load(CONFIG, &tokenizer, &small_model()), Ok(()));

    let lecture = CharTokenizer::from_text(Normalize::Lecture, "").to_json();
    assert_eq!(load(CONFIG, &lecture, &small_model()), Err(ErrorCode::BadTokenizer));
    assert_eq!(load(CONFIG, "{}", &small_model()), Err(ErrorCode::BadTokenizer));
    let wider = CONFIG.replace(r#""hidden_size":8"#, r#""hidden_size":9"#);
    assert_eq!(load(&wider, &tokenizer, &small_model()), Err(ErrorCode::ParameterShape));
    let deeper = CONFIG.replace(r#""num_layers":2"#, r#""num_layers":3"#);
    assert_eq!(load(&deeper, &tokenizer, &small_model()), Err(ErrorCode::MissingParameter));
    let shallower = CONFIG.replace(r#""num_layers":2"#, r#""num_layers":1"#);
    assert_eq!(load(&shallower, &tokenizer, &small_model()), Err(ErrorCode::UnexpectedParameter));

    let mut extra = small_model();
    extra.push(("extra".to_owned(), Tensor::from_vec(vec![1.0], &[1])));
    assert_eq!(load(CONFIG, &tokenizer, &extra), Err(ErrorCode::UnexpectedParameter));
    let mut missing = small_model();
    missing.pop();
    assert_eq!(load(CONFIG, &tokenizer, &missing), Err(ErrorCode::MissingParameter));
}

#[test]
fn absurd_configurations_are_refused_before_anything_is_allocated() {
    let tokenizer = songs_tokenizer();
    for config in [
        "",
        "{}",
        "null",
        r#"{"model_type":"gpt9"}"#,
        r#"{"model_type":"char_lstm"}"#,
        &CONFIG.replace(r#""hidden_size":8"#, r#""hidden_size":0"#),
        &CONFIG.replace(r#""hidden_size":8"#, r#""hidden_size":16385"#),
        &CONFIG.replace(r#""hidden_size":8"#, r#""hidden_size":-1"#),
        &CONFIG.replace(r#""hidden_size":8"#, r#""hidden_size":18446744073709551615"#),
        &CONFIG.replace(r#""embedding_size":8"#, r#""embedding_size":0"#),
        &CONFIG.replace(r#""num_layers":2"#, r#""num_layers":0"#),
        &CONFIG.replace(r#""num_layers":2"#, r#""num_layers":65"#),
        &CONFIG.replace(r#""vocab_size":76"#, r#""vocab_size":0"#),
        &CONFIG.replace(r#""vocab_size":76"#, r#""vocab_size":2000000"#),
    ] {
        assert_eq!(load(config, &tokenizer, &small_model()), Err(ErrorCode::BadConfig), "{config}");
    }
}

proptest! {
    #[test]
    fn noise_never_panics(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        prop_assert!(Weights::from_safetensors(&bytes).is_err());
        let text = String::from_utf8_lossy(&bytes);
        prop_assert!(Manifest::from_json(&text).is_err());
    }

    /// One byte of a valid file is changed: this gives an error or other values, but never a panic.
    #[test]
    fn damage_never_panics(at in any::<prop::sample::Index>(), value in any::<u8>(), cut in 0usize..40) {
        let mut bytes = to_safetensors(&small_model()[..2], Precision::F16).unwrap();
        let at = at.index(bytes.len().min(400));
        bytes[at] = value;
        bytes.truncate(bytes.len() - cut);
        if let Ok(mut weights) = Weights::from_safetensors(&bytes) {
            let _ = weights.take("embedding.weight", &[76, 8]);
        }
    }

    #[test]
    fn damaged_int8_never_panics(at in any::<prop::sample::Index>(), value in any::<u8>(), cut in 0usize..40) {
        let matrix = vec![("w".to_owned(), Tensor::full(&[32, 33], 0.5))];
        let mut bytes = to_safetensors(&matrix, Precision::Int8).unwrap();
        let at = at.index(bytes.len().min(300));
        bytes[at] = value;
        bytes.truncate(bytes.len() - cut);
        if let Ok(weights) = Weights::from_safetensors(&bytes) {
            let _ = weights.into_parameters();
        }
    }

    #[test]
    fn any_header_never_panics(header in "\\{(\"[a-c](\\.scale)?\":\\{\"dtype\":\"(F32|F16|U8|I8|F4)\",\"shape\":\\[[0-9]{1,3},[0-9]{1,20}\\],\"data_offsets\":\\[0,[0-9]{1,20}\\]\\},?){0,2}\\}") {
        let _ = Weights::from_safetensors(&file(&header, &[0; 64]));
    }
}
