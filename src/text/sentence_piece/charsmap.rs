//! SentencePiece's normalisation: a table of replacements, and the handling of spaces.

use super::model::bad;
use super::protobuf::{Fields, Value};
use crate::error::Result;

/// What stands for a space inside pieces: U+2581.
pub const SPACE: char = '▁';
/// A longer replacement is not of any Unicode normalisation; it would let a short text grow without bound.
const MAX_REPLACEMENT_BYTES: usize = 256;

/// `NormalizerSpec`: replaces the longest match of the table at each position, such as `ﬁ` by `fi`.
#[derive(Debug, Clone)]
pub struct CharsMap {
    /// A double array trie in the layout of darts-clone; empty if nothing is replaced.
    units: Vec<u32>,
    /// The replacements, each followed by NUL; the trie's values are offsets into it.
    replacements: String,
    add_dummy_prefix: bool,
    remove_extra_whitespaces: bool,
}

impl CharsMap {
    /// Reads the specification.
    ///
    /// # Errors
    /// `bad-tokenizer` if it is damaged or keeps spaces as they are.
    pub fn read(spec: &[u8]) -> Result<Self> {
        let (mut table, mut switches) = (&[][..], [true; 3]);
        for field in Fields::of(spec) {
            match field? {
                (2, Value::Bytes(bytes)) => table = bytes,
                (number @ 3..=5, Value::Number(value)) => switches[number as usize - 3] = value != 0,
                _ => {}
            }
        }
        let [add_dummy_prefix, remove_extra_whitespaces, escape_whitespaces] = switches;
        if !escape_whitespaces {
            return Err(bad("escape_whitespaces is false; only true is possible"));
        }
        let (units, replacements) = split(table)?;
        Ok(Self { units, replacements, add_dummy_prefix, remove_extra_whitespaces })
    }

    /// Normalises a text and writes its spaces as [`SPACE`].
    pub fn apply(&self, text: &str) -> String {
        let (mut rest, mut out) = (text, String::with_capacity(text.len() + text.len() / 4));
        while self.remove_extra_whitespaces && !rest.is_empty() {
            let (part, length) = self.first(rest);
            if part != " " {
                break;
            }
            rest = &rest[length..];
        }
        if rest.is_empty() {
            return out;
        }
        if self.add_dummy_prefix {
            out.push(SPACE);
        }
        let mut is_after_space = true;
        while !rest.is_empty() {
            let (mut part, length) = self.first(rest);
            if is_after_space && self.remove_extra_whitespaces {
                part = part.trim_start_matches(' ');
            }
            out.extend(part.chars().map(|c| if c == ' ' { SPACE } else { c }));
            // What is replaced by nothing separates nothing.
            if let Some(last) = part.chars().last() {
                is_after_space = last == ' ';
            }
            rest = &rest[length..];
        }
        if self.remove_extra_whitespaces {
            out.truncate(out.trim_end_matches(SPACE).len());
        }
        out
    }

    /// What the beginning of a text becomes, and the length of that beginning in bytes.
    fn first<'t>(&'t self, text: &'t str) -> (&'t str, usize) {
        self.rule(text).unwrap_or_else(|| {
            let length = text.chars().next().map_or(0, char::len_utf8);
            (&text[..length], length)
        })
    }

    /// The replacement of the longest match at the beginning of a text, and the length of the match.
    fn rule(&self, text: &str) -> Option<(&str, usize)> {
        let offset = |unit: u32| ((unit >> 10) << ((unit & (1 << 9)) >> 6)) as usize;
        let mut node = offset(*self.units.first()?);
        let mut longest = None;
        for (length, &byte) in (1..).zip(text.as_bytes()) {
            node ^= usize::from(byte);
            let Some(&unit) = self.units.get(node) else { break };
            if unit & 0x8000_00ff != u32::from(byte) {
                break;
            }
            node ^= offset(unit);
            if unit >> 8 & 1 == 1 {
                let Some(value) = self.units.get(node) else { break };
                longest = Some((value & 0x7fff_ffff, length));
            }
        }
        let (start, length) = longest.filter(|&(_, length)| text.is_char_boundary(length))?;
        let from_start = self.replacements.get(start as usize..)?;
        Some((from_start.split('\0').next().unwrap_or_default(), length))
    }
}

/// Splits `precompiled_charsmap` into trie and replacements.
fn split(table: &[u8]) -> Result<(Vec<u32>, String)> {
    if table.is_empty() {
        return Ok((Vec::new(), String::new()));
    }
    let parts = table.split_first_chunk().and_then(|(size, rest)| {
        let (trie, replacements) = rest.split_at_checked(u32::from_le_bytes(*size) as usize)?;
        let (units, []) = trie.as_chunks() else { return None };
        let replacements = std::str::from_utf8(replacements).ok()?;
        let is_short = replacements.split('\0').all(|one| one.len() <= MAX_REPLACEMENT_BYTES);
        is_short
            .then(|| (units.iter().map(|unit| u32::from_le_bytes(*unit)).collect(), replacements.to_owned()))
    });
    parts.ok_or_else(|| bad("the table of the normaliser is damaged"))
}
