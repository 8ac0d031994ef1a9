//! chrF (Popović 2015) of a whole corpus, as sacrebleu computes it by default.

use super::bleu::{count_ngrams, split};

/// Which chrF this is, in sacrebleu's notation; the version is this crate's.
pub const CHRF_SIGNATURE: &str =
    concat!("nrefs:1|case:mixed|eff:yes|nc:6|nw:0|space:no|version:liedwerk-", env!("CARGO_PKG_VERSION"));

/// Longest n-gram of characters.
const ORDER: usize = 6;
/// Recall counts beta times as much as precision.
const BETA: f64 = 2.0;

/// The F-score of character n-grams, from 0 to 100, of translations with one reference each. White space
/// does not count.
///
/// ```
/// use liedwerk::train::chrf;
/// assert_eq!(chrf(&["So ein Tag"], &["So ein Tag"]), 100.0);
/// ```
///
/// # Panics
/// If there are more or fewer translations than references.
pub fn chrf<H: AsRef<str>, R: AsRef<str>>(hypotheses: &[H], references: &[R]) -> f64 {
    assert_eq!(hypotheses.len(), references.len(), "chrf: one reference for each translation");
    // For each order: n-grams of the translations, of the references, and common ones.
    let mut counts = [[0usize; 3]; ORDER];
    for (hypothesis, reference) in hypotheses.iter().zip(references) {
        let (hypothesis, reference) = (letters(hypothesis.as_ref()), letters(reference.as_ref()));
        for (n, [given, wanted, common]) in (1..).zip(&mut counts) {
            let expected = count_ngrams(&reference, n);
            // What a reference is too short to have is not held against its translation.
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

/// Precision and recall are averaged over the orders that both sides have, then combined.
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
