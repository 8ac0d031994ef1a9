//! The generator session with a character model.

use crate::sampling::PLAIN;
use liedwerk::generate::{Generator, MAX_NEW_TOKENS, MAX_PROMPT_CHARACTERS, Options, Sampling};
use liedwerk::io::{Precision, to_safetensors};
use liedwerk::models::{CharLstm, CharLstmConfig, LanguageModel, ModelConfig};
use liedwerk::nn::Module;
use liedwerk::rng::Rng;
use liedwerk::text::{CharTokenizer, Normalize};
use liedwerk::{ErrorCode, Result};

const CONFIG: CharLstmConfig =
    CharLstmConfig { vocab_size: 76, embedding_size: 8, hidden_size: 16, num_layers: 2, dropout: 0.0 };

/// An untrained model with the songs alphabet.
pub fn generator() -> Generator {
    let model = CharLstm::init(CONFIG, &mut Rng::new(11)).unwrap();
    let weights = to_safetensors(&model.parameters(), Precision::F32).unwrap();
    let config = serde_json::to_string(&ModelConfig::CharLstm(CONFIG)).unwrap();
    let tokenizer = CharTokenizer::from_text(Normalize::Songs, "").to_json();
    Generator::from_files(&config, &tokenizer, &weights).unwrap()
}

pub fn rest(generator: &mut Generator) -> Result<String> {
    let mut text = String::new();
    while let Some(token) = generator.next()? {
        text.push_str(&token.text);
    }
    Ok(text)
}

#[test]
fn the_same_start_gives_the_same_text_even_after_another() {
    let mut generator = generator();
    let options = Options { max_new_tokens: 200, ..Options::default() };
    generator.start("Once", options.clone()).unwrap();
    let first = rest(&mut generator).unwrap();
    assert_eq!(first.chars().count(), 200);
    assert_eq!(generator.next().unwrap(), None);

    generator.start("Twice", options.clone()).unwrap();
    generator.next().unwrap();
    generator.start("Once", options.clone()).unwrap();
    assert_eq!(rest(&mut generator).unwrap(), first);
    generator.start("Once", Options { seed: 2, ..options }).unwrap();
    assert_ne!(rest(&mut generator).unwrap(), first);
}

#[test]
fn greedy_text_is_what_forward_says() {
    let mut generator = generator();
    let sampling = Sampling { temperature: 0.0, ..PLAIN };
    generator.start("Ab", Options { sampling, max_new_tokens: 12, ..Options::default() }).unwrap();
    let text = rest(&mut generator).unwrap();

    let mut ids = generator.tokenizer().encode("\nAb");
    for _ in 0..12 {
        let LanguageModel::CharLstm(model) = generator.model() else { unreachable!() };
        let (logits, _) = model.forward(&ids, 1, &model.zero_state(1), None);
        let last = &logits.data()[logits.data().len() - CONFIG.vocab_size..];
        let best = (0..last.len()).rev().max_by(|&a, &b| last[a].total_cmp(&last[b])).unwrap();
        ids.push(best as u32);
    }
    assert_eq!(generator.tokenizer().decode(&ids[3..]), text);
}

#[test]
fn nothing_comes_before_a_start() {
    let mut generator = generator();
    assert_eq!(generator.next().unwrap(), None);
    assert_eq!(generator.remaining(), 0);
}

#[test]
fn an_empty_prompt_begins_a_line() {
    let mut generator = generator();
    let options = Options { max_new_tokens: 5, ..Options::default() };
    let started = generator.start("", options).unwrap();
    assert_eq!((started.prompt.as_str(), started.notes.len()), ("", 0));
    assert_eq!(rest(&mut generator).unwrap().chars().count(), 5);
}

#[test]
fn what_the_model_cannot_read_is_reported() {
    let mut generator = generator();
    let started = generator.start("爱 and “love” ♥", Options::default()).unwrap();
    assert_eq!(started.prompt, " and \"love\" ");
    assert_eq!(started.notes.len(), 1);
    assert_eq!(started.notes[0].code, "characters-dropped");
    assert_eq!(started.notes[0].characters.as_deref(), Some("爱♥"));

    let many: String = ('\u{4e00}'..'\u{4e40}').collect();
    let started = generator.start(&many, Options::default()).unwrap();
    assert_eq!(started.notes[0].characters.as_ref().unwrap().chars().count(), 20);
    assert!(started.notes[0].message.ends_with("and 44 more"), "{}", started.notes[0].message);
}

#[test]
fn a_long_prompt_is_cut_from_the_left() {
    let mut generator = generator();
    let long = format!("{}end—", "x".repeat(MAX_PROMPT_CHARACTERS));
    let started = generator.start(&long, Options { max_new_tokens: 1, ..Options::default() }).unwrap();
    assert_eq!(started.prompt.chars().count(), MAX_PROMPT_CHARACTERS);
    assert!(started.prompt.ends_with("xend—"));
    assert_eq!(started.notes[0].code, "prompt-cut");
}

#[test]
fn a_refused_start_leaves_the_text_going() {
    let mut generator = generator();
    generator.start("Go", Options { max_new_tokens: 3, ..Options::default() }).unwrap();
    let sampling = Sampling { temperature: f32::NAN, ..PLAIN };
    for options in [
        Options { sampling, ..Options::default() },
        Options { max_new_tokens: 0, ..Options::default() },
        Options { max_new_tokens: MAX_NEW_TOKENS + 1, ..Options::default() },
    ] {
        assert_eq!(generator.start("No", options).unwrap_err().code(), ErrorCode::BadOption);
    }
    assert_eq!(generator.remaining(), 3);
}
