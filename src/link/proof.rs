//! Proofs: fingerprints of texts in about a hundred characters.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::io::sha256_bytes;

/// Number of hexadecimal digits kept of the SHA-256 of the weights.
const WEIGHTS_DIGITS: usize = 12;
/// Number of bytes in the hash of the whole text, and in each mark.
const HASH_BYTES: usize = 12;
const MARK_BYTES: usize = 3;
/// Minimum distance between marks, and maximum number of marks.
const CLOSEST: usize = 8;
const MOST_MARKS: usize = 24;
/// Maximum text length, far above that of any text on the page.
const LONGEST: usize = 10_000_000;

/// The fingerprint of a text and of the model that wrote it.
///
/// Format: `WEIGHTS.LENGTH.EVERY.HASH.MARKS.MODEL`. These are the first 12 digits of the SHA-256 of the
/// model's weights; the length of the text in characters (code points), followed by `p` if it was stopped
/// early; the distance of the marks; the first 12 bytes of the text's SHA-256; the marks, which are the first
/// 3 bytes of the SHA-256 of the first `EVERY`, `2 EVERY`, … characters; and the model's id. Hash and marks
/// are in base64url. The text is the one shown on the page, including the beginning as read by the model.
///
/// Since a mark covers everything before it, the first one that differs tells between which two marks the
/// texts diverge. Locating the exact character would require the text itself in the link, which could then
/// claim anything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    /// Id of the model.
    pub model: String,
    /// The first digits of the SHA-256 of its weights.
    pub weights: String,
    /// Length of the text in characters.
    pub length: usize,
    /// Whether the text ended by itself; otherwise it was stopped early.
    pub whole: bool,
    every: usize,
    hash: String,
    marks: String,
}

/// Result of comparing a text with a proof.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// The texts are the same.
    Identical,
    /// The texts differ.
    Differs {
        /// This many characters at the beginning are the same.
        same: usize,
        /// Position, counted from 1, at or before which the first difference occurs.
        by: usize,
    },
}

impl Proof {
    /// Creates the proof of `text`, written by `model` with weights of this SHA-256.
    pub fn of(text: &str, whole: bool, model: &str, sha256: &str) -> Self {
        let length = text.chars().count();
        let mut every = CLOSEST;
        while marks_between(length, every) > MOST_MARKS {
            every *= 2;
        }
        let weights = sha256[..WEIGHTS_DIGITS].to_owned();
        let prefixes = Prefixes::new(text);
        let marks =
            (1..=marks_between(length, every)).map(|i| prefixes.hash(i * every, MARK_BYTES)).collect();
        let hash = prefixes.hash(length, HASH_BYTES);
        Self { model: model.to_owned(), weights, length, whole, every, hash, marks }
    }

    /// Parses a proof; `None` if it is malformed.
    pub fn parse(spelled: &str) -> Option<Self> {
        let mut parts = spelled.splitn(6, '.');
        let mut next = || parts.next();
        let (weights, length, every, hash, marks, model) =
            (next()?, next()?, next()?, next()?, next()?, next()?);
        let (length, whole) = match length.strip_suffix('p') {
            Some(length) => (length, false),
            None => (length, true),
        };
        let (length, every) = (integer(length)?, integer(every)?);
        let is_hexadecimal = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
        let is_base64 =
            |text: &str| text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
        let of_model = |b: u8| b.is_ascii_alphanumeric() || b"_.-".contains(&b);
        let sound = weights.len() == WEIGHTS_DIGITS
            && weights.bytes().all(is_hexadecimal)
            && length <= LONGEST
            && every >= CLOSEST
            && is_base64(hash)
            && is_base64(marks)
            && hash.len() == HASH_BYTES / 3 * 4
            && marks.len() == marks_between(length, every) * (MARK_BYTES / 3 * 4)
            && (1..=100).contains(&model.len())
            && model.bytes().all(of_model);
        sound.then(|| Self {
            model: model.to_owned(),
            weights: weights.to_owned(),
            length,
            whole,
            every,
            hash: hash.to_owned(),
            marks: marks.to_owned(),
        })
    }

    /// Compares a text with the proof; it may be longer if the original was stopped early.
    pub fn compare(&self, text: &str) -> Comparison {
        let prefixes = Prefixes::new(text);
        let length = prefixes.length();
        let begins = length >= self.length && prefixes.hash(self.length, HASH_BYTES) == self.hash;
        if begins && (length == self.length || !self.whole) {
            return Comparison::Identical;
        }
        if begins {
            return Comparison::Differs { same: self.length, by: self.length + 1 };
        }
        let agrees = |i: &usize| {
            let size = MARK_BYTES / 3 * 4;
            length >= i * self.every
                && prefixes.hash(i * self.every, MARK_BYTES) == self.marks[(i - 1) * size..i * size]
        };
        let agreeing = (1..=marks_between(self.length, self.every)).take_while(agrees).count();
        let by = ((agreeing + 1) * self.every).min(self.length).min(length + 1);
        Comparison::Differs { same: agreeing * self.every, by }
    }

    /// Whether the text was written by weights of this SHA-256.
    pub fn is_by(&self, sha256: &str) -> bool {
        sha256.starts_with(&self.weights)
    }
}

impl fmt::Display for Proof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { model, weights, length, whole, every, hash, marks } = self;
        let part = if *whole { "" } else { "p" };
        write!(f, "{weights}.{length}{part}.{every}.{hash}.{marks}.{model}")
    }
}

fn integer(digits: &str) -> Option<usize> {
    let plain = (1..=9).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
    plain.then(|| digits.parse().ok()).flatten()
}

/// The number of marks. None is at the end, which has a hash of its own.
fn marks_between(length: usize, every: usize) -> usize {
    length.saturating_sub(1) / every
}

/// A text with access to its prefixes by length.
struct Prefixes<'a> {
    text: &'a str,
    /// Byte offsets of all characters and of the end.
    starts: Vec<usize>,
}

impl<'a> Prefixes<'a> {
    fn new(text: &'a str) -> Self {
        let starts = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
        Self { text, starts }
    }

    fn length(&self) -> usize {
        self.starts.len() - 1
    }

    /// The first `bytes` bytes of the SHA-256 of the first `characters` characters, in base64url.
    fn hash(&self, characters: usize, bytes: usize) -> String {
        let digest = sha256_bytes(&self.text.as_bytes()[..self.starts[characters]]);
        URL_SAFE_NO_PAD.encode(&digest[..bytes])
    }
}
