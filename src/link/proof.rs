//! What a link promises of a text, in about a hundred characters.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::io::sha256_bytes;

/// Hexadecimal digits of the weights' SHA-256.
const WEIGHTS_DIGITS: usize = 12;
/// Bytes of the whole text's hash, and of each mark.
const HASH_BYTES: usize = 12;
const MARK_BYTES: usize = 3;
/// Marks stand at least so far apart, and there are at most so many.
const CLOSEST: usize = 8;
const MOST_MARKS: usize = 24;
/// No text of the page comes near.
const LONGEST: usize = 10_000_000;

/// A text's fingerprint, and whose text it was.
///
/// Written `WEIGHTS.LENGTH.EVERY.HASH.MARKS.MODEL`: the first 12 digits of the SHA-256 of the model's weights; how
/// many characters (code points) the text has, with a `p` behind it if it was stopped there; the first 12 bytes of
/// the text's SHA-256; and marks, the first 3 bytes of the SHA-256 of the text's first `EVERY`, `2 EVERY`, …
/// characters. Hash and marks are in base64url. The text is what stands on the page, the beginning included as the
/// model read it.
///
/// A mark covers all before it, so the first one that differs says between which two marks the texts part. To name
/// the very character, a link would have to carry the text itself, and could then say whatever its maker liked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    /// Id of the model.
    pub model: String,
    /// The beginning of the SHA-256 of its weights.
    pub weights: String,
    /// Characters of the text.
    pub length: usize,
    /// The text ended here by itself; otherwise it would have gone on.
    pub whole: bool,
    every: usize,
    hash: String,
    marks: String,
}

/// How a text compares with what was promised.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// It is that text.
    Identical,
    /// It is another.
    Differs {
        /// So many characters at the beginning are the same.
        same: usize,
        /// The first difference comes at this character at the latest, counted from 1.
        by: usize,
    },
}

impl Proof {
    /// The proof of `text`, which `model` wrote with weights of this SHA-256.
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

    /// Reads one; `None` for anything that was not written by this format.
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

    /// Compares with a text, which may be longer where the promised one was stopped.
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

    /// Whether weights of this SHA-256 wrote it.
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

/// The last mark stands before the end: the end has its own hash.
fn marks_between(length: usize, every: usize) -> usize {
    length.saturating_sub(1) / every
}

/// A text by the lengths of its beginnings.
struct Prefixes<'a> {
    text: &'a str,
    /// Where each character begins, and the end.
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
