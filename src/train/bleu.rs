//! Corpus BLEU (Papineni et al. 2002), as sacrebleu (Post 2018) computes it by default.

use std::collections::HashMap;

/// The variant of BLEU computed here, in sacrebleu's notation; the version is this crate's.
pub const BLEU_SIGNATURE: &str =
    concat!("nrefs:1|case:mixed|eff:no|tok:13a|smooth:exp|version:liedwerk-", env!("CARGO_PKG_VERSION"));

/// Longest n-gram.
const ORDER: usize = 4;

/// A BLEU score with its components.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bleu {
    /// Score from 0 to 100.
    pub score: f64,
    /// Percentage of the translations' n-grams that also occur in the references, for n from 1 to 4; orders
    /// without any match are smoothed exponentially.
    pub precisions: [f64; ORDER],
    /// Below 1 if the translations are shorter than the references.
    pub brevity_penalty: f64,
    /// Number of tokens in the translations.
    pub hypothesis_length: usize,
    /// Number of tokens in the references.
    pub reference_length: usize,
}

/// Scores translations against one reference each.
///
/// ```
/// use liedwerk::train::bleu;
/// let score = bleu(&["The dog bit the man."], &["The dog had bit the man."]).score;
/// assert!((score - 51.150_781_157_932_42).abs() < 1e-9);
/// ```
///
/// # Panics
/// If the numbers of translations and references differ.
pub fn bleu<H: AsRef<str>, R: AsRef<str>>(hypotheses: &[H], references: &[R]) -> Bleu {
    assert_eq!(hypotheses.len(), references.len(), "bleu: one reference for each translation");
    let (mut hypothesis_length, mut reference_length) = (0, 0);
    let (mut correct, mut total) = ([0usize; ORDER], [0usize; ORDER]);
    for (hypothesis, reference) in hypotheses.iter().zip(references) {
        let (hypothesis, reference) = (tokenize_13a(hypothesis.as_ref()), tokenize_13a(reference.as_ref()));
        let (words, expected) = (split(&hypothesis), split(&reference));
        hypothesis_length += words.len();
        reference_length += expected.len();
        for n in 1..=ORDER {
            let wanted = count_ngrams(&expected, n);
            for (ngram, count) in count_ngrams(&words, n) {
                total[n - 1] += count;
                correct[n - 1] += wanted.get(ngram).map_or(0, |&wanted| wanted.min(count));
            }
        }
    }
    let brevity_penalty = match (hypothesis_length, reference_length) {
        (0, 1..) => 0.0,
        (short, long) if short < long => (1.0 - long as f64 / short as f64).exp(),
        _ => 1.0,
    };
    let precisions = smoothed_precisions(&correct, &total);
    let score = brevity_penalty * geometric_mean(&precisions);
    Bleu { score, precisions, brevity_penalty, hypothesis_length, reference_length }
}

/// Counts the occurrences of each run of `n` items in `items`.
pub(super) fn count_ngrams<T: Eq + std::hash::Hash>(items: &[T], n: usize) -> HashMap<&[T], usize> {
    let mut counts = HashMap::new();
    for ngram in items.windows(n) {
        *counts.entry(ngram).or_default() += 1;
    }
    counts
}

/// The k-th order without a match counts as 1/2^k matches. Orders longer than every sentence stay 0.
fn smoothed_precisions(correct: &[usize; ORDER], total: &[usize; ORDER]) -> [f64; ORDER] {
    let mut precisions = [0.0; ORDER];
    if correct.iter().all(|&count| count == 0) {
        return precisions;
    }
    let mut smooth = 1.0;
    for n in 0..ORDER {
        if total[n] == 0 {
            break;
        }
        precisions[n] = if correct[n] == 0 {
            smooth *= 2.0;
            100.0 / (smooth * total[n] as f64)
        } else {
            100.0 * correct[n] as f64 / total[n] as f64
        };
    }
    precisions
}

fn geometric_mean(precisions: &[f64; ORDER]) -> f64 {
    if precisions.contains(&0.0) {
        return 0.0;
    }
    (precisions.iter().map(|precision| precision.ln()).sum::<f64>() / ORDER as f64).exp()
}

/// The words of a text, separated by what Python considers white space.
pub(super) fn split(text: &str) -> Vec<&str> {
    text.split(is_python_space).filter(|word| !word.is_empty()).collect()
}

fn is_python_space(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\u{1c}'..='\u{1f}')
}

/// The tokenisation of `mteval-v13a.pl`: separates punctuation and symbols, but full stops and commas only
/// away from digits.
fn tokenize_13a(text: &str) -> String {
    let mut text = text.trim_end_matches(is_python_space).replace("<skipped>", "").replace("-\n", "");
    text = text.replace('\n', " ");
    for (entity, character) in [("&quot;", "\""), ("&amp;", "&"), ("&lt;", "<"), ("&gt;", ">")] {
        text = text.replace(entity, character);
    }
    let mut spaced = vec![' '];
    for c in text.chars() {
        if is_symbol(c) { spaced.extend([' ', c, ' ']) } else { spaced.push(c) }
    }
    spaced.push(' ');
    let is_point = |c: char| c == '.' || c == ',';
    let is_digit = |c: char| c.is_ascii_digit();
    spaced = replace_pairs(&spaced, |a, b| !is_digit(a) && is_point(b), |a, b| [a, ' ', b, ' ']);
    spaced = replace_pairs(&spaced, |a, b| is_point(a) && !is_digit(b), |a, b| [' ', a, ' ', b]);
    spaced = replace_pairs(&spaced, |a, b| is_digit(a) && b == '-', |a, b| [a, ' ', b, ' ']);
    spaced.into_iter().collect()
}

fn is_symbol(c: char) -> bool {
    matches!(c, '{'..='~' | '['..='`' | ' '..='&' | '('..='+' | ':'..='@' | '/')
}

/// Replaces pairs of adjacent characters from left to right without overlap, like a regular expression.
fn replace_pairs(
    text: &[char],
    matches: impl Fn(char, char) -> bool,
    spaced: impl Fn(char, char) -> [char; 4],
) -> Vec<char> {
    let mut out = Vec::with_capacity(text.len() + text.len() / 4);
    let mut rest = text;
    loop {
        match rest {
            [a, b, after @ ..] if matches(*a, *b) => {
                out.extend(spaced(*a, *b));
                rest = after;
            }
            [a, after @ ..] => {
                out.push(*a);
                rest = after;
            }
            [] => return out,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_of_13a() {
        for (text, tokens) in [
            ("Hello, world!", "Hello , world !"),
            ("3,5 or 3.5, not .5", "3,5 or 3.5 , not . 5"),
            ("1990-95 well-known", "1990 - 95 well-known"),
            ("it's \"so\" (he said)...", "it's \" so \" ( he said ) . . ."),
            ("a&amp;b &lt;c&gt; <skipped>d-\ne\nf ", "a & b < c > de f"),
            ("„Grüß Gott“ – 5€", "„Grüß Gott“ – 5€"),
        ] {
            assert_eq!(split(&tokenize_13a(text)).join(" "), tokens);
        }
    }
}
