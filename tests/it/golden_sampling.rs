//! Sampling compared with Python's transformers, and the listing of candidates.

use crate::sampling::PLAIN;
use liedwerk::generate::sampler::Sampler;
use liedwerk::generate::{Cut, Sampling};

/// Temperature, top-k, top-p, min-p, typical-p, repetition penalty, n-gram.
type Settings = (f32, usize, f32, f32, f32, f32, usize);
/// Settings, biases, tokens so far, logits in eighths (`None` is -infinity), and the remaining tokens.
type Case = (Settings, Vec<(u32, Option<f32>)>, Vec<u32>, Vec<Option<f32>>, Vec<(usize, f32)>);

/// The fixture written by `tests/golden/sampling.py`.
fn golden() -> Vec<Case> {
    #[derive(serde::Deserialize)]
    struct Golden {
        cases: Vec<Case>,
    }
    let golden: Golden = serde_json::from_str(include_str!("../fixtures/golden/sampling.json")).unwrap();
    golden.cases
}

fn or_never(value: Option<f32>) -> f32 {
    value.unwrap_or(f32::NEG_INFINITY)
}

fn sampling(settings: Settings) -> Sampling {
    let (temperature, top_k, top_p, min_p, typical_p, repetition_penalty, no_repeat_ngram) = settings;
    Sampling { temperature, top_k, top_p, min_p, typical_p, repetition_penalty, no_repeat_ngram }
}

#[test]
fn filters_agree_with_transformers() {
    let cases = golden();
    assert_eq!(cases.len(), 1000);
    for (i, (settings, bias, tokens, eighths, left)) in cases.into_iter().enumerate() {
        let mut logits: Vec<f32> = eighths.iter().map(|&value| or_never(value) / 8.0).collect();
        let bias = bias.into_iter().map(|(id, value)| (id, or_never(value))).collect();
        let mut sampler = Sampler::new(sampling(settings), 1).unwrap().with_bias(bias, logits.len()).unwrap();
        let chosen = sampler.sample(&mut logits, &tokens).unwrap();
        assert!(left.iter().any(|(id, _)| *id == chosen as usize), "case {i}");

        let kept = |id: &usize| logits[*id] > f32::NEG_INFINITY;
        let found: Vec<usize> = (0..logits.len()).filter(kept).collect();
        assert_eq!(found, left.iter().map(|(id, _)| *id).collect::<Vec<_>>(), "case {i} {settings:?}");
        // Our logits are shifted by the maximum before filtering, and the last filter may remove the maximum.
        let (first, expected_first) = (logits[left[0].0], left[0].1);
        for (id, expected) in left {
            let (found, expected) = (logits[id] - first, expected - expected_first);
            let tolerance = 1e-5 * expected.abs().max(expected_first.abs()).max(1.0);
            assert!(
                (found - expected).abs() <= tolerance,
                "case {i} {settings:?}, token {id}: {found}, transformers has {expected}"
            );
        }
    }
}

/// Every case again with the listing: the same choice, and values consistent with the logits before and
/// after.
#[test]
fn a_table_tells_what_happened() {
    let mut seen = Vec::new();
    for (i, (settings, bias, tokens, eighths, _)) in golden().into_iter().enumerate() {
        let logits: Vec<f32> = eighths.iter().map(|&value| or_never(value) / 8.0).collect();
        let bias: Vec<(u32, f32)> = bias.into_iter().map(|(id, value)| (id, or_never(value))).collect();
        let sampler =
            Sampler::new(sampling(settings), i as u64).unwrap().with_bias(bias, logits.len()).unwrap();
        let mut after = logits.clone();
        let chosen = sampler.clone().sample(&mut after, &tokens).unwrap();
        let count = 1 + i % 15;
        let mut overwritten = logits.clone();
        let (listed, rows) = sampler.clone().sample_listing(&mut overwritten, &tokens, count).unwrap();
        assert_eq!((listed, &overwritten), (chosen, &after), "case {i}");

        assert!(rows.iter().any(|row| row.id == chosen && row.cut.is_none()), "case {i}");
        let [before, after] = [&logits, &after].map(|logits| softmax(logits));
        let mut ranked: Vec<usize> = (0..logits.len()).collect();
        ranked.sort_by(|&a, &b| logits[b].total_cmp(&logits[a]));
        for (place, row) in rows.iter().enumerate() {
            let id = row.id as usize;
            assert_eq!(ranked[row.rank - 1], id, "case {i}");
            assert!(place + 1 == row.rank || place == count && row.id == chosen, "case {i}");
            assert_eq!(row.logit, logits[id]);
            assert!((f64::from(row.before) - before[id]).abs() < 1e-5, "case {i}: {row:?}, {before:?}");
            assert!((f64::from(row.after) - after[id]).abs() < 1e-5, "case {i}: {row:?}, {after:?}");
            assert!(row.cut.is_none() || row.after == 0.0, "case {i}");
            let possible = row.logit > f32::NEG_INFINITY;
            let removed = possible && overwritten[id] == f32::NEG_INFINITY;
            assert_eq!(row.cut.is_some(), removed, "case {i} {row:?}");
            seen.extend(row.cut);
        }
    }
    for cut in [Cut::Bias, Cut::NoRepeat, Cut::TopK, Cut::TopP, Cut::MinP, Cut::Typical] {
        assert!(seen.contains(&cut), "{cut:?}");
    }
}

fn softmax(logits: &[f32]) -> Vec<f64> {
    let max = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let weights: Vec<f64> = logits.iter().map(|&logit| f64::from(logit - max).exp()).collect();
    let total: f64 = weights.iter().sum();
    weights.iter().map(|weight| weight / total).collect()
}

#[test]
fn without_choice_the_table_says_so() {
    let greedy = Sampling { temperature: 0.0, top_k: 1, ..PLAIN };
    let mut sampler = Sampler::new(greedy, 1).unwrap().with_bias(vec![(2, 9.0)], 4).unwrap();
    let (chosen, rows) = sampler.sample_listing(&mut [1.0, 3.0, 0.0, 2.0], &[], 2).unwrap();
    assert_eq!(chosen, 2);
    let figures: Vec<_> = rows.iter().map(|row| (row.id, row.rank, row.after, row.cut)).collect();
    assert_eq!(figures, [(1, 1, 0.0, None), (3, 2, 0.0, None), (2, 4, 1.0, None)]);
}

#[test]
fn a_seek_repeats_a_draw() {
    let mut sampler = Sampler::new(PLAIN, 3).unwrap();
    let mut draw = |at: Option<usize>| {
        at.into_iter().for_each(|at| sampler.seek(at));
        sampler.sample(&mut [0.0; 1000], &[]).unwrap()
    };
    let drawn: Vec<u32> = (0..40).map(|_| draw(None)).collect();
    assert_eq!((draw(Some(17)), draw(None)), (drawn[17], drawn[18]));
}
