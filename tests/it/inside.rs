//! Recordings of a model while it writes: they are correct, and recording changes nothing.

use crate::generate_gpt::{self, endless};
use crate::golden::Golden;
use crate::translator::{SEQ2SEQ, SONG, TRANSFORMER, options, pieces, translator};
use liedwerk::ErrorCode;
use liedwerk::generate::{Generator, Options, Recorded, Side, Token, TranslatedPiece};
use liedwerk::models::{CharLstm, CharLstmConfig, FrameShape, LanguageModel, Recording};
use liedwerk::nn::Module;
use liedwerk::rng::Rng;
use pollster::block_on;

/// All tokens and all frames, taken in two parts.
fn recorded(generator: &mut Generator, prompt: &str, options: Options) -> (Vec<Token>, Vec<Recorded>) {
    generator.start(prompt, options).unwrap();
    let mut parts = vec![generator.take_recorded().unwrap()];
    let mut tokens = Vec::new();
    while let Some(token) = generator.next().unwrap() {
        tokens.push(token);
        if tokens.len() == 10 {
            parts.push(generator.take_recorded().unwrap());
        }
    }
    parts.push(generator.take_recorded().unwrap());
    (tokens, parts)
}

#[test]
fn a_text_is_the_same_whether_it_is_recorded_or_not() {
    let plain = Options { max_new_tokens: 40, candidates: 3, ..endless() };
    // The window of this GPT-2 slides several times.
    for mut generator in [generate_gpt::generator(12), crate::generate::generator()] {
        generator.start("Am Brunnen", plain.clone()).unwrap();
        let expected = generate_gpt::rest(&mut generator);
        assert!(generator.take_recorded().is_none());
        let options = Options { recording: true, ..plain.clone() };
        let (tokens, parts) = recorded(&mut generator, "Am Brunnen", options);
        assert_eq!(tokens, expected);

        // Every token but the last was read, each once.
        let read: Vec<u32> = parts.iter().flat_map(|part| &part.tokens).map(|(id, _)| *id).collect();
        let prompt = read.len() + 1 - tokens.len();
        assert_eq!(read[prompt..], generate_gpt::ids(&tokens)[..tokens.len() - 1]);
        assert_eq!(parts[0].frames.first, 0);
        assert_eq!(parts[1].frames.first, parts[0].tokens.len());
        assert!(parts.iter().all(|part| part.frames.len() == part.tokens.len()));
    }
}

/// Each frame's attention rows, and the rest of the frame.
fn split(recorded: &Recorded, sources: usize) -> Vec<(Vec<&[f32]>, &[f32])> {
    let FrameShape { layers, heads, .. } = recorded.shape;
    let frame = |index: usize| {
        let (frame, span) = (recorded.frames.frame(index), recorded.frames.spans[index]);
        let (own, rest) = frame.split_at(layers * heads * span);
        let (source, rest) = rest.split_at(layers * heads * sources);
        let rows = own.chunks_exact(span.max(1)).chain(source.chunks_exact(sources.max(1)));
        (rows.collect(), rest)
    };
    (0..recorded.frames.len()).map(frame).collect()
}

fn check_rows(rows: &[&[f32]]) {
    for row in rows {
        let sum: f32 = row.iter().sum();
        assert!((sum - 1.0).abs() < 1e-5 && row.iter().all(|&weight| weight >= 0.0), "{row:?}");
    }
}

#[test]
fn a_gpts_frames_hold_attention_and_the_stream_to_its_logits() {
    let mut generator = generate_gpt::generator(12);
    let options = Options { max_new_tokens: 30, candidates: 4, recording: true, ..endless() };
    let (tokens, parts) = recorded(&mut generator, "Am Brunnen vor", options);
    let FrameShape { layers, heads, channels } = parts[0].shape;
    let mut step = 0;
    for part in &parts {
        for (index, (rows, residual)) in split(part, 0).into_iter().enumerate() {
            let place = part.frames.first + index;
            let span = part.frames.spans[index];
            assert!(span <= 12 && (span == place + 1 || place >= 12), "{span} at {place}");
            assert_eq!((rows.len(), residual.len()), (layers * heads, (layers + 1) * channels));
            check_rows(&rows);
            // The logit lens at the last depth gives the distribution the token was sampled from.
            let lens = generator.lens(residual, 4).unwrap();
            assert_eq!(lens.len(), layers + 1);
            let Some(from_prompt) = (place + tokens.len() + 1).checked_sub(parts_length(&parts) + 1) else {
                continue;
            };
            let Some(token) = tokens.get(from_prompt) else { continue };
            for (rated, row) in lens[layers].iter().zip(&token.candidates) {
                assert_eq!(rated.text, row.text);
                assert!((rated.value - row.candidate.before).abs() < 1e-6);
            }
            step += 1;
        }
    }
    assert_eq!(step, tokens.len());
}

fn parts_length(parts: &[Recorded]) -> usize {
    parts.iter().map(|part| part.frames.len()).sum()
}

#[test]
fn gates_and_states_are_pytorchs() {
    let golden = Golden::open("char_lstm_gates");
    let config =
        CharLstmConfig { vocab_size: 20, embedding_size: 8, hidden_size: 16, num_layers: 3, dropout: 0.0 };
    let mut model = CharLstm::init(config, &mut Rng::new(1)).unwrap();
    model.visit(&mut |name, parameter| *parameter = golden.get(&format!("param.{name}")).clone());
    let model = LanguageModel::from(model);
    let (mut state, mut logits) = (model.begin(), Vec::new());
    let mut recording = Recording::default();
    // One by one, then several at once.
    let (first, rest) = golden.ids("in.ids").split_at(10);
    for ids in first.chunks(1).chain([rest]) {
        block_on(model.feed_recording(&mut state, ids, &mut logits, Some(&mut recording))).unwrap();
    }
    let expected = golden.get("out.frames");
    assert_eq!((recording.len(), recording.values.len()), (24, expected.numel()));
    for (index, (actual, expected)) in recording.values.iter().zip(expected.data()).enumerate() {
        assert!((actual - expected).abs() < 1e-5, "number {index}: {actual}, PyTorch {expected}");
    }
}

#[test]
fn a_text_taken_back_is_recorded_anew() {
    for mut generator in [generate_gpt::generator(64), crate::generate::generator()] {
        let options = Options { max_new_tokens: 20, recording: true, ..endless() };
        generator.start("Am", options).unwrap();
        (0..15).for_each(|_| drop(generator.next().unwrap()));
        let before = generator.take_recorded().unwrap();
        generator.rewind(9).unwrap();
        (0..9).for_each(|_| drop(generator.next().unwrap()));
        let again = generator.take_recorded().unwrap();
        for (index, token) in again.tokens.iter().enumerate() {
            let place = again.frames.first + index - before.frames.first;
            assert_eq!(*token, before.tokens[place]);
            assert_eq!(again.frames.frame(index), before.frames.frame(place));
        }
        assert!(again.frames.len() >= 9);
    }
}

#[test]
fn the_inside_of_a_translation_is_what_the_search_saw() {
    let mut translator = translator(TRANSFORMER);
    translator.start(SONG, options()).unwrap();
    let mut seen = 0;
    for piece in pieces(&mut translator) {
        let TranslatedPiece { source_ids, target_ids, attention, .. } = &piece;
        if source_ids.is_empty() {
            continue;
        }
        let inside = translator.inside(source_ids, target_ids).unwrap().unwrap();
        let tokens: Vec<&str> = inside.source.tokens.iter().map(|(_, text)| text.as_str()).collect();
        assert_eq!(tokens, piece.source_tokens);
        assert_eq!(inside.target.tokens.len(), target_ids.len());
        for (rows, rest) in split(&inside.source, 0) {
            check_rows(&rows);
            assert_eq!((rows.len(), rest.len()), (4, 0));
        }
        for ((rows, residual), attention) in split(&inside.target, source_ids.len()).iter().zip(attention) {
            check_rows(rows);
            assert_eq!(translator.lens(residual, 1).unwrap().len(), 3);
            // The attention shown is that of the first of two layers, averaged over its four heads.
            let heads = &rows[8..12];
            for (position, &shown) in attention.iter().enumerate() {
                let mean = heads.iter().map(|head| head[position]).sum::<f32>() / 4.0;
                assert_eq!(mean.to_bits(), shown.to_bits());
            }
        }
        seen += 1;
    }
    assert_eq!(seen, 3);
}

#[test]
fn what_is_not_there_is_said() {
    let code = |error: liedwerk::Error| error.code();
    let lstm = crate::generate::generator();
    assert_eq!(lstm.lens(&[0.0; 16], 3).map_err(code), Err(ErrorCode::BadOption));
    assert_eq!(lstm.neighbours(76, 3).map_err(code), Err(ErrorCode::BadOption));
    assert!(lstm.positions(5).is_empty());
    assert_eq!(lstm.neighbours(7, 500).unwrap().len(), 75);
    let gpt = generate_gpt::generator(12);
    assert_eq!(gpt.lens(&[0.0; 7], 3).map_err(code), Err(ErrorCode::BadOption));
    assert_eq!(gpt.lens(&[], 3).map_err(code), Err(ErrorCode::BadOption));
    assert_eq!(gpt.positions(1000).len() % 12, 0);
    let beam = Options { recording: true, beam_width: 2, ..Options::default() };
    let mut gpt = gpt;
    assert_eq!(gpt.start("a", beam).map_err(code), Err(ErrorCode::BadOption));
    for (config, inside) in [(TRANSFORMER, true), (SEQ2SEQ, false)] {
        let translator = translator(config);
        assert_eq!(translator.inside(&[1, 5, 2], &[5, 2]).unwrap().is_some(), inside);
        assert_eq!(translator.inside(&[], &[5]).map_err(code), Err(ErrorCode::BadOption));
        assert_eq!(translator.inside(&[1, 5, 2], &[99_999]).map_err(code), Err(ErrorCode::BadOption));
        assert_eq!(translator.neighbours(Side::Source, 9, 4).unwrap().len(), 4);
        assert_eq!(translator.positions(3).is_empty(), !inside);
    }
}
