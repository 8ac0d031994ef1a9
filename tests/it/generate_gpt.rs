//! The generator session with a GPT-2 and subwords.

use crate::gpt::{config, model};
use crate::sampling::PLAIN;
use liedwerk::ErrorCode;
use liedwerk::generate::sampler::Sampler;
use liedwerk::generate::{End, Generator, Options, Sampling, Token};
use liedwerk::io::{Precision, to_safetensors};
use liedwerk::models::{GptConfig, LanguageModel, ModelConfig, stored_layout};
use liedwerk::nn::Module;
use liedwerk::text::{BpeTokenizer, CharTokenizer, Normalize, StreamDecoder, learn_bpe, learn_text_bpe};
use liedwerk::text::{Normalizer, TextTokenizer};

const TEXT: &str = "Am Brunnen vor dem Tore, da steht ein Lindenbaum:\nich träumt in seinem Schatten 🌳\n";

pub fn tokenizer() -> BpeTokenizer {
    learn_text_bpe([TEXT], 280)
}

fn gpt_config(n_positions: usize) -> GptConfig {
    GptConfig { vocab_size: tokenizer().vocab_size(), n_positions, ..config() }
}

/// A GPT-2 of random weights with this context length.
pub fn generator(n_positions: usize) -> Generator {
    Generator::new(model(gpt_config(n_positions)), tokenizer()).unwrap()
}

/// The three files of the same model.
pub fn files(n_positions: usize) -> (String, String, Vec<u8>) {
    let config = gpt_config(n_positions);
    let parameters = stored_layout(model(config.clone()).parameters(), Precision::F32);
    let weights = to_safetensors(&parameters, Precision::F32).unwrap();
    (serde_json::to_string(&ModelConfig::Gpt2(config)).unwrap(), tokenizer().to_json(), weights)
}

pub fn rest(generator: &mut Generator) -> Vec<Token> {
    std::iter::from_fn(|| generator.next().unwrap()).collect()
}

pub fn text(tokens: &[Token]) -> String {
    tokens.iter().map(|token| token.text.as_str()).collect()
}

pub fn ids(tokens: &[Token]) -> Vec<u32> {
    tokens.iter().map(|token| token.id).collect()
}

/// Random weights sometimes end a text; most tests need one that continues.
pub fn endless() -> Options {
    Options { sampling: PLAIN, logit_bias: vec![(0, f32::NEG_INFINITY)], ..Options::default() }
}

#[test]
fn a_text_is_what_a_plain_loop_writes() {
    let sampling = Sampling {
        temperature: 0.9,
        top_k: 60,
        top_p: 0.97,
        min_p: 0.001,
        typical_p: 0.98,
        repetition_penalty: 1.1,
        no_repeat_ngram: 4,
    };
    for positions in [10, 24, 100] {
        let mut generator = generator(positions);
        let prompt = "Am Tore steht";
        let options = Options { sampling, seed: 5, max_new_tokens: 90, ..endless() };
        assert_eq!(generator.start(prompt, options.clone()).unwrap().prompt, prompt);
        let written = rest(&mut generator);

        let model = model(gpt_config(positions));
        let mut sampler = Sampler::new(sampling, 5).unwrap().with_bias(options.logit_bias, 280).unwrap();
        let mut tokens = tokenizer().encode(prompt);
        let length = tokens.len();
        assert!((3..=10).contains(&length));
        for _ in 0..90 {
            let mut logits = Vec::new();
            model.decoder(1).prefill(0, &tokens, &mut logits);
            tokens.push(sampler.sample(&mut logits, &tokens).unwrap());
        }
        assert_eq!(ids(&written), tokens[length..]);
        assert_eq!(text(&written), tokenizer().decode(&tokens[length..]));
        assert_eq!((generator.end(), generator.next().unwrap()), (Some(End::Limit), None));
    }
}

#[test]
fn files_open_and_write_the_same() {
    let (config, tokenizer, weights) = files(24);
    let mut opened = Generator::from_files(&config, &tokenizer, &weights).unwrap();
    let mut built = generator(24);
    let [opened, built] = [&mut opened, &mut built].map(|generator| {
        generator.start("Am", Options { max_new_tokens: 40, ..endless() }).unwrap();
        ids(&rest(generator))
    });
    assert_eq!(opened, built);
    let code = |config: &str, tokenizer: &str| {
        Generator::from_files(config, tokenizer, &weights).map(|_| ()).unwrap_err().code()
    };
    // A tokenizer with fewer tokens fits a model with a padded vocabulary.
    let other = learn_text_bpe([TEXT], 281).to_json();
    assert_eq!(code(&config, &other), ErrorCode::BadTokenizer);
    assert_eq!(code(&config, r#"{"type":"words"}"#), ErrorCode::BadTokenizer);
    assert_eq!(
        code(&config.replace(r#""n_positions":24"#, r#""n_positions":0"#), &tokenizer),
        ErrorCode::BadConfig
    );
}

/// Random weights write bytes in any order: all released text is whole characters, and together equals the
/// decoded tokens.
#[test]
fn characters_of_several_tokens_come_whole() {
    let mut generator = generator(24);
    let mut waited = 0;
    for seed in 1..20 {
        let options = Options { seed, max_new_tokens: 60, ..endless() };
        generator.start("", options).unwrap();
        let written = rest(&mut generator);
        assert_eq!(text(&written), tokenizer().decode(&ids(&written)));
        waited += written.iter().filter(|token| token.text.is_empty()).count();
    }
    assert!(waited > 20, "{waited}");
    // A tree emoji of four bytes, forced one by one.
    generator.start("", endless()).unwrap();
    let tree: Vec<u32> = learn_text_bpe([""], 257).encode("🌳");
    let pieces: Vec<String> = tree.iter().map(|&id| generator.force(id).unwrap().unwrap().text).collect();
    assert_eq!(pieces, ["", "", "", "🌳"]);
    assert_eq!(generator.rewind(1).unwrap(), "");
    assert_eq!(generator.force(tree[3]).unwrap().unwrap().text, "🌳");
}

#[test]
fn the_end_of_text_ends_it() {
    let mut generator = generator(24);
    let likely = Options { logit_bias: vec![(0, 6.0)], sampling: PLAIN, ..Options::default() };
    generator.start("Am", likely).unwrap();
    let written = rest(&mut generator);
    assert!(written.len() < 600);
    assert_eq!(written.last().map(|token| token.id), Some(0));
    assert_eq!((generator.end(), generator.remaining()), (Some(End::EndOfText), 0));
    assert_eq!(text(&written), tokenizer().decode(&ids(&written)));
    assert!(!text(&written).contains("endoftext"));
    // Nothing follows until it is taken back.
    assert_eq!(generator.force(5).unwrap(), None);
    assert_eq!(generator.rewind(1).unwrap(), text(&written[..written.len() - 1]));
    assert_eq!(generator.end(), None);
    assert!(generator.force(5).unwrap().is_some());
}

#[test]
fn long_prompts_keep_their_end_and_say_so() {
    let mut generator = generator(24);
    let options = Options { max_new_tokens: 30, ..endless() };
    let started = generator.start(TEXT, options.clone()).unwrap();
    assert_eq!(started.notes[0].code, "prompt-cut");
    assert_eq!(started.notes[0].message, "Only the last 24 tokens of the text were read.");
    assert!(TEXT.ends_with(&started.prompt) && started.prompt.len() < TEXT.len());
    let cut = ids(&rest(&mut generator));
    // The same as for the end alone.
    let started = generator.start(&started.prompt, options.clone()).unwrap();
    assert!(started.notes.is_empty());
    assert_eq!(ids(&rest(&mut generator)), cut);
    // Never cut within a character.
    let umlauts = "öäü".repeat(200_000);
    for positions in [2, 3, 5] {
        let mut generator = self::generator(positions);
        let started = generator.start(&umlauts, options.clone()).unwrap();
        assert!(started.prompt.chars().all(|c| "öäü".contains(c)), "{}", started.prompt);
        assert_eq!(started.notes.len(), 1);
    }
}

#[test]
fn an_empty_prompt_begins_a_text() {
    let first = |prompt: &str| {
        let mut generator = generator(24);
        let started = generator.start(prompt, Options { max_new_tokens: 20, ..endless() }).unwrap();
        assert_eq!(started.prompt, prompt);
        ids(&rest(&mut generator))
    };
    assert_ne!(first(""), first("\n"));
    let mut sampler = Sampler::new(PLAIN, 1).unwrap().with_bias(vec![(0, f32::NEG_INFINITY)], 280).unwrap();
    let mut logits = Vec::new();
    model(gpt_config(24)).decoder(1).prefill(0, &[0], &mut logits);
    assert_eq!(first("")[0], sampler.sample(&mut logits, &[0]).unwrap());
}

/// Tokenizers and models in the other combinations.
#[test]
fn any_tokenizer_goes_with_any_model() {
    let chars = CharTokenizer::from_text(Normalize::Songs, "");
    let gpt = GptConfig { vocab_size: chars.vocab_size(), ..gpt_config(24) };
    let mut generator = Generator::new(model(gpt), chars).unwrap();
    let options = Options { sampling: PLAIN, max_new_tokens: 50, ..Options::default() };
    assert!(generator.start("Sing", options.clone()).unwrap().notes.is_empty());
    assert_eq!(text(&rest(&mut generator)).chars().count(), 50);
    let started = generator.start(&"la ".repeat(50), options.clone()).unwrap();
    assert_eq!((started.prompt.len(), started.notes[0].code), (24, "prompt-cut"));

    // A tokenizer that adds a space before every text, like that of a translator.
    let spaced = learn_bpe([TEXT], 280, Normalizer::default());
    let LanguageModel::Gpt(gpt) = self::generator(24).model().clone() else { unreachable!() };
    let mut generator = Generator::new(gpt, spaced.clone()).unwrap();
    generator.start("Am", options.clone()).unwrap();
    let written = rest(&mut generator);
    let mut stream = StreamDecoder::keeping_space();
    let mut whole: String = ids(&written).iter().map(|&id| stream.push(&spaced, id)).collect();
    whole += &stream.finish();
    assert_eq!(text(&written), whole);
    generator.start("", options).unwrap();
    let written = rest(&mut generator);
    assert_eq!(text(&written), spaced.decode(&ids(&written)));
}

#[test]
fn tokenizers_know_their_ends() {
    let named = |tokenizer: TextTokenizer| (tokenizer.end_id(), tokenizer.start_id());
    assert_eq!(named(tokenizer().into()), (Some(0), 0));
    assert_eq!(named(learn_bpe([TEXT], 280, Normalizer::default()).into()), (Some(2), 1));
    assert_eq!(named(CharTokenizer::from_text(Normalize::Songs, "").into()), (None, 0));
}

#[test]
fn a_beam_of_one_is_no_beam_and_wider_ones_are_likelier() {
    let mut generator = generator(24);
    let greedy = Options {
        sampling: Sampling { temperature: 0.0, ..PLAIN },
        max_new_tokens: 12,
        ..Options::default()
    };
    generator.start("Am Tore", greedy.clone()).unwrap();
    let first = ids(&rest(&mut generator));
    let likelihood = |tokens: &[u32]| {
        let prompt = tokenizer().encode("Am Tore");
        let all = [&prompt[..], tokens].concat();
        (prompt.len()..all.len())
            .map(|end| {
                let mut logits = Vec::new();
                model(gpt_config(24)).decoder(1).prefill(0, &all[..end], &mut logits);
                let total: f64 = logits.iter().map(|&logit| f64::from(logit).exp()).sum();
                f64::from(logits[all[end] as usize]) - total.ln()
            })
            .sum::<f64>()
    };
    let wide = Options { beam_width: 6, length_penalty: 0.0, ..greedy.clone() };
    generator.start("Am Tore", wide.clone()).unwrap();
    let found = ids(&rest(&mut generator));
    assert!(likelihood(&found) >= likelihood(&first) - 1e-4);
    assert_ne!(found, first);

    // N-grams of the prompt count, too.
    let sampling = Sampling { no_repeat_ngram: 1, ..PLAIN };
    generator.start("Am Tore", Options { sampling, length_penalty: 5.0, ..wide }).unwrap();
    let mut all = tokenizer().encode("Am Tore");
    all.extend(ids(&rest(&mut generator)));
    let distinct: std::collections::BTreeSet<u32> = all.iter().copied().collect();
    assert_eq!(distinct.len(), all.len());
}
