//! Corpus chrF (Popović 2015), as sacrebleu computes it by default.

use super::bleu::{count_ngrams, split};

/// The variant of chrF computed here, in sacrebleu's notation; the version is this crate's.
pub const CHRF_SIGNATURE: &str =
    concat!("nrefs:1|case:mixed|eff:yes|nc:6|nw:0|space:no|version:liedwerk-", env!("CARGO_PKG_VERSION"));

/// Longest character n-gram.
const ORDER: usize = 6;
/// Weight of recall relative to precision.
const BETA: f64 = 2.0;

/// Computes the F-score of character n-grams, from 0 to 100, of translations with one reference each. White
/// space is ignored.
///
/// ```
/// use liedwerk::train::chrf;
/// assert_eq!(chrf(&["So ein Tag"], &["So ein Tag"]), 100.0);
/// ```
///
/// # Panics
/// If the numbers of translations and references differ.
pub fn chrf<H: AsRef<str>, R: AsRef<str>>(hypotheses: &[H], references: &[R]) -> f64 {
    assert_eq!(hypotheses.len(), references.len(), "chrf: one reference for each translation");
    // For each order: n-grams in the translations, in the references, and in both.
    let mut counts = [[0usize; 3]; ORDER];
    for (hypothesis, reference) in hypotheses.iter().zip(references) {
        let (hypothesis, reference) = (letters(hypothesis.as_ref()), letters(reference.as_ref()));
        for (n, [given, wanted, common]) in (1..).zip(&mut counts) {
            let expected = count_ngrams(&reference, n);
            // Translations are not penalised for orders that the reference is too short to have.
            if expected.is_empty() {
                continue;
            }
            *wanted += expected.values().sum::<usize>();
            for (ngram, count) in count_ngrams(&hypothesis, n) {
                *given += count;
                *common += expected.get(ngram).map_or(0, |&wanted| wanted.min(count));
            }
        }
    }
    f_score(&counts)
}

/// Averages precision and recall over the orders that both sides have, then combines them.
fn f_score(counts: &[[usize; 3]; ORDER]) -> f64 {
    let (mut precision, mut recall, mut orders) = (0.0, 0.0, 0.0);
    for &[given, wanted, common] in counts {
        if given > 0 && wanted > 0 {
            precision += common as f64 / given as f64;
            recall += common as f64 / wanted as f64;
            orders += 1.0;
        }
    }
    if precision + recall == 0.0 {
        return 0.0;
    }
    let (precision, recall) = (precision / orders, recall / orders);
    let factor = BETA * BETA;
    100.0 * (1.0 + factor) * precision * recall / (factor * precision + recall)
}

fn letters(text: &str) -> Vec<char> {
    split(text).iter().flat_map(|word| word.chars()).collect()
}
