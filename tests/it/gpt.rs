//! GPT-2: decoding with caches compared with recomputing everything.

use liedwerk::models::{Decoder, Gpt, GptActivation, GptConfig};
use liedwerk::nn::Module;
use liedwerk::rng::Rng;
use pollster::block_on;

pub fn config() -> GptConfig {
    GptConfig {
        vocab_size: 61,
        n_positions: 24,
        n_embd: 32,
        n_layer: 2,
        n_head: 4,
        n_inner: None,
        layer_norm_epsilon: 1e-5,
        resid_pdrop: 0.1,
        embd_pdrop: 0.1,
        attn_pdrop: 0.1,
        activation_function: GptActivation::GeluTanh,
        styles: Vec::new(),
    }
}

/// Weights much larger than initial ones, so that texts vary and every input makes a difference.
pub fn model(config: GptConfig) -> Gpt {
    let mut model = Gpt::init(config, &mut Rng::new(3)).unwrap();
    model.visit(&mut |name, parameter| {
        let factor = match parameter.shape() {
            _ if name == "wpe.weight" => 50.0,
            [_, _] => 20.0,
            _ => 1.0,
        };
        parameter.data_mut().iter_mut().for_each(|value| *value *= factor);
    });
    model
}

pub fn words(count: usize, seed: u64) -> Vec<u32> {
    let mut rng = Rng::new(seed);
    (0..count).map(|_| rng.below(61) as u32).collect()
}

pub fn bits(logits: &[f32]) -> Vec<u32> {
    logits.iter().map(|logit| logit.to_bits()).collect()
}

fn likeliest(logits: &[f32]) -> u32 {
    (0..logits.len()).max_by(|&a, &b| logits[a].total_cmp(&logits[b])).unwrap() as u32
}

/// The part of a text that the model sees, token by token: a full window drops its older half.
fn seen(text: &[u32], positions: usize) -> Vec<u32> {
    let mut seen: Vec<u32> = Vec::new();
    for &token in text {
        if seen.len() == positions {
            seen.drain(..positions - positions / 2);
        }
        seen.push(token);
    }
    seen
}

/// The logits of the next token, from the text alone and without caches.
fn recomputed(model: &Gpt, text: &[u32]) -> Vec<f32> {
    let window = seen(text, model.config().n_positions);
    let logits = model.forward(&window, 1, None);
    logits.data()[logits.numel() - model.config().vocab_size..].to_vec()
}

#[test]
fn the_window_slides_as_if_token_by_token() {
    for n_positions in 1..10 {
        let config = GptConfig { n_positions, ..config() };
        let text = words(70, 1);
        for length in 0..=text.len() {
            assert_eq!(text[config.dropped(length)..length], seen(&text[..length], n_positions));
        }
    }
}

/// 600 tokens of several texts in parallel, over some fifty slides of each window.
#[test]
fn caches_change_nothing() {
    let model = model(config());
    let vocab = model.config().vocab_size;
    let mut texts = [words(1, 1), words(13, 2), words(30, 3)];
    let mut decoder = model.decoder(texts.len());
    let mut logits = Vec::new();
    for (row, text) in texts.iter().enumerate() {
        let mut of_row = Vec::new();
        decoder.prefill(row, text, &mut of_row);
        logits.extend(of_row);
    }
    for step in 0..600 {
        for (text, logits) in texts.iter().zip(logits.chunks(vocab)) {
            let expected = recomputed(&model, text);
            let largest = expected.iter().fold(1.0f32, |max, logit| max.max(logit.abs()));
            let close = expected.iter().zip(logits).all(|(a, b)| (a - b).abs() <= 1e-5 * largest);
            assert!(close, "step {step}: {logits:?}, recomputed {expected:?}");
            assert_eq!(likeliest(logits), likeliest(&expected), "step {step}");
            // With row-by-row products the sums have one order, cached or not.
            let mut alone = Vec::new();
            model.decoder(1).prefill(0, &seen(text, 24), &mut alone);
            assert_eq!(bits(logits), bits(&alone), "step {step}");
        }
        let tokens: Vec<u32> = logits.chunks(vocab).map(likeliest).collect();
        texts.iter_mut().zip(&tokens).for_each(|(text, &token)| text.push(token));
        block_on(decoder.step(&tokens, &mut logits)).unwrap();
    }
    for (row, text) in texts.iter().enumerate() {
        assert_eq!(decoder.window(row), seen(text, 24));
        let mut different = text.clone();
        different.sort_unstable();
        different.dedup();
        assert!(different.len() > 20, "the text hardly varies: {text:?}");
    }
}

#[test]
fn prefilling_is_stepping_to_the_bit() {
    for n_positions in [1, 2, 5, 24, 200] {
        let model = model(GptConfig { n_positions, ..config() });
        let text = words(100, 5);
        let mut stepped = (model.decoder(1), Vec::new());
        text.iter().for_each(|&token| block_on(stepped.0.step(&[token], &mut stepped.1)).unwrap());
        for pieces in [&[100][..], &[1, 30, 3, 66], &[24, 1, 75], &[50, 50]] {
            let (mut decoder, mut logits) = (model.decoder(1), Vec::new());
            let mut rest = &text[..];
            for &piece in pieces {
                let (next, later) = rest.split_at(piece);
                decoder.prefill(0, next, &mut logits);
                rest = later;
            }
            assert_eq!(decoder.window(0), stepped.0.window(0));
            assert_eq!(bits(&logits), bits(&stepped.1), "{pieces:?}, {n_positions} positions");
        }
    }
}

/// Rows are selected repeatedly, while their windows are filled differently.
#[test]
fn chosen_rows_go_on_as_if_alone() {
    let model = model(config());
    let mut texts = vec![words(3, 1), words(20, 2), words(24, 3)];
    let mut decoder = model.decoder(3);
    texts.iter().enumerate().for_each(|(row, text)| decoder.prefill(row, text, &mut Vec::new()));
    let mut logits = Vec::new();
    for round in 0..40_u32 {
        let chosen = [[0, 0, 1, 2], [2, 1, 1, 0], [1, 2, 0, 1]][round as usize % 3];
        decoder.select(&chosen);
        texts = chosen.iter().map(|&row| texts[row].clone()).collect();
        let tokens: Vec<u32> = (0..4).map(|row| (7 * round + 13 * row) % 61).collect();
        texts.iter_mut().zip(&tokens).for_each(|(text, &token)| text.push(token));
        block_on(decoder.step(&tokens, &mut logits)).unwrap();
        for (text, logits) in texts.iter().zip(logits.chunks(61)) {
            let mut alone = Vec::new();
            model.decoder(1).prefill(0, text, &mut alone);
            assert_eq!(bits(logits), bits(&alone), "round {round}");
        }
        assert!(decoder.attention().is_empty());
    }
}

#[test]
#[should_panic(expected = "25 tokens, but n_positions is 24")]
fn more_tokens_than_positions_are_refused() {
    model(config()).forward(&words(50, 1), 2, None);
}

#[test]
#[should_panic(expected = "prefill: no tokens")]
fn prefilling_nothing_is_refused() {
    model(config()).decoder(1).prefill(0, &[], &mut Vec::new());
}

#[test]
fn each_dropout_drops_by_its_seed() {
    let text = words(24, 1);
    let none = GptConfig { resid_pdrop: 0.0, embd_pdrop: 0.0, attn_pdrop: 0.0, ..config() };
    let logits = |config: &GptConfig, seed| model(config.clone()).forward(&text, 2, seed).to_vec();
    let plain = logits(&none, None);
    assert_eq!(logits(&none, Some(1)), plain);
    for config in [
        GptConfig { resid_pdrop: 0.1, ..none.clone() },
        GptConfig { embd_pdrop: 0.1, ..none.clone() },
        GptConfig { attn_pdrop: 0.1, ..none.clone() },
    ] {
        assert_eq!(logits(&config, None), plain, "{config:?}");
        let dropped = logits(&config, Some(1));
        assert!(dropped != plain && dropped == logits(&config, Some(1)), "{config:?}");
        assert_ne!(logits(&config, Some(2)), dropped, "{config:?}");
    }
}
