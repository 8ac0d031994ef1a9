//! Segmentation of a text by a unigram language model (Kudo 2018), as in the SentencePiece library.

use super::charsmap::CharsMap;
use super::protobuf::{Fields, Value};
use crate::error::{Error, ErrorCode, Result};
use crate::order;
use std::ops::Range;

/// How much less probable than the least probable piece an unknown character is, in nats.
const UNKNOWN_PENALTY: f32 = 10.0;
/// A longer piece is damaged or hostile: the library's own limit for learned ones is 16 characters.
const MAX_PIECE_BYTES: usize = 512;

/// A SentencePiece model of type unigram: the contents of `source.spm`.
#[derive(Debug, Clone)]
pub struct SentencePiece {
    file: Vec<u8>,
    pieces: Vec<Entry>,
    /// Ids of the pieces that a text can contain, sorted by their texts.
    sorted: Vec<u32>,
    /// Ids of the symbols that no text contains, such as `</s>`.
    controls: Vec<u32>,
    unknown: u32,
    unknown_score: f32,
    normalizer: CharsMap,
}

#[derive(Debug, Clone)]
struct Entry {
    text: String,
    /// Log-probability.
    score: f32,
    kind: u64,
}

/// Values of [`Entry::kind`].
const NORMAL: u64 = 1;
const UNKNOWN: u64 = 2;
const CONTROL: u64 = 3;
const UNUSED: u64 = 5;

/// The best segmentation up to a position.
#[derive(Clone, Copy)]
struct Best {
    score: f32,
    /// Where its last piece starts and that piece's id.
    last: Option<(usize, u32)>,
}

pub fn bad(message: impl std::fmt::Display) -> Error {
    Error::new(ErrorCode::BadTokenizer, format!("SentencePiece: {message}"))
}

impl PartialEq for SentencePiece {
    fn eq(&self, other: &Self) -> bool {
        self.file == other.file
    }
}

impl Eq for SentencePiece {}

impl SentencePiece {
    /// Reads a model file.
    ///
    /// # Errors
    /// `bad-tokenizer` if it is damaged, is of another type (BPE, words, characters), or needs what is not
    /// supported: user-defined symbols, bytes for unknown characters, spaces at the ends of words, a
    /// denormaliser.
    pub fn from_bytes(file: Vec<u8>) -> Result<Self> {
        let (mut pieces, mut normalizer_spec) = (Vec::new(), &[][..]);
        for field in Fields::of(&file) {
            match field? {
                (1, Value::Bytes(piece)) => pieces.push(Entry::read(piece)?),
                (2, Value::Bytes(spec)) => check_trainer(spec)?,
                (3, Value::Bytes(spec)) => normalizer_spec = spec,
                (5, Value::Bytes(spec)) => check_denormalizer(spec)?,
                _ => {}
            }
        }
        let normalizer = CharsMap::read(normalizer_spec)?;
        let of_kind = |kind: u64| {
            let entries = (0u32..).zip(&pieces).filter(|(_, entry)| entry.kind == kind);
            entries.map(|(id, _)| id).collect::<Vec<_>>()
        };
        let [unknown] = of_kind(UNKNOWN)[..] else {
            return Err(bad("the model needs exactly one piece for unknown characters"));
        };
        let (normal, controls) = (of_kind(NORMAL), of_kind(CONTROL));
        let text = |place: usize| pieces[normal[place] as usize].text.as_str();
        let places = order::sorted(normal.len(), &|a, b| text(a).cmp(text(b)));
        let sorted: Vec<u32> = places.iter().map(|&place| normal[place as usize]).collect();
        let text = |id: u32| pieces[id as usize].text.as_str();
        if let Some(pair) = sorted.windows(2).find(|pair| text(pair[0]) == text(pair[1])) {
            return Err(bad(format!("the piece {:?} stands there twice", text(pair[0]))));
        }
        let least = normal.iter().map(|&id| pieces[id as usize].score).reduce(f32::min);
        let least = least.ok_or_else(|| bad("the model has no pieces"))?;
        let unknown_score = least - UNKNOWN_PENALTY;
        Ok(Self { file, pieces, sorted, controls, unknown, unknown_score, normalizer })
    }

    /// The model file.
    pub fn file(&self) -> &[u8] {
        &self.file
    }

    /// Whether a piece is a control symbol such as `</s>`, which no text contains.
    pub fn is_control(&self, piece: &str) -> bool {
        self.controls.iter().any(|&id| self.pieces[id as usize].text == piece)
    }

    /// Splits a text into its most probable pieces, each with its id in this model. Adjacent unknown
    /// characters form one piece.
    pub fn encode(&self, text: &str) -> Vec<(String, u32)> {
        let normalized = self.normalizer.apply(text);
        let pieces = self.segment(&normalized).into_iter();
        pieces.map(|(range, id)| (normalized[range].to_owned(), id)).collect()
    }

    /// The most probable segmentation of a normalised text (Viterbi 1967).
    fn segment(&self, text: &str) -> Vec<(Range<usize>, u32)> {
        let mut best = vec![Best { score: 0.0, last: None }; text.len() + 1];
        for (start, c) in text.char_indices() {
            let (before, character) = (best[start].score, start + c.len_utf8());
            let mut is_known = false;
            for (end, id) in self.prefixes(text.as_bytes(), start) {
                is_known |= end == character;
                best[end].offer(before + self.pieces[id as usize].score, start, id);
            }
            if !is_known {
                best[character].offer(before + self.unknown_score, start, self.unknown);
            }
        }
        let mut pieces: Vec<(Range<usize>, u32)> = Vec::new();
        let mut end = text.len();
        while let Some((start, id)) = best[end].last {
            match pieces.last_mut() {
                Some((next, of_next)) if id == self.unknown && *of_next == id => next.start = start,
                _ => pieces.push((start..end, id)),
            }
            end = start;
        }
        pieces.reverse();
        pieces
    }

    /// The pieces with which `text` continues at `start`, as their ends and ids, shortest first.
    fn prefixes<'a>(&'a self, text: &'a [u8], start: usize) -> impl Iterator<Item = (usize, u32)> + 'a {
        let mut range = &self.sorted[..];
        text[start..]
            .iter()
            .enumerate()
            .map_while(move |(at, &byte)| {
                // Those in `range` share their first `at` bytes, so they are sorted by the next one.
                let next = |id: u32| self.pieces[id as usize].text.as_bytes().get(at).copied();
                let from = range.partition_point(|&id| next(id) < Some(byte));
                let to = range.partition_point(|&id| next(id) <= Some(byte));
                range = &range[from..to];
                let first = *range.first()?;
                let is_whole = self.pieces[first as usize].text.len() == at + 1;
                Some(is_whole.then_some((start + at + 1, first)))
            })
            .flatten()
    }
}

impl Best {
    /// Takes over a segmentation that is better; of equals, the first stays, as in the library.
    fn offer(&mut self, score: f32, start: usize, id: u32) {
        if self.last.is_none() || score > self.score {
            *self = Self { score, last: Some((start, id)) };
        }
    }
}

impl Entry {
    fn read(message: &[u8]) -> Result<Self> {
        let mut entry = Self { text: String::new(), score: 0.0, kind: NORMAL };
        for field in Fields::of(message) {
            match field? {
                (1, Value::Bytes(text)) => {
                    let text = std::str::from_utf8(text).map_err(|_| bad("a piece is not UTF-8"))?;
                    entry.text = text.to_owned();
                }
                (2, Value::Float(score)) => entry.score = score,
                (3, Value::Number(kind)) => entry.kind = kind,
                _ => {}
            }
        }
        let Self { text, score, kind } = &entry;
        if text.is_empty() || text.len() > MAX_PIECE_BYTES || !score.is_finite() {
            let start: String = text.chars().take(20).collect();
            return Err(bad(format!(
                "the piece {start:?} of {} bytes with score {score} is damaged",
                text.len()
            )));
        }
        match *kind {
            NORMAL | UNKNOWN | CONTROL | UNUSED => Ok(entry),
            _ => Err(bad(format!(
                "the piece {text:?} is a user-defined symbol or a byte, which is not supported"
            ))),
        }
    }
}

/// Checks `TrainerSpec`.
fn check_trainer(spec: &[u8]) -> Result<()> {
    for field in Fields::of(spec) {
        match field? {
            (3, Value::Number(kind)) if kind != 1 => {
                let kind = match kind {
                    2 => "BPE",
                    3 => "WORD",
                    4 => "CHAR",
                    _ => "unknown",
                };
                return Err(bad(format!("model_type is {kind}; only UNIGRAM is possible")));
            }
            (24, Value::Number(1..)) => return Err(bad("treat_whitespace_as_suffix is not supported")),
            (35, Value::Number(1..)) => return Err(bad("byte_fallback is not supported")),
            _ => {}
        }
    }
    Ok(())
}

fn check_denormalizer(spec: &[u8]) -> Result<()> {
    for field in Fields::of(spec) {
        if let (2, Value::Bytes([_, ..])) = field? {
            return Err(bad("a denormaliser is not supported"));
        }
    }
    Ok(())
}
