//! Token-level control: listings, forced tokens, rewinding, stop strings.

use crate::generate::generator as songs;
use crate::generate_gpt::{endless, generator as gpt, ids, rest, text, tokenizer};
use crate::sampling::PLAIN;
use liedwerk::ErrorCode;
use liedwerk::generate::{Cut, End, Generator, MAX_CANDIDATES, Options, Sampling};
use liedwerk::text::learn_text_bpe;
use proptest::prelude::*;

fn options() -> Options {
    Options { sampling: Sampling { top_k: 30, repetition_penalty: 1.2, ..PLAIN }, ..Options::default() }
}

fn both() -> [Generator; 2] {
    [songs(), gpt(12)]
}

/// Forces some tokens and lets the model write the others, up to `length` tokens in total.
fn written(generator: &mut Generator, options: &Options, forced: &[(usize, u32)], length: usize) -> Vec<u32> {
    generator.start("Am", Options { max_new_tokens: length, ..options.clone() }).unwrap();
    let token = |generator: &mut Generator, at: usize| match forced.iter().find(|(place, _)| *place == at) {
        Some(&(_, id)) => generator.force(id).unwrap().unwrap().id,
        None => generator.next().unwrap().unwrap().id,
    };
    (0..length).map(|at| token(generator, at)).collect()
}

#[test]
fn a_table_changes_nothing_and_fits_the_text() {
    for mut generator in both() {
        generator.start("Am", Options { max_new_tokens: 80, ..options() }).unwrap();
        let plain = rest(&mut generator);
        assert!(plain.iter().all(|token| token.candidates.is_empty()));
        generator.start("Am", Options { max_new_tokens: 80, candidates: 40, ..options() }).unwrap();
        let listed = rest(&mut generator);
        assert_eq!((ids(&listed), text(&listed)), (ids(&plain), text(&plain)));
        for token in listed {
            assert!((40..=41).contains(&token.candidates.len()));
            let own = token.candidates.iter().find(|row| row.candidate.id == token.id).unwrap();
            assert!(own.candidate.cut.is_none() && own.candidate.after > 0.0);
            assert_eq!(own.text, generator.tokenizer().token_text(token.id));
            assert!(token.candidates.iter().any(|row| row.candidate.cut == Some(Cut::TopK)));
            let after: f32 = token.candidates.iter().map(|row| row.candidate.after).sum();
            // The penalty may promote tokens that were not among the 40 likeliest before it.
            assert!(after > 0.5 && after < 1.0 + 1e-4, "{after}");
        }
    }
}

#[test]
fn a_forced_token_stands_and_the_text_goes_on_from_it() {
    for mut generator in both() {
        let plain = written(&mut generator, &options(), &[], 60);
        let other = (plain[20] + 1) % 40 + 3;
        let changed = written(&mut generator, &options(), &[(20, other)], 60);
        assert_eq!((&changed[..20], changed[20]), (&plain[..20], other));
        assert_ne!(changed[21..], plain[21..]);
        // Forcing the token that comes anyway changes nothing, since a forced token also uses its random
        // number.
        let forced: Vec<(usize, u32)> = [3, 4, 20, 59].map(|at| (at, plain[at])).to_vec();
        assert_eq!(written(&mut generator, &options(), &forced, 60), plain);
    }
}

#[test]
fn tokens_that_do_not_exist_are_refused_and_the_text_goes_on() {
    for mut generator in both() {
        assert_eq!(generator.force(0).unwrap(), None);
        assert_eq!(generator.rewind(1).unwrap_err().code(), ErrorCode::BadOption);
        let plain = written(&mut generator, &options(), &[], 10);
        generator.start("Am", Options { max_new_tokens: 10, ..options() }).unwrap();
        generator.next().unwrap();
        let vocab = generator.model().vocab_size() as u32;
        for id in [vocab, u32::MAX] {
            assert_eq!(generator.force(id).unwrap_err().code(), ErrorCode::BadOption);
        }
        for count in [0, 2, usize::MAX] {
            assert_eq!(generator.rewind(count).unwrap_err().code(), ErrorCode::BadOption);
        }
        assert_eq!(ids(&rest(&mut generator)), plain[1..]);
        assert_eq!(generator.rewind(0).unwrap_err().code(), ErrorCode::BadOption);
        assert_eq!(generator.end(), Some(End::Limit));
    }
}

/// Beyond the LSTM's saved states and the GPT's windows.
#[test]
fn the_way_back_leads_to_the_same_text() {
    for mut generator in both() {
        let plain = written(&mut generator, &options(), &[], 700);
        for (back, id) in [(1, 5), (5, 9), (300, 7), (690, 7), (700, 4)] {
            let left = generator.rewind(back).unwrap();
            assert_eq!(generator.remaining(), back);
            // Incomplete text may be held back, so the released text is a prefix.
            assert!(generator.tokenizer().decode(&plain[..700 - back]).starts_with(&left));
            // Into another branch, and back again.
            generator.force(id).unwrap();
            let taken = 1 + (1..back.min(20)).map_while(|_| generator.next().unwrap()).count();
            generator.rewind(taken).unwrap();
            assert_eq!(ids(&rest(&mut generator)), plain[700 - back..], "{back} back");
        }
    }
}

#[test]
fn a_branch_is_the_text_that_was_always_forced() {
    for mut generator in both() {
        for beam_width in [1, 3] {
            let sampling = Sampling { no_repeat_ngram: 3, ..PLAIN };
            let options = Options { beam_width, sampling, ..Options::default() };
            let expected = written(&mut generator, &options, &[(4, 20), (9, 21)], 14);
            let plain = written(&mut generator, &options, &[], 14);
            generator.rewind(10).unwrap();
            generator.force(20).unwrap();
            (0..9).for_each(|_| assert!(generator.next().unwrap().is_some()));
            generator.rewind(5).unwrap();
            generator.force(21).unwrap();
            let rest = ids(&rest(&mut generator));
            assert_eq!(rest, expected[10..], "beam {beam_width}");
            generator.rewind(14).unwrap();
            assert_eq!(ids(&crate::generate_gpt::rest(&mut generator)), plain, "beam {beam_width}");
        }
    }
}

#[test]
fn stop_strings_end_a_text_before_them() {
    for mut generator in both() {
        let sampling = Sampling { top_p: 0.99, ..PLAIN };
        let options = Options { max_new_tokens: 400, sampling, ..endless() };
        generator.start("Am", options.clone()).unwrap();
        let whole = text(&rest(&mut generator));
        let characters: Vec<(usize, char)> = whole.char_indices().collect();
        for length in [1, 2, 3, 7] {
            for at in (0..characters.len() - length).step_by(23) {
                let stop: String = characters[at..at + length].iter().map(|(_, c)| c).collect();
                let stops = vec!["never\u{1}".to_owned(), stop.clone()];
                generator.start("Am", Options { stop: stops, ..options.clone() }).unwrap();
                let tokens = rest(&mut generator);
                assert_eq!(text(&tokens), whole[..whole.find(&stop).unwrap()], "{stop:?}");
                // The last token may complete the stop string only through the replacement of its half
                // character.
                assert!(matches!(generator.end(), Some(End::Stop)) || at + length + 3 > characters.len());
                assert_eq!(generator.remaining(), 0);
            }
        }
    }
}

#[test]
fn a_stop_string_across_tokens_waits_and_is_let_go() {
    let mut generator = gpt(24);
    generator.start("Am", Options { stop: vec!["\n\n".to_owned(), "äöü!".to_owned()], ..endless() }).unwrap();
    let bytes = learn_text_bpe([""], 257);
    let mut force = |text: &str| -> Vec<String> {
        let force = |id| generator.force(id).unwrap().map(|token| token.text).unwrap_or_default();
        bytes.encode(text).into_iter().map(force).collect()
    };
    assert_eq!(force("a\nb"), ["a", "", "\nb"]);
    assert_eq!(force("äöä"), ["", "", "", "", "", "äö"]);
    assert_eq!(force("öü?"), ["", "", "", "", "äöü?"]);
    assert_eq!(force("x\n"), ["x", ""]);
    assert_eq!(force("\n"), [""]);
    assert_eq!(generator.end(), Some(End::Stop));
    assert_eq!(generator.rewind(1).unwrap(), "a\nbäöäöü?x");
    assert_eq!(generator.force(bytes.encode("y")[0]).unwrap().unwrap().text, "\ny");
}

#[test]
fn hostile_options_are_named() {
    let many = |stop: &str, count: usize| vec![stop.to_owned(); count];
    let never = |id| vec![(id, f32::NEG_INFINITY)];
    let cases = [
        ("max_new_tokens", Options { max_new_tokens: 0, ..options() }),
        ("max_new_tokens", Options { max_new_tokens: usize::MAX, ..options() }),
        ("max_new_tokens", Options { max_new_tokens: 1001, beam_width: 2, sampling: PLAIN, ..options() }),
        ("stop", Options { stop: many("", 1), ..options() }),
        ("stop", Options { stop: many("x", 17), ..options() }),
        ("stop", Options { stop: many(&"ü".repeat(101), 1), ..options() }),
        ("candidates", Options { candidates: MAX_CANDIDATES + 1, ..options() }),
        ("candidates", Options { candidates: 1, beam_width: 2, sampling: PLAIN, ..options() }),
        ("logit_bias", Options { logit_bias: never(5), beam_width: 2, sampling: PLAIN, ..options() }),
        ("logit_bias", Options { logit_bias: never(1_000_000), ..options() }),
        ("logit_bias", Options { logit_bias: vec![(1, f32::NAN)], ..options() }),
        ("repetition_penalty", Options { beam_width: 2, ..options() }),
        ("beam_width", Options { beam_width: 0, ..options() }),
        ("beam_width", Options { beam_width: 17, sampling: PLAIN, ..options() }),
        ("length_penalty", Options { length_penalty: f32::NAN, ..options() }),
        ("min_p", Options { sampling: Sampling { min_p: 2.0, ..PLAIN }, ..options() }),
        ("typical_p", Options { sampling: Sampling { typical_p: 0.0, ..PLAIN }, ..options() }),
        ("no_repeat_ngram", Options { sampling: Sampling { no_repeat_ngram: 99, ..PLAIN }, ..options() }),
    ];
    for mut generator in both() {
        generator.start("Am", Options { max_new_tokens: 3, ..options() }).unwrap();
        for (name, options) in &cases {
            let error = generator.start("Am", options.clone()).unwrap_err();
            assert_eq!(error.code(), ErrorCode::BadOption, "{name}");
            assert!(error.to_string().contains(name), "{error}");
        }
        assert_eq!(generator.remaining(), 3);
    }
}

#[test]
fn nothing_possible_is_an_error_and_the_end() {
    for beam_width in [1, 2] {
        let mut generator = gpt(24);
        let logit_bias = if beam_width > 1 { Vec::new() } else { vec![(0, f32::NEG_INFINITY)] };
        let sampling = Sampling { no_repeat_ngram: 1, ..PLAIN };
        let options = Options { sampling, beam_width, logit_bias, max_new_tokens: 300, ..Options::default() };
        generator.start("Am", options).unwrap();
        let mut count = 0;
        let error = loop {
            match generator.next() {
                Ok(Some(_)) => count += 1,
                Ok(None) => break None,
                Err(error) => break Some(error.code()),
            }
        };
        // A beam may end the text, which is then the likeliest choice.
        assert!(error == Some(ErrorCode::NotFinite) || beam_width > 1, "{count} tokens");
        assert!(count < tokenizer().vocab_size());
        assert_eq!(generator.next().unwrap(), None);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    /// Any sequence of writing, forcing and rewinding ends in the text that its tokens determine.
    #[test]
    fn walks_are_forgotten(steps in prop::collection::vec((0u8..3, 1usize..9, 3u32..60), 1..12), which in 0usize..2) {
        let mut generator = both().into_iter().nth(which).unwrap();
        let options = Options { max_new_tokens: 60, stop: vec!["zz".to_owned()], ..endless() };
        generator.start("Am", options.clone()).unwrap();
        let mut tokens: Vec<(u32, bool)> = Vec::new();
        for (kind, count, id) in steps {
            match kind {
                0 => tokens.extend(generator.force(id).unwrap().map(|token| (token.id, true))),
                1 if !tokens.is_empty() => {
                    let count = count.min(tokens.len());
                    generator.rewind(count).unwrap();
                    tokens.truncate(tokens.len() - count);
                }
                _ => tokens.extend((0..count).map_while(|_| generator.next().unwrap()).map(|token| (token.id, false))),
            }
        }
        let last: Vec<u32> = ids(&rest(&mut generator));
        let mut straight = both().into_iter().nth(which).unwrap();
        straight.start("Am", options).unwrap();
        for (id, forced) in tokens {
            let token = if forced { straight.force(id) } else { straight.next() };
            prop_assert_eq!(token.unwrap().map(|token| token.id), Some(id));
        }
        prop_assert_eq!(ids(&rest(&mut straight)), last);
    }
}
