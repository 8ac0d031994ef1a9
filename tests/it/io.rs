//! Weights, the list of models, and file writing.

use liedwerk::io::manifest::{Bilingual, Figures, Manifest, ModelEntry, ModelFiles, VERSION, WeightsFile};
use liedwerk::io::{Precision, Weights, sha256, to_safetensors, write_atomically};
use liedwerk::rng::Rng;
use liedwerk::{ErrorCode, Tensor};
use proptest::prelude::*;

fn two_parameters() -> Vec<(String, Tensor)> {
    vec![
        ("b".to_owned(), Tensor::from_vec(vec![0.1, -2.5, 65504.0], &[3])),
        ("a".to_owned(), Tensor::from_vec(vec![1.0, 2.0, 3.0, 4.0, 5.0, 6.0], &[2, 3])),
    ]
}

#[test]
fn weights_round_trip_exactly_in_f32() {
    let bytes = to_safetensors(&two_parameters(), Precision::F32).unwrap();
    let mut weights = Weights::from_safetensors(&bytes).unwrap();
    for (name, tensor) in two_parameters() {
        assert_eq!(weights.take(&name, tensor.shape()).unwrap().to_vec(), tensor.to_vec());
    }
    weights.finish().unwrap();
    assert_eq!(bytes, to_safetensors(&two_parameters(), Precision::F32).unwrap());
}

#[test]
fn f16_rounds_to_the_nearest() {
    let bytes = to_safetensors(&two_parameters(), Precision::F16).unwrap();
    let mut weights = Weights::from_safetensors(&bytes).unwrap();
    assert_eq!(weights.take("b", &[3]).unwrap().to_vec(), [0.099_975_586, -2.5, 65504.0]);
}

/// A convolution's kernels and a matrix, both large enough for 8 bits, a matrix too small, and a vector.
fn four_parameters() -> Vec<(String, Tensor)> {
    let mut rng = Rng::new(7);
    let mut random = |shape: &[usize]| {
        let values = (0..shape.iter().product()).map(|_| rng.uniform() * 2.0 - 1.0).collect();
        Tensor::from_vec(values, shape)
    };
    let mut large = random(&[40, 33]);
    // Rows of zeros and of tiny values have no scale of their own.
    large.data_mut()[..33].fill(0.0);
    large.data_mut()[33..66].fill(f32::from_bits(1));
    [
        ("kernels", random(&[32, 4, 3, 3])),
        ("large", large),
        ("small", random(&[31, 64])),
        ("vector", random(&[64])),
    ]
    .map(|(name, tensor)| (name.to_owned(), tensor))
    .to_vec()
}

#[test]
fn int8_is_within_half_a_step_of_every_row() {
    let parameters = four_parameters();
    let bytes = to_safetensors(&parameters, Precision::Int8).unwrap();
    assert_eq!(bytes, to_safetensors(&parameters, Precision::Int8).unwrap());
    let mut weights = Weights::from_safetensors(&bytes).unwrap();
    for (name, tensor) in &parameters[..2] {
        let found = weights.take(name, tensor.shape()).unwrap();
        let columns = tensor.numel() / tensor.dim(0);
        for (read, exact) in found.data().chunks(columns).zip(tensor.data().chunks(columns)) {
            let step = exact.iter().fold(0.0f32, |max, value| max.max(value.abs())) / 127.0;
            assert!(
                read.iter().zip(exact).all(|(a, b)| (a - b).abs() <= step * 0.501 + f32::MIN_POSITIVE),
                "{name}: {read:?} {exact:?}"
            );
        }
    }
    for (name, tensor) in &parameters[2..] {
        let read = weights.take(name, tensor.shape()).unwrap();
        assert!(read.data().iter().zip(tensor.data()).all(|(a, b)| (a - b).abs() < 1e-3), "{name}");
    }
    weights.finish().unwrap();
}

#[test]
fn int8_written_again_stays_the_same() {
    let once = to_safetensors(&four_parameters(), Precision::Int8).unwrap();
    let read = |bytes: &[u8]| Weights::from_safetensors(bytes).unwrap().into_parameters().unwrap();
    let f32_file = to_safetensors(&read(&once), Precision::F32).unwrap();
    let (a, b) = (read(&once), read(&f32_file));
    assert!(a.iter().zip(&b).all(|(a, b)| a.0 == b.0 && a.1.to_vec() == b.1.to_vec()));
    assert_eq!(
        a.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(),
        ["kernels", "large", "small", "vector"]
    );
}

#[test]
fn the_command_converts() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    std::fs::write(path("a"), to_safetensors(&four_parameters(), Precision::F32).unwrap()).unwrap();
    let convert = |precision: &str, from: &str, to: &str| {
        let command = env!("CARGO_BIN_EXE_liedwerk");
        let args = ["convert", "--precision", precision];
        std::process::Command::new(command).args(args).args([path(from), path(to)]).output().unwrap()
    };
    assert!(convert("int8", "a", "b").status.success());
    let expected = to_safetensors(&four_parameters(), Precision::Int8).unwrap();
    assert_eq!(std::fs::read(path("b")).unwrap(), expected);

    std::fs::write(path("a"), "no weights").unwrap();
    let failed = convert("f16", "a", "b");
    assert!(!failed.status.success());
    assert!(String::from_utf8_lossy(&failed.stderr).starts_with("error[other-format]: "));
    assert_eq!(std::fs::read(path("b")).unwrap(), expected, "a failure leaves the file alone");
}

#[test]
fn scales_take_nobodys_name() {
    let mut parameters = four_parameters();
    parameters.push(("large.scale".to_owned(), Tensor::from_vec(vec![1.0], &[1])));
    assert!(to_safetensors(&parameters, Precision::F16).is_ok());
    let error = to_safetensors(&parameters, Precision::Int8).unwrap_err();
    assert_eq!(error.code(), ErrorCode::BadWeights);
}

#[test]
fn unsuitable_values_are_not_written() {
    let one = |value| vec![("x".to_owned(), Tensor::from_vec(vec![value], &[1]))];
    for (value, precision) in [
        (f32::NAN, Precision::F32),
        (f32::INFINITY, Precision::F32),
        (f32::NEG_INFINITY, Precision::F16),
        (1e6, Precision::F16),
        (1e6, Precision::Int8),
        (f32::NAN, Precision::Int8),
    ] {
        let error = to_safetensors(&one(value), precision).unwrap_err();
        assert_eq!(error.code(), ErrorCode::NotFinite, "{value} {precision:?}");
    }
}

#[test]
fn a_model_gets_what_it_asks_for_or_an_error() {
    let bytes = to_safetensors(&two_parameters(), Precision::F32).unwrap();
    let mut weights = Weights::from_safetensors(&bytes).unwrap();
    let code = |result: liedwerk::Result<Tensor>| result.map(|_| ()).unwrap_err().code();
    assert_eq!(code(weights.take("c", &[1])), ErrorCode::MissingParameter);
    assert_eq!(code(weights.take("a", &[3, 2])), ErrorCode::ParameterShape);
    weights.take("b", &[3]).unwrap();
    assert_eq!(code(weights.take("b", &[3])), ErrorCode::MissingParameter);

    let weights = Weights::from_safetensors(&bytes).unwrap();
    assert_eq!(weights.finish().unwrap_err().code(), ErrorCode::UnexpectedParameter);
}

proptest! {
    #[test]
    fn any_finite_f32_survives(values in prop::collection::vec(prop::num::f32::NORMAL | prop::num::f32::ZERO, 1..40)) {
        let shape = [values.len()];
        let parameters = vec![("x".to_owned(), Tensor::from_vec(values.clone(), &shape))];
        let bytes = to_safetensors(&parameters, Precision::F32).unwrap();
        let back = Weights::from_safetensors(&bytes).unwrap().take("x", &shape).unwrap();
        prop_assert!(back.data().iter().zip(&values).all(|(a, b)| a.to_bits() == b.to_bits()));
    }
}

fn entry(id: &str) -> ModelEntry {
    let both = |text: &str| Bilingual { de: text.to_owned(), en: text.to_owned() };
    ModelEntry {
        id: id.to_owned(),
        model_type: "char_lstm".to_owned(),
        language: None,
        files: ModelFiles {
            config: format!("{id}/config.json"),
            tokenizer: format!("{id}/tokenizer.json"),
            weights: WeightsFile::describe(format!("{id}/model.safetensors"), b"abc"),
            songs: None,
            lexicon: None,
        },
        licence: "CC0-1.0".to_owned(),
        trained_on: both("songs"),
        figures: Figures {
            dev_bits_per_char: Some(2.0),
            dev_bleu: None,
            dev_chrf: None,
            dev_accuracy: None,
            parameters: 12,
            measured_with: "liedwerk evaluate".to_owned(),
        },
        card: both("card"),
        title: both("title"),
    }
}

#[test]
fn manifest_round_trips_and_replaces_by_id() {
    let mut manifest = Manifest::empty();
    manifest.upsert(entry("one"));
    manifest.upsert(entry("two"));
    let mut changed = entry("one");
    changed.licence = "MIT".to_owned();
    manifest.upsert(changed.clone());
    assert_eq!(manifest.models, [changed, entry("two")]);
    assert_eq!(Manifest::from_json(&manifest.to_json()).unwrap(), manifest);
    assert_eq!(manifest.version, VERSION);
}

#[test]
fn contradictory_manifests_are_refused() {
    let refuse = |change: fn(&mut Manifest)| {
        let mut manifest = Manifest { version: VERSION, models: vec![entry("one"), entry("two")] };
        change(&mut manifest);
        let error = Manifest::from_json(&manifest.to_json()).unwrap_err();
        assert_eq!(error.code(), ErrorCode::BadManifest);
        error.to_string()
    };
    assert!(refuse(|m| m.version = 2).contains("version"));
    assert!(refuse(|m| m.models[1].id = "one".to_owned()).contains("twice"));
    assert!(refuse(|m| m.models[0].id = "One Two".to_owned()).contains("id"));
    assert!(refuse(|m| m.models[0].files.config = "../secret.json".to_owned()).contains("below"));
    assert!(refuse(|m| m.models[0].files.config = "/config.json".to_owned()).contains("below"));
    assert!(
        refuse(|m| m.models[0].files.weights.path = "https://example.org/w".to_owned()).contains("below")
    );
    assert!(refuse(|m| m.models[0].files.weights.sha256 = "ABC".to_owned()).contains("SHA-256"));
    assert_eq!(Manifest::from_json("{").unwrap_err().code(), ErrorCode::BadManifest);
}

#[test]
fn sha256_is_the_standard_one() {
    assert_eq!(sha256(b"abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

#[test]
fn files_are_replaced_whole() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model.safetensors");
    write_atomically(&path, b"old").unwrap();
    write_atomically(&path, b"new and longer").unwrap();
    assert_eq!(std::fs::read(&path).unwrap(), b"new and longer");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "no temporary file is left");
}

#[test]
fn a_failed_write_says_so_and_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("no such folder").join("x");
    assert_eq!(write_atomically(&missing, b"x").unwrap_err().code(), ErrorCode::File);
    // A folder blocks the path: the rename fails after the temporary file was written.
    let taken = folder.path().join("taken");
    std::fs::create_dir_all(taken.join("inside")).unwrap();
    assert_eq!(write_atomically(&taken, b"x").unwrap_err().code(), ErrorCode::File);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "no temporary file is left");
}
