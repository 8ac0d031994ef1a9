//! Marian models (OPUS-MT), as `tests/golden/marian.py` saved them with transformers and as people bring them.

use crate::formats::{Brought, fixture, opened, zip};
use half::{bf16, f16};
use liedwerk::generate::{Search, TranslateOptions, Translator};
use liedwerk::io::formats::OpenedModel;
use liedwerk::io::{Weights, to_safetensors};
use liedwerk::models::TranslationModel;
use liedwerk::nn::Module;
use liedwerk::train::{Learner, PlannedTraining, Trainer, encode_pairs};
use liedwerk::{Error, ErrorCode, Tensor};
use pollster::block_on;
use safetensors::Dtype;
use safetensors::tensor::TensorView;
use serde_json::{Map, Value, json};
use std::process::Command;

const TOKENIZER: [&str; 3] = ["source.spm", "target.spm", "vocab.json"];

fn folder() -> Vec<Brought> {
    let rest = ["config.json", "generation_config.json", "model.safetensors"];
    TOKENIZER.iter().chain(&rest).map(|name| fixture(&format!("marian/{name}"))).collect()
}

fn old_folder() -> Vec<Brought> {
    let rest = ["config.json", "pytorch_model.bin"].map(|name| fixture(&format!("marian-old/{name}")));
    TOKENIZER.iter().map(|name| fixture(&format!("marian/{name}"))).chain(rest).collect()
}

fn expected(name: &str) -> Vec<Value> {
    let all: Value = serde_json::from_slice(&fixture("marian.json").1).unwrap();
    serde_json::from_value(all[name].clone()).unwrap()
}

fn translator(model: &OpenedModel) -> Translator {
    Translator::from_files(&model.config, &model.tokenizer, &model.weights).unwrap()
}

fn numbers<T: serde::de::DeserializeOwned>(value: &Value) -> Vec<T> {
    serde_json::from_value(value.clone()).unwrap()
}

/// Marian's id of each of ours.
fn theirs(start: u32) -> Vec<u32> {
    let vocab: Map<String, Value> = serde_json::from_slice(&fixture("marian/vocab.json").1).unwrap();
    let pad = vocab["<pad>"].as_u64().unwrap() as u32;
    [pad, start, 0, 1].into_iter().chain(2..pad).collect()
}

/// Our id of one of Marian's, but of the token that starts a translation.
fn ours(theirs: &[u32], id: u32) -> u32 {
    let at = (0..).zip(theirs).find(|(place, other)| **other == id && *place != 1);
    at.expect("a token").0
}

/// The logits after the last token of a target, with Marian's ids.
fn logits(translator: &Translator, case: &Value, theirs: &[u32]) -> Vec<f32> {
    let ours =
        |name: &str| numbers::<u32>(&case[name]).into_iter().map(|id| ours(theirs, id)).collect::<Vec<_>>();
    let source = ours("ids");
    let mut decoder = translator.model().decoder(&[source], false);
    let mut logits = Vec::new();
    for token in [&[1], &ours("target")[..]].concat() {
        block_on(decoder.step(&[token], &mut logits)).unwrap();
    }
    // The copied token is never written.
    assert!(logits[1] < -9_000.0);
    let mut by_their_id = vec![f32::NAN; theirs.len() - 1];
    for (place, &id) in theirs.iter().enumerate().filter(|(place, _)| *place != 1) {
        by_their_id[id as usize] = logits[place];
    }
    by_their_id
}

const GREEDY: TranslateOptions = TranslateOptions {
    search: Search { beam_width: 1, length_penalty: 1.0, no_repeat_ngram: 0 },
    max_new_tokens: 1_000,
};

/// Compares with everything that transformers computed.
fn compare(model: &OpenedModel, name: &str, start: u32) {
    let (translator, theirs) = (translator(model), theirs(start));
    for case in expected(name) {
        let text = case["text"].as_str().unwrap();
        let tokenizer = translator.tokenizer();
        let ids = tokenizer.source_frame(&tokenizer.encode_source(text));
        let ids: Vec<u32> = ids.iter().map(|&id| theirs[id as usize]).collect();
        assert_eq!(json!(ids), case["ids"], "{text}");
        let (found, all) = (logits(&translator, &case, &theirs), numbers::<f32>(&case["logits"]));
        let worst = found.iter().zip(&all).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        // The vocabulary may be padded.
        assert!(worst < 1e-4 && found.len() <= all.len(), "{name} {text}: {worst}");
        let translated = translator.translate_all(&[text], GREEDY, |_| ()).unwrap();
        assert_eq!(json!(translated[0]), case["translation"], "{name} {text}");
    }
}

#[test]
fn a_folder_computes_and_writes_what_transformers_does() {
    let model = opened(&folder()).unwrap();
    let pad = theirs(0)[0];
    compare(&model, "marian", pad);
    // The tokens themselves, step by step.
    let mut translator = translator(&model);
    for case in expected("marian") {
        translator.start(case["text"].as_str().unwrap(), GREEDY).unwrap();
        let piece = translator.next().unwrap().unwrap();
        let written: Vec<u32> = piece.target_ids.iter().map(|&id| theirs(pad)[id as usize]).collect();
        assert_eq!(json!(written), case["written"]);
        assert!(piece.notes.iter().all(|note| note.code == "length-limit"), "{:?}", piece.notes);
    }
    // All at once and one by one, the whole forward pass and the cached one.
    let case = &expected("marian")[0];
    let [source, target] = ["ids", "target"].map(|name| {
        numbers::<u32>(&case[name]).into_iter().map(|id| ours(&theirs(pad), id)).collect::<Vec<_>>()
    });
    let target = [&[1], &target[..]].concat();
    let whole = translator.model().forward(&source, &[source.len()], &target, None);
    let last = whole.narrow(1, target.len() - 1, 1);
    let expected = logits(&translator, case, &theirs(pad));
    let difference =
        (4..).zip(&expected[2..pad as usize]).map(|(id, x): (usize, _)| (last.data()[id] - x).abs());
    assert!(difference.fold(0.0, f32::max) < 1e-4);
    assert!(translator.inside(&source, &target[1..]).unwrap().is_some());
}

#[test]
fn an_old_checkpoint_with_other_options_is_the_same_model() {
    compare(&opened(&old_folder()).unwrap(), "marian-old", 0);
}

#[test]
fn the_opened_model_is_one_file_that_opens_again() {
    let model = opened(&folder()).unwrap();
    let file = model.clone().into_file().unwrap();
    let again = opened(&[("opus.safetensors".to_owned(), file.clone())]).unwrap();
    assert_eq!((&again.config, &again.tokenizer), (&model.config, &model.tokenizer));
    assert_eq!(again.clone().into_file().unwrap(), file);
    compare(&again, "marian", theirs(0)[0]);
    let packed = folder()
        .into_iter()
        .map(|(name, bytes)| (format!("opus-mt-de-en/{name}"), bytes))
        .collect::<Vec<_>>();
    for deflated in [false, true] {
        assert_eq!(opened(&[("opus.zip".to_owned(), zip(&packed, deflated))]).unwrap(), model);
    }
    // What else lies in such a folder.
    let more = [
        ("README.md", &b"# opus"[..]),
        ("tokenizer_config.json", b"{}"),
        ("tf_model.h5", b"\x89HDF\r\n\x1a\n"),
        ("rust_model.ot", b"PK\x03\x04"),
    ];
    let more = more.map(|(name, bytes)| (name.to_owned(), bytes.to_vec()));
    assert_eq!(opened(&[folder(), more.to_vec()].concat()).unwrap(), model);
}

/// The tensors of the folder, to be saved in another way.
fn tensors() -> Vec<(String, Tensor)> {
    Weights::from_safetensors(&fixture("marian/model.safetensors").1).unwrap().into_parameters().unwrap()
}

/// The folder with other weights.
fn with_weights(weights: Vec<u8>) -> Vec<Brought> {
    let mut files = folder();
    files.retain(|(name, _)| name != "model.safetensors");
    files.push(("model.safetensors".to_owned(), weights));
    files
}

fn saved(tensors: &[(String, Tensor)]) -> Vec<u8> {
    to_safetensors(tensors, liedwerk::io::Precision::F32).unwrap()
}

#[test]
fn every_way_to_save_the_weights_is_the_same_model() {
    let model = opened(&folder()).unwrap();
    let prefixed = |prefix: &str| {
        tensors().into_iter().map(|(name, tensor)| (format!("{prefix}{name}"), tensor)).collect::<Vec<_>>()
    };
    assert_eq!(opened(&with_weights(saved(&prefixed("module.")))).unwrap(), model);
    assert_eq!(opened(&with_weights(saved(&prefixed("_orig_mod.module.")))).unwrap(), model);
    // Any of the copies of the table, or several.
    let table = |names: &[&str]| {
        let (tables, mut rest): (Vec<_>, Vec<_>) =
            tensors().into_iter().partition(|(name, _)| name == "model.shared.weight");
        rest.extend(names.iter().map(|name| ((*name).to_owned(), tables[0].1.clone())));
        opened(&with_weights(saved(&rest)))
    };
    assert_eq!(table(&["lm_head.weight"]).unwrap(), model);
    assert_eq!(
        table(&["model.decoder.embed_tokens.weight", "model.encoder.embed_tokens.weight"]).unwrap(),
        model
    );
    assert_eq!(table(&[]).unwrap_err().code(), ErrorCode::MissingParameter);
    // 16 bits: close, and saved as such.
    let (mut total, mut differing) = (0, 0);
    for dtype in [Dtype::F16, Dtype::BF16] {
        let bytes = |tensor: &Tensor| -> Vec<u8> {
            let data = tensor.data().iter();
            match dtype {
                Dtype::F16 => data.flat_map(|x| f16::from_f32(*x).to_le_bytes()).collect(),
                _ => data.flat_map(|x| bf16::from_f32(*x).to_le_bytes()).collect(),
            }
        };
        let all: Vec<_> =
            tensors().iter().map(|(name, it)| (name.clone(), it.shape().to_vec(), bytes(it))).collect();
        let views = all
            .iter()
            .map(|(name, shape, bytes)| (name, TensorView::new(dtype, shape.clone(), bytes).unwrap()));
        let half = opened(&with_weights(safetensors::serialize(views, None).unwrap())).unwrap();
        assert!(half.weights.len() < model.weights.len() * 6 / 10);
        let pad = theirs(0)[0];
        for case in expected("marian") {
            let found = logits(&translator(&half), &case, &theirs(pad));
            for (a, b) in found.iter().zip(numbers::<f32>(&case["logits"])) {
                total += 1;
                differing += usize::from((a - b).abs() > 1.0);
            }
        }
    }
    assert!(differing * 20 < total, "{differing} of {total}");
}

/// Opens the folder after a change of its config.json.
fn with_config(key: &str, value: Value) -> Result<OpenedModel, Error> {
    let mut files = folder();
    for (name, bytes) in &mut files {
        if name == "config.json" {
            let mut config: Map<String, Value> = serde_json::from_slice(bytes).unwrap();
            config.insert(key.to_owned(), value.clone());
            *bytes = Value::from(config).to_string().into_bytes();
        }
    }
    opened(&files)
}

#[test]
fn what_is_no_such_model_is_refused_by_name() {
    let cases = [
        ("share_encoder_decoder_embeddings", json!(false)),
        ("tie_word_embeddings", json!(false)),
        ("normalize_before", json!(true)),
        ("normalize_embedding", json!(true)),
        ("add_final_layer_norm", json!(true)),
        ("decoder_attention_heads", json!(2)),
        ("decoder_ffn_dim", json!(25)),
        ("activation_function", json!("tanh")),
    ];
    for (key, value) in cases {
        let error = with_config(key, value).unwrap_err();
        assert_eq!(error.code(), ErrorCode::BadConfig, "{key}: {error}");
        assert!(error.to_string().contains(key.trim_start_matches("decoder_")), "{key}: {error}");
    }
    assert_eq!(with_config("d_model", json!("x")).unwrap_err().code(), ErrorCode::BadConfig);
    assert_eq!(with_config("eos_token_id", json!(1)).unwrap_err().code(), ErrorCode::BadTokenizer);
    assert_eq!(with_config("pad_token_id", json!(999_999)).unwrap_err().code(), ErrorCode::BadTokenizer);
    // The same function under both of its names.
    assert_eq!(with_config("activation_function", json!("silu")).unwrap(), opened(&folder()).unwrap());

    for missing in TOKENIZER {
        let files: Vec<Brought> = folder().into_iter().filter(|(name, _)| name != missing).collect();
        let error = opened(&files).unwrap_err();
        assert_eq!(error.code(), ErrorCode::BadTokenizer);
        assert!(error.to_string().contains(missing), "{error}");
    }
}

#[test]
fn damaged_parts_are_refused() {
    let refused = |damaged: &str, bytes: &[u8], code: ErrorCode| {
        let mut files = folder();
        files.iter_mut().filter(|(name, _)| name == damaged).for_each(|(_, old)| *old = bytes.to_vec());
        let error = opened(&files).and_then(|model| {
            Translator::from_files(&model.config, &model.tokenizer, &model.weights).map(drop)
        });
        let error = error.unwrap_err();
        assert_eq!(error.code(), code, "{damaged}: {error}");
    };
    let vocab = fixture("marian/vocab.json").1;
    let text = String::from_utf8(vocab).unwrap();
    refused("vocab.json", b"[]", ErrorCode::BadTokenizer);
    refused("vocab.json", b"{\"</s>\": 0, \"<unk>\": 1, \"<pad>\": 7}", ErrorCode::BadTokenizer);
    refused("vocab.json", b"{\"</s>\": 0, \"<unk>\": 1, \"<pad>\": 1}", ErrorCode::BadTokenizer);
    refused("vocab.json", b"{\"</s>\": 0, \"<unk>\": 1, \"<pad>\": 2}", ErrorCode::BadTokenizer);
    refused("vocab.json", text.replace("<unk>", "unk").as_bytes(), ErrorCode::BadTokenizer);
    refused("generation_config.json", b"{", ErrorCode::BadConfig);
    refused("source.spm", b"spm", ErrorCode::BadTokenizer);
    refused("target.spm", b"", ErrorCode::BadTokenizer);
    refused("source.spm", b"version https://git-lfs.github.com/spec/v1\n", ErrorCode::BadTokenizer);
    refused("model.safetensors", b"\x02\0\0\0\0\0\0\0{}", ErrorCode::MissingParameter);

    let changed = |name: &str, change: &dyn Fn(&Tensor) -> Tensor| {
        let mut all = tensors();
        let found = all.iter_mut().find(|(other, _)| other == name).expect(name);
        found.1 = change(&found.1);
        let model = opened(&with_weights(saved(&all)))?;
        Translator::from_files(&model.config, &model.tokenizer, &model.weights).map(drop)
    };
    let code = |name: &str, change: &dyn Fn(&Tensor) -> Tensor| changed(name, change).unwrap_err().code();
    let attention = "model.decoder.layers.1.encoder_attn.";
    let key = format!("{attention}k_proj.weight");
    assert_eq!(code(&key, &|x| x.narrow(0, 0, 15)), ErrorCode::ParameterShape);
    assert_eq!(code("final_logits_bias", &|x| x.narrow(1, 1, 9)), ErrorCode::ParameterShape);
    assert_eq!(code("model.shared.weight", &|x| x.narrow(0, 0, 9)), ErrorCode::BadTokenizer);
    assert_eq!(code("model.encoder.layers.0.fc1.bias", &|x| x.narrow(0, 0, 9)), ErrorCode::ParameterShape);
    let with = |name: &str, tensor: Tensor| {
        let mut all = tensors();
        all.push((name.to_owned(), tensor));
        let model = opened(&with_weights(saved(&all)))?;
        Translator::from_files(&model.config, &model.tokenizer, &model.weights).map(drop)
    };
    // Tables that differ, positions that were learned, and layers that config.json does not know.
    let table = tensors().into_iter().find(|(name, _)| name == "model.shared.weight").unwrap().1;
    for (name, tensor) in [
        ("lm_head.weight", table.mul_scalar(2.0)),
        ("model.encoder.embed_positions.weight", Tensor::full(&[8, 16], 0.3)),
        ("model.decoder.layers.9.fc1.bias", Tensor::full(&[24], 0.3)),
        ("model.encoder.layernorm_embedding.weight", Tensor::full(&[16], 0.3)),
    ] {
        assert_eq!(with(name, tensor).unwrap_err().code(), ErrorCode::UnexpectedParameter, "{name}");
    }
}

#[test]
fn its_own_archive_of_numpy_is_refused_by_name() {
    let archive =
        ("opus.model1.npz".to_owned(), zip(&[("encoder_l1.npy".to_owned(), b"\x93NUMPY".to_vec())], false));
    let error = opened(&[archive]).unwrap_err();
    assert_eq!(error.code(), ErrorCode::OtherFormat);
    assert!(error.to_string().contains("Marian"), "{error}");
}

#[test]
fn it_can_be_trained_further() {
    let model = translator(&opened(&folder()).unwrap());
    let pairs = expected("marian").into_iter().map(|case| liedwerk::text::SentencePair {
        source: case["text"].as_str().unwrap().to_owned(),
        target: "The moon has risen".to_owned(),
    });
    let pairs = encode_pairs(model.tokenizer(), &pairs.collect::<Vec<_>>(), 100);
    let settings = PlannedTraining { label_smoothing: 0.0, ..crate::golden::constant_rate(0.98) };
    let mut trainer = Trainer::on_pairs(model.model().clone(), pairs, &settings).unwrap();
    let losses: Vec<f32> = (0..8).map(|_| block_on(trainer.step()).unwrap().loss).collect();
    assert!(losses[7] < losses[0], "{losses:?}");
    // The bias is learned, too.
    let bias = |model: &TranslationModel| {
        let all = model.parameters().into_iter();
        all.filter(|(name, _)| name == "head.bias")
            .flat_map(|(_, bias)| bias.data().to_vec())
            .collect::<Vec<f32>>()
    };
    assert_ne!(bias(trainer.model()), bias(model.model()));
}

#[test]
fn the_command_translates_with_a_folder() {
    let folder = crate::tidy::root().join("tests/fixtures/formats/marian");
    let case = &expected("marian")[0];
    let scratch = tempfile::tempdir().unwrap();
    let (file, text) = (scratch.path().join("german.txt"), case["text"].as_str().unwrap());
    std::fs::write(&file, text).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_liedwerk"))
        .args(["translate", "--beam", "1", "--no-repeat-ngram", "0", "--model"])
        .arg(&folder)
        .stdin(std::fs::File::open(&file).unwrap())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let translation = String::from_utf8(output.stdout).unwrap();
    assert_eq!(json!(translation.trim_end_matches('\n')), case["translation"]);
}
