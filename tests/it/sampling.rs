//! Sampling a token from logits.

use liedwerk::ErrorCode;
use liedwerk::generate::sampler::{REPETITION_WINDOW, Sampler};
use liedwerk::generate::{Sampling, TEMPERATURES};
use proptest::prelude::*;

pub const PLAIN: Sampling = Sampling {
    temperature: 1.0,
    top_k: 0,
    top_p: 1.0,
    min_p: 0.0,
    typical_p: 1.0,
    repetition_penalty: 1.0,
    no_repeat_ngram: 0,
};

/// The tokens kept by the filters, in id order.
fn kept(sampling: Sampling, logits: &[f32], recent: &[u32]) -> Vec<usize> {
    let mut logits = logits.to_vec();
    Sampler::new(sampling, 1).unwrap().sample(&mut logits, recent).unwrap();
    (0..logits.len()).filter(|&id| logits[id] > f32::NEG_INFINITY).collect()
}

#[test]
fn zero_temperature_takes_the_first_of_the_likeliest() {
    let greedy = Sampling { temperature: 0.0, ..PLAIN };
    let mut sampler = Sampler::new(greedy, 1).unwrap();
    assert_eq!(sampler.sample(&mut [0.5, 2.0, -1.0, 2.0], &[]).unwrap(), 1);
    let penalised = Sampling { temperature: 0.0, repetition_penalty: 2.0, ..PLAIN };
    let mut sampler = Sampler::new(penalised, 1).unwrap();
    assert_eq!(sampler.sample(&mut [0.5, 2.0, -1.0, 2.0], &[1, 1]).unwrap(), 3);
}

#[test]
fn top_k_keeps_ties_with_the_last() {
    let top_k = |k| kept(Sampling { top_k: k, ..PLAIN }, &[1.0, 3.0, 2.0, 2.0, 0.0], &[]);
    assert_eq!(top_k(1), [1]);
    assert_eq!(top_k(2), [1, 2, 3]);
    assert_eq!(top_k(3), [1, 2, 3]);
    assert_eq!(top_k(5), [0, 1, 2, 3, 4]);
    assert_eq!(top_k(99), [0, 1, 2, 3, 4]);
    assert_eq!(top_k(0), [0, 1, 2, 3, 4]);
}

#[test]
fn top_p_keeps_the_smallest_set_that_reaches_it() {
    let logits = [0.5f32, 0.25, 0.125, 0.125].map(f32::ln);
    let top_p = |p| kept(Sampling { top_p: p, ..PLAIN }, &logits, &[]);
    assert_eq!(top_p(0.0), [0]);
    assert_eq!(top_p(0.49), [0]);
    assert_eq!(top_p(0.51), [0, 1]);
    assert_eq!(top_p(0.74), [0, 1]);
    // Of the two equal tokens the one with the lower id is kept.
    assert_eq!(top_p(0.76), [0, 1, 2]);
    assert_eq!(top_p(1.0), [0, 1, 2, 3]);
}

#[test]
fn top_p_looks_at_what_temperature_and_top_k_left() {
    let logits = [0.5f32, 0.25, 0.25].map(f32::ln);
    // At a lower temperature: 2/3, 1/6, 1/6.
    assert_eq!(kept(Sampling { temperature: 0.5, top_p: 0.6, ..PLAIN }, &logits, &[]), [0]);
    // A single remaining token has all the probability.
    assert_eq!(kept(Sampling { top_k: 1, top_p: 0.99, ..PLAIN }, &logits, &[]), [0]);
}

#[test]
fn min_p_compares_with_the_likeliest() {
    let logits = [0.5f32, 0.25, 0.2, 0.05].map(f32::ln);
    let min_p = |p| kept(Sampling { min_p: p, ..PLAIN }, &logits, &[]);
    assert_eq!(min_p(0.0), [0, 1, 2, 3]);
    assert_eq!(min_p(0.15), [0, 1, 2]);
    assert_eq!(min_p(0.45), [0, 1]);
    assert_eq!(min_p(1.0), [0]);
    assert_eq!(kept(Sampling { min_p: 1.0, ..PLAIN }, &[1.0, 2.0, 2.0], &[]), [1, 2]);
}

#[test]
fn typical_keeps_what_surprises_as_expected() {
    // The entropy is 1.21 nats; the surprisals are 0.69, 1.39, 1.61 and 3.
    let logits = [0.5f32, 0.25, 0.2, 0.05].map(f32::ln);
    let typical = |p| kept(Sampling { typical_p: p, ..PLAIN }, &logits, &[]);
    assert_eq!(typical(0.01), [1]);
    assert_eq!(typical(0.3), [1, 2]);
    assert_eq!(typical(0.5), [0, 1, 2]);
    assert_eq!(typical(0.94), [0, 1, 2]);
    assert_eq!(typical(0.96), [0, 1, 2, 3]);
    assert_eq!(typical(1.0), [0, 1, 2, 3]);
    // Ties with the last token are kept.
    assert_eq!(kept(Sampling { typical_p: f32::MIN_POSITIVE, ..PLAIN }, &[1.0; 3], &[]), [0, 1, 2]);
    // If all other tokens almost vanish, the likeliest one is typical.
    let far = [0.0, -300.0, -400.0];
    assert_eq!(kept(Sampling { typical_p: 0.5, temperature: 0.1, ..PLAIN }, &far, &[]), [0]);
}

#[test]
fn n_grams_do_not_come_twice() {
    let ngram = |n, text: &[u32]| kept(Sampling { no_repeat_ngram: n, ..PLAIN }, &[0.0; 5], text);
    assert_eq!(ngram(1, &[0, 3, 0]), [1, 2, 4]);
    assert_eq!(ngram(2, &[0, 3, 0]), [0, 1, 2, 4]);
    assert_eq!(ngram(3, &[1, 2, 3, 1, 2]), [0, 1, 2, 4]);
    assert_eq!(ngram(3, &[1, 2]), [0, 1, 2, 3, 4]);
    // Unlike the penalty, it considers the whole text.
    let long = [&[0, 1][..], &[2; 2 * REPETITION_WINDOW], &[0]].concat();
    assert_eq!(ngram(2, &long), [0, 2, 3, 4]);
    let nothing = Sampling { no_repeat_ngram: 1, ..PLAIN };
    let error = Sampler::new(nothing, 1).unwrap().sample(&mut [0.0; 2], &[0, 1]).unwrap_err();
    assert_eq!(error.code(), ErrorCode::NotFinite);
}

#[test]
fn a_bias_comes_before_the_penalty() {
    let penalised = Sampling { repetition_penalty: 2.0, ..PLAIN };
    let mut sampler = Sampler::new(penalised, 1).unwrap().with_bias(vec![(0, 5.0), (2, -3.0)], 3).unwrap();
    let mut logits = [1.0, 4.0, 1.0];
    sampler.sample(&mut logits, &[0, 2]).unwrap();
    // 6 / 2, 4, -2 * 2, minus the largest.
    assert_eq!(logits, [-1.0, 0.0, -8.0]);
    let ruled_out = vec![(1, f32::NEG_INFINITY)];
    let mut sampler = Sampler::new(Sampling { temperature: 0.0, ..PLAIN }, 1).unwrap();
    assert_eq!(sampler.sample(&mut [0.0, 9.0, 1.0], &[]).unwrap(), 1);
    let mut sampler = sampler.with_bias(ruled_out, 3).unwrap();
    assert_eq!(sampler.sample(&mut [0.0, 9.0, 1.0], &[]).unwrap(), 2);
    for bias in [
        vec![(3, 1.0)],
        vec![(u32::MAX, 1.0)],
        vec![(0, f32::NAN)],
        vec![(0, f32::INFINITY)],
        vec![(1, 1.0), (0, 0.0), (1, 1.0)],
    ] {
        let error = Sampler::new(PLAIN, 1).unwrap().with_bias(bias.clone(), 3).unwrap_err();
        assert_eq!(error.code(), ErrorCode::BadOption, "{bias:?}");
        assert!(error.to_string().contains("logit_bias"), "{error}");
    }
}

#[test]
fn the_penalty_pushes_down_on_both_sides_of_zero_once_a_token() {
    let penalised = Sampling { repetition_penalty: 2.0, temperature: 1.0, ..PLAIN };
    let mut logits = [4.0, -1.0, 1.0];
    Sampler::new(penalised, 1).unwrap().sample(&mut logits, &[0, 0, 1]).unwrap();
    // 2, -2, 1, minus the largest.
    assert_eq!(logits, [0.0, -4.0, -1.0]);
}

#[test]
fn the_penalty_forgets_what_is_long_ago() {
    let penalised = Sampling { repetition_penalty: 2.0, ..PLAIN };
    let mut recent = vec![1; REPETITION_WINDOW];
    recent.insert(0, 0);
    let mut logits = [2.0, 2.0];
    Sampler::new(penalised, 1).unwrap().sample(&mut logits, &recent).unwrap();
    assert_eq!(logits, [0.0, -1.0]);
}

#[test]
fn impossible_tokens_never_come_and_broken_logits_are_errors() {
    let mut sampler = Sampler::new(Sampling { temperature: 10.0, ..PLAIN }, 3).unwrap();
    let never = f32::NEG_INFINITY;
    assert!((0..200).all(|_| sampler.sample(&mut [never, 1.0, never], &[]).unwrap() == 1));
    for logits in [[f32::NAN, 1.0], [f32::INFINITY, 1.0], [never, never]] {
        for temperature in [0.0, 1.0] {
            let mut sampler = Sampler::new(Sampling { temperature, ..PLAIN }, 1).unwrap();
            let error = sampler.sample(&mut logits.clone(), &[]).unwrap_err();
            assert_eq!(error.code(), ErrorCode::NotFinite, "{logits:?}");
            let error = sampler.sample_listing(&mut logits.clone(), &[], 2).unwrap_err();
            assert_eq!(error.code(), ErrorCode::NotFinite, "{logits:?}");
        }
    }
}

#[test]
fn a_curve_tells_what_every_temperature_would_give() {
    let logits = [f32::NEG_INFINITY, 3.0, -20.0, 2.5, 0.0, 40.0, 39.0];
    let rows_at = |temperature| {
        let mut sampler = Sampler::new(Sampling { temperature, ..PLAIN }, 1).unwrap();
        sampler.sample_listing(&mut logits.clone(), &[], logits.len()).unwrap().1
    };
    let told = rows_at(1.0);
    for (place, &temperature) in TEMPERATURES.iter().enumerate() {
        for (row, sampled) in told.iter().zip(rows_at(temperature)) {
            let error = (row.curve[place] - sampled.after).abs();
            assert!(error < 1e-6, "token {} at {temperature}: off by {error}", row.id);
        }
    }
}

#[test]
fn extreme_settings_stay_numbers() {
    for temperature in [f32::MIN_POSITIVE, 1e-44, 10.0] {
        for repetition_penalty in [0.1, 10.0] {
            let sampling = Sampling { temperature, repetition_penalty, top_k: 2, top_p: 0.5, ..PLAIN };
            let mut sampler = Sampler::new(sampling, 1).unwrap();
            assert_eq!(sampler.sample(&mut [-1e30, 1e4, -1e4], &[2]).unwrap(), 1);
        }
    }
}

#[test]
fn settings_outside_their_range_are_refused() {
    for sampling in [
        Sampling { temperature: -0.1, ..PLAIN },
        Sampling { temperature: f32::NAN, ..PLAIN },
        Sampling { temperature: f32::INFINITY, ..PLAIN },
        Sampling { temperature: 10.1, ..PLAIN },
        Sampling { top_p: -0.1, ..PLAIN },
        Sampling { top_p: 1.1, ..PLAIN },
        Sampling { top_p: f32::NAN, ..PLAIN },
        Sampling { min_p: -0.1, ..PLAIN },
        Sampling { min_p: 1.1, ..PLAIN },
        Sampling { min_p: f32::NAN, ..PLAIN },
        Sampling { typical_p: 0.0, ..PLAIN },
        Sampling { typical_p: 1.1, ..PLAIN },
        Sampling { typical_p: f32::NAN, ..PLAIN },
        Sampling { no_repeat_ngram: 17, ..PLAIN },
        Sampling { repetition_penalty: 0.0, ..PLAIN },
        Sampling { repetition_penalty: 11.0, ..PLAIN },
        Sampling { repetition_penalty: f32::NAN, ..PLAIN },
    ] {
        let error = Sampler::new(sampling, 1).unwrap_err();
        assert_eq!(error.code(), ErrorCode::BadOption, "{sampling:?}");
    }
}

#[test]
fn draws_follow_the_distribution() {
    let probabilities = [0.5f32, 0.3, 0.15, 0.05];
    let mut sampler = Sampler::new(PLAIN, 7).unwrap();
    let mut counts = [0.0f32; 4];
    let draws = 40_000;
    for _ in 0..draws {
        counts[sampler.sample(&mut probabilities.map(f32::ln), &[]).unwrap() as usize] += 1.0;
    }
    for (count, probability) in counts.iter().zip(probabilities) {
        // Four standard deviations.
        let tolerance = 4.0 * (probability * (1.0 - probability) / draws as f32).sqrt();
        assert!((count / draws as f32 - probability).abs() < tolerance, "{counts:?}");
    }
}

/// The filtered scores as computed by Python's transformers, in f64 and with `top_p` shifted slightly;
/// removed tokens are -infinity.
fn reference(sampling: Sampling, logits: &[f32], recent: &[u32], top_p_moved: f64) -> Vec<f64> {
    let mut scores: Vec<f64> = logits.iter().map(|&logit| f64::from(logit)).collect();
    let mut seen = recent.to_vec();
    seen.sort_unstable();
    seen.dedup();
    for id in seen {
        let penalty = f64::from(sampling.repetition_penalty);
        let score = &mut scores[id as usize];
        *score = if *score < 0.0 { *score * penalty } else { *score / penalty };
    }
    scores.iter_mut().for_each(|score| *score /= f64::from(sampling.temperature));
    if sampling.top_k > 0 {
        let mut sorted = scores.clone();
        sorted.sort_by(|a, b| b.total_cmp(a));
        let threshold = sorted[sampling.top_k.min(scores.len()) - 1];
        scores.iter_mut().filter(|score| **score < threshold).for_each(|score| *score = f64::NEG_INFINITY);
    }
    let probabilities: Vec<f64> = scores.iter().map(|score| score.exp()).collect();
    let total: f64 = probabilities.iter().sum();
    let mut order: Vec<usize> = (0..scores.len()).rev().collect();
    order.sort_by(|&a, &b| scores[a].total_cmp(&scores[b]));
    let mut cumulative = 0.0;
    for &id in &order[..scores.len() - 1] {
        cumulative += probabilities[id] / total;
        if cumulative <= 1.0 - f64::from(sampling.top_p) - top_p_moved {
            scores[id] = f64::NEG_INFINITY;
        }
    }
    scores
}

proptest! {
    #[test]
    fn filters_agree_with_the_reference(
        // In discrete steps, so that exact ties occur and near ties do not.
        logits in prop::collection::vec((-600i16..600).prop_map(|step| f32::from(step) / 50.0), 2..80),
        recent in prop::collection::vec(0u32..2, 0..20),
        temperature in 0.2f32..3.0,
        top_k in 0usize..90,
        top_p in 0.05f32..1.0,
        repetition_penalty in 0.5f32..2.0,
    ) {
        let sampling = Sampling { temperature, top_k, top_p, repetition_penalty, ..PLAIN };
        let mut found = logits.clone();
        let chosen = Sampler::new(sampling, 5).unwrap().sample(&mut found, &recent).unwrap();
        prop_assert!(found[chosen as usize].is_finite());
        // At the exact threshold of top-p, f32 and f64 may differ by a token.
        let fewer = reference(sampling, &logits, &recent, -1e-4);
        let more = reference(sampling, &logits, &recent, 1e-4);
        let max = more.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        for id in 0..found.len() {
            prop_assert!(found[id].is_finite() || !fewer[id].is_finite(), "{} is missing", id);
            prop_assert!(!found[id].is_finite() || (f64::from(found[id]) - (more[id] - max)).abs() < 1e-3);
        }
    }

    #[test]
    fn one_seed_gives_one_text(seed in any::<u64>(), logits in prop::collection::vec(-9.0f32..9.0, 1..50)) {
        let draw = || -> Vec<u32> {
            let mut sampler = Sampler::new(Sampling { top_p: 0.9, ..PLAIN }, seed).unwrap();
            (0..20).map(|_| sampler.sample(&mut logits.clone(), &[]).unwrap()).collect()
        };
        prop_assert_eq!(draw(), draw());
    }

    #[test]
    fn a_penalty_of_one_changes_no_bit(logits in prop::collection::vec(-9.0f32..9.0, 3..50), seed in any::<u64>()) {
        let sample = |recent: &[u32]| {
            let mut logits = logits.clone();
            let id = Sampler::new(PLAIN, seed).unwrap().sample(&mut logits, recent).unwrap();
            (id, logits.iter().map(|logit| logit.to_bits()).collect::<Vec<_>>())
        };
        prop_assert_eq!(sample(&[]), sample(&[0, 1, 2, 2]));
    }
}
