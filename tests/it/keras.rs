//! Keras models that `tests/golden/keras_models.py` saved, and those that are refused.

use crate::formats::{Brought, assert_close, fixture, generator, logits, opened, zip};
use liedwerk::{Error, ErrorCode};
use serde_json::{Value, json};

/// The characters of `keras_models.py` in the order of their numbers.
const CHARACTERS: &str = "\n abdhilmnorsüw";

fn chars() -> Brought {
    fixture("keras/chars.json")
}

/// A `.keras` zip's files.
fn unpacked(name: &str) -> Vec<Brought> {
    let bytes = fixture(&format!("keras/{name}")).1;
    let archive = rawzip::ZipArchive::from_slice(&bytes[..]).unwrap();
    let mut entries = archive.entries();
    let mut files = Vec::new();
    while let Some(entry) = entries.next_entry().unwrap() {
        let name = String::from_utf8(entry.file_path().as_bytes().to_vec()).unwrap();
        files.push((name, archive.get_entry(entry.wayfinder()).unwrap().data().to_vec()));
    }
    files
}

/// The weights of `keras3.keras` in another HDF5 file, with its configuration changed.
fn with_config(weights: Vec<u8>, change: impl Fn(&mut Value)) -> Vec<Brought> {
    let config = unpacked("keras3.keras").into_iter().find(|(name, _)| name == "config.json").unwrap().1;
    let mut config: Value = serde_json::from_slice(&config).unwrap();
    change(&mut config);
    let config = ("config.json".to_owned(), config.to_string().into_bytes());
    vec![config, ("model.weights.h5".to_owned(), weights), chars()]
}

/// Compares the probabilities after the expected text; returns the greatest difference of their logarithms.
#[track_caller]
fn assert_same(files: &[Brought], major: u32, model: &str, most: f32) {
    let expected: Value = serde_json::from_slice(&fixture(&format!("keras/expected{major}.json")).1).unwrap();
    let generator = generator(&opened(files).unwrap()).unwrap();
    let logits = logits(&generator, expected["text"].as_str().unwrap());
    let total = logits.iter().map(|logit| logit.exp()).sum::<f32>().ln();
    let logarithms: Vec<f32> = logits.iter().map(|logit| logit - total).collect();
    let mut characters: Vec<char> = CHARACTERS.chars().collect();
    characters.sort_unstable();
    let expected = characters.iter().map(|c| expected[model][c.to_string()].as_f64().unwrap() as f32);
    assert_close(&logarithms, &expected.collect::<Vec<_>>(), most);
}

#[test]
fn what_keras_saved_computes_what_keras_does() {
    let tokenizer = ("tokenizer.json".to_owned(), fixture("keras/keras2.json").1);
    assert_same(&[fixture("keras/keras2.h5"), tokenizer], 2, "keras2.h5", 1e-4);
    let stoi: Value = CHARACTERS.chars().zip(0..).map(|(c, id)| (c.to_string(), json!(id))).collect();
    let stoi = ("stoi.json".to_owned(), stoi.to_string().into_bytes());
    assert_same(&[fixture("keras/keras3.h5"), stoi], 3, "keras3.h5", 1e-4);
    assert_same(&[fixture("keras/keras3.keras"), chars()], 3, "keras3.keras", 1e-4);
    // Unpacked, and packed once more.
    let mut files = unpacked("keras3.keras");
    files.push(chars());
    assert_same(&files, 3, "keras3.keras", 1e-4);
    let packed = zip(&[fixture("keras/keras3.keras"), chars()], true);
    assert_same(&[("lied.zip".to_owned(), packed)], 3, "keras3.keras", 1e-4);
    // In chunks through gzip; with the newer headers, in f16.
    for (name, most) in [("packed.h5", 1e-4), ("latest.h5", 0.05)] {
        let files = with_config(fixture(&format!("keras/{name}")).1, |_| ());
        assert_same(&files, 3, "keras3.keras", most);
    }
}

#[test]
fn characters_can_be_beside_a_checkpoint_of_pytorch() {
    let files = [fixture("one_hot.pth"), chars()];
    assert_eq!(generator(&opened(&files).unwrap()).unwrap().tokenizer().vocab_size(), 15);
}

#[track_caller]
fn assert_refused(files: &[Brought], code: ErrorCode, named: &str) {
    let error: Error = opened(files).unwrap_err();
    assert_eq!(error.code(), code, "{error}");
    assert!(error.to_string().contains(named), "{error}");
}

#[test]
fn other_networks_are_refused_by_name() {
    let weights =
        unpacked("keras3.keras").into_iter().find(|(name, _)| name == "model.weights.h5").unwrap().1;
    let refused = |named: &str, change: &dyn Fn(&mut Value)| {
        assert_refused(&with_config(weights.clone(), change), ErrorCode::OtherFormat, named);
    };
    // The layers are: input, four times LSTM and dropout, dense.
    let layer = |place: usize, changed: Value| {
        move |model: &mut Value| model["config"]["layers"][place] = changed.clone()
    };
    let flatten = json!({"class_name": "Flatten", "config": {"name": "flatten"}});
    refused("flattens its whole window", &layer(8, flatten));
    let gru = json!({"class_name": "GRU", "config": {"name": "gru", "units": 4}});
    refused("of the class \"GRU\"", &layer(3, gru));
    let both = json!({"class_name": "TimeDistributed", "config": {"name": "t", "layer": {"class_name": "LSTM", "config": {}}}});
    refused("TimeDistributed", &layer(3, both));
    refused("no Dense layer", &layer(9, json!({"class_name": "Dropout", "config": {"name": "d"}})));
    for (setting, value) in [("recurrent_activation", json!("hard_sigmoid")), ("go_backwards", json!(true))] {
        refused(setting, &|model| model["config"]["layers"][3]["config"][setting] = value.clone());
    }
    refused("\"relu\"", &|model| {
        model["config"]["layers"][9]["config"]["layer"]["config"]["activation"] = json!("relu");
    });
    refused("\"Net\"", &|model| model["class_name"] = json!("Net"));
    // As a graph, its layers would have to read one another.
    refused("only the one before", &|model| model["class_name"] = json!("Functional"));

    let three = |model: &mut Value| drop(model["config"]["layers"].as_array_mut().unwrap().remove(1));
    let files = with_config(fixture("keras/keras3.h5").1, three);
    // The file's own configuration counts, and says that there is one LSTM.
    assert_same(&files, 3, "keras3.h5", 1e-4);
}

#[test]
fn what_is_missing_is_named() {
    assert_refused(&[fixture("keras/keras3.keras")], ErrorCode::BadTokenizer, "chars.json");
    let weights = ("model.weights.h5".to_owned(), fixture("keras/latest.h5").1);
    assert_refused(&[weights, chars()], ErrorCode::BadConfig, "save the whole model");
    let deeper = |model: &mut Value| {
        let lstm = model["config"]["layers"][1].clone();
        model["config"]["layers"].as_array_mut().unwrap().insert(1, lstm);
    };
    let files = with_config(fixture("keras/packed.h5").1, deeper);
    assert_refused(&files, ErrorCode::BadWeights, "\"lstm_3\" has no matrix");
    let (name, bytes) = fixture("keras/keras2.h5");
    for cut in [8, 90, bytes.len() / 2, bytes.len() - 1] {
        assert_refused(&[(name.clone(), bytes[..cut].to_vec())], ErrorCode::BadWeights, "cut off");
    }
}
