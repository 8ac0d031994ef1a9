//! BERT compared with Hugging Face's transformers. `tests/golden/generate_masked.py` wrote the fixtures.

use crate::formats::opened;
use crate::golden::{Golden, constant_rate};
use liedwerk::io::{Precision, Weights, to_safetensors};
use liedwerk::models::{MaskedLm, ModelConfig};
use liedwerk::nn::Module;
use liedwerk::ops::CrossEntropy;
use liedwerk::read::MaskFiller;
use liedwerk::tensor::Tape;
use liedwerk::text::MaskTokenizer;
use liedwerk::train::{Foretelling, MaskedBatch, MaskedTexts, Masks, PlannedTraining, Trainer, UNSCORED};
use pollster::block_on;

const STEPS: usize = 10;
const MASKS: Masks = Masks { mask: 4, pad: 0, vocab_size: 53 };

fn file(name: &str) -> Vec<u8> {
    std::fs::read(format!("{}/tests/fixtures/golden/bert/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

fn text(name: &str) -> String {
    String::from_utf8(file(name)).unwrap()
}

fn model() -> MaskedLm {
    let ModelConfig::Bert(mut config) = ModelConfig::from_json(&text("config.json")).unwrap() else {
        unreachable!()
    };
    // The library trained it in evaluation mode.
    (config.hidden_dropout_prob, config.attention_probs_dropout_prob) = (0.0, 0.0);
    let mut weights = Weights::from_safetensors(&file("model.safetensors")).unwrap();
    let model = MaskedLm::from_weights(config, &mut weights).unwrap();
    weights.finish().unwrap();
    model
}

fn lengths(golden: &Golden) -> Vec<usize> {
    golden.about["lengths"]
        .as_array()
        .unwrap()
        .iter()
        .map(|length| length.as_u64().unwrap() as usize)
        .collect()
}

/// The targets at all positions of a step; the fixture marks positions without one with -100.
fn targets(golden: &Golden, step: usize) -> Vec<u32> {
    let all = golden.ids("in.targets");
    let part = &all[step * all.len() / STEPS..][..all.len() / STEPS];
    part.iter().map(|&target| if target > 1000 { UNSCORED } else { target }).collect()
}

fn batch(golden: &Golden, step: usize) -> MaskedBatch {
    let all = golden.ids("in.ids");
    let scored: Vec<(u32, u32)> =
        (0..).zip(targets(golden, step)).filter(|&(_, target)| target != UNSCORED).collect();
    MaskedBatch {
        inputs: all[step * all.len() / STEPS..][..all.len() / STEPS].to_vec(),
        lengths: lengths(golden),
        places: scored.iter().map(|&(place, _)| place).collect(),
        targets: scored.iter().map(|&(_, target)| target).collect(),
    }
}

#[test]
fn a_folder_of_transformers_gives_its_logits_gradients_and_ten_losses() {
    let golden = Golden::open("bert");
    let (model, tape) = (model(), Tape::new());
    let (mut tracked, mut leaves) = (model.clone(), Vec::new());
    tracked.visit(&mut |name, parameter| {
        *parameter = tape.watch(parameter);
        leaves.push((name, parameter.clone()));
    });
    let MaskedBatch { inputs, lengths, .. } = batch(&golden, 0);
    let logits = tracked.predict(&tracked.encode(&inputs, &lengths, None, None));
    // On padding the library computes other values, which nobody reads.
    let (width, tokens) = (inputs.len() / lengths.len(), logits.dim(2));
    for (row, &length) in lengths.iter().enumerate() {
        let from = (row * width * tokens, length * tokens);
        let expected = &golden.get("out.logits").data()[from.0..][..from.1];
        for (ours, theirs) in logits.data()[from.0..][..from.1].iter().zip(expected) {
            assert!((ours - theirs).abs() < 1e-4, "row {row}: {ours}, transformers {theirs}");
        }
    }
    let options = CrossEntropy { ignore_index: Some(UNSCORED), label_smoothing: 0.0 };
    let grads = tape.backward(&logits.cross_entropy(&targets(&golden, 0), options));
    // A bias of all keys does not change the attention weights: its gradient is 0 up to rounding.
    let leaves: Vec<_> = leaves
        .iter()
        .map(|(name, leaf)| (name.as_str(), leaf))
        .filter(|(name, _)| !name.ends_with("key.bias"))
        .collect();
    golden.check_grads(&grads, &leaves);

    let settings = PlannedTraining { average: 0.0, ..constant_rate(0.98) };
    let any = MaskedTexts::new(vec![vec![2, 5, 3]], MASKS, 8, 1).unwrap();
    let mut trainer = Trainer::new(model, any, Foretelling, &settings, None);
    for (step, expected) in golden.get("out.losses").data().iter().enumerate() {
        let loss = block_on(trainer.step_on(&batch(&golden, step))).unwrap().loss;
        assert!((loss - expected).abs() < 1e-4 * expected, "step {step}: {loss}, transformers {expected}");
    }
}

#[test]
fn the_first_names_of_its_normalisations_are_known() {
    let weights = Weights::from_safetensors(&file("model.safetensors")).unwrap();
    let theirs = |name: &str| {
        name.replace("LayerNorm.weight", "LayerNorm.gamma").replace("LayerNorm.bias", "LayerNorm.beta")
    };
    let parameters = weights.into_parameters().unwrap().into_iter();
    let renamed: Vec<_> = parameters.map(|(name, tensor)| (theirs(&name), tensor)).collect();
    assert!(renamed.iter().any(|(name, _)| name.ends_with("LayerNorm.gamma")));
    let old = to_safetensors(&renamed, Precision::F32).unwrap();
    let brought = |name: &str, bytes: Vec<u8>| (name.to_owned(), bytes);
    let beside = ["config.json", "tokenizer.json"].map(|name| brought(name, file(name)));
    let opened = opened(&[&beside[..], &[brought("model.safetensors", old)]].concat()).unwrap();
    let filled = |weights: &[u8]| {
        let filler = MaskFiller::from_files(&opened.config, &opened.tokenizer, weights).unwrap();
        filler.fill("The [MASK]!", 5).unwrap().masks
    };
    assert_eq!(filled(&opened.weights), filled(&file("model.safetensors")));
}

#[test]
fn its_word_piece_gives_the_ids_of_tokenizers() {
    let golden = Golden::open("bert");
    let tokenizer = MaskTokenizer::from_json(&text("tokenizer.json")).unwrap();
    for case in golden.about["texts"].as_array().unwrap() {
        let expected: Vec<u32> =
            case["ids"].as_array().unwrap().iter().map(|id| id.as_u64().unwrap() as u32).collect();
        assert_eq!(tokenizer.encode(case["text"].as_str().unwrap()), expected, "{}", case["text"]);
    }
}

#[test]
fn masks_are_filled_and_what_cannot_be_is_said() {
    let filler =
        MaskFiller::from_files(&text("config.json"), &text("tokenizer.json"), &file("model.safetensors"))
            .unwrap();
    let filled = filler.fill("The [MASK], die ___!", 5).unwrap();
    assert_eq!(filled.masks.len(), 2);
    for mask in &filled.masks {
        assert_eq!(mask.len(), 5);
        assert!(mask.windows(2).all(|pair| pair[0].probability >= pair[1].probability));
        assert!(mask.iter().all(|word| !word.text.starts_with('[') || word.text == "["), "{mask:?}");
    }
    let codes = |text: &str| -> Vec<&str> {
        filler.fill(text, 3).unwrap().notes.iter().map(|note| note.code).collect()
    };
    assert!(codes("The [MASK], die ___!").contains(&"several-masks"));
    assert_eq!(codes(""), ["no-mask"]);
    assert_eq!(codes("the rose"), ["no-mask"]);
    assert!(codes("[MASK] 👍").contains(&"no-words"));
    assert_eq!(codes(&format!("{}[MASK]", "the rose ".repeat(6000))), ["text-cut", "text-cut", "no-mask"]);
    assert!(codes(&"[MASK] ".repeat(15)).contains(&"text-cut"));
    assert_eq!(codes("[MASK")[0], "no-mask");
    // A word in the vocabulary is masked and searched for; other words are never found.
    let figures = filler.figures(&["the rose", "die rose!", "3", "the the the"]).unwrap();
    assert_eq!(figures.count, 3);
    assert!(figures.first <= figures.first_five && figures.first_five + figures.in_pieces <= figures.count);
}

/// Other words in a batch do not affect the result for a word.
#[test]
fn padding_changes_nothing() {
    let model = model();
    let alone = model.encode(&[2, 7, 8, 3], &[4], None, None);
    let beside = model.encode(&[2, 9, 9, 9, 9, 3, 2, 7, 8, 3, 0, 0], &[6, 4], None, None);
    let differences = alone.data().iter().zip(&beside.data()[6 * 24..]).map(|(a, b)| (a - b).abs());
    assert!(differences.fold(0.0, f32::max) < 1e-5);
}

#[test]
fn what_a_file_says_that_is_not_possible_is_refused() {
    let config = text("config.json");
    for (said, other) in [
        ("\"gelu\"", "\"gelu_new\""),
        ("\"is_decoder\": false", "\"is_decoder\": true"),
        ("\"tie_word_embeddings\": true", "\"tie_word_embeddings\": false"),
        ("\"num_attention_heads\": 3", "\"num_attention_heads\": 5"),
        ("\"hidden_size\": 24", "\"hidden_size\": 0"),
        ("\"vocab_size\": 53", "\"vocab\": 53"),
    ] {
        assert!(config.contains(said));
        let error = ModelConfig::from_json(&config.replace(said, other)).unwrap_err();
        assert_eq!(error.code(), liedwerk::ErrorCode::BadConfig, "{other}");
    }
}
