//! Finds passages of a text that occur word for word in a model's training songs.
//!
//! The index keeps a hash of every fifth 31-gram of the songs; a text is looked up at every character. A
//! copied passage then shows as hits five characters apart, and any 40 characters of it contain at least two
//! of them. (Winnowing, Schleimer, Wilkerson and Aiken 2003, gives the same guarantee but stores twice as
//! many hashes for it, as it also selects among the grams of the query, which is short here.)

use super::canonical::Canonical;
use super::rice;
use crate::error::{Error, ErrorCode, Result};

/// Every copied passage of at least this many characters is found.
pub const MIN_STRETCH: usize = 40;
/// Number of characters hashed together.
const GRAM: usize = 31;
/// Distance between two stored grams; any `GRAM + 2 * STEP - 1` characters contain two whole ones.
const STEP: usize = 5;
const _: () = assert!(GRAM + 2 * STEP - 1 == MIN_STRETCH);
/// The shortest passage that is reported: two grams.
const SURE: usize = GRAM + STEP;

const MAGIC: &[u8; 4] = b"LWSI";
const VERSION: u8 = 1;
/// `MAGIC`, version, `GRAM`, `STEP`, width of the Rice code (one byte each), number of hashes (4 bytes,
/// little endian).
const HEADER: usize = 12;

/// Hashes of songs, for finding passages that a text copied word for word.
///
/// Texts are compared as lower-case letters, digits and single spaces after the cleaning of
/// [`Normalize::Songs`](super::Normalize::Songs), so changed commas, line breaks or titles do not hide a
/// copy.
///
/// Guarantees for an index of `n` hashes (5.6 million characters of songs give 1.1 million hashes, at about
/// 13.4 bits each a file of 1.9 MB):
///
/// - Every copied passage of at least [`MIN_STRETCH`] characters is found, at most
///   [`STRETCH_SLACK`](Self::STRETCH_SLACK) characters short at either end.
/// - Characters that are in no song are reported only by chance. A single gram collides with one of the songs
///   with probability `n / 2^32` (1 in 3,900), and a passage needs two: about 1 in 7,500 texts of 2,000
///   characters shows a false passage, and 1 in 1,900 true passages looks longer than it is.
/// - A passage is built from hits that each share 26 characters with the next, not from positions in the
///   songs. Only if two songs share such 26 characters can a passage that switches between them there look
///   like a single one.
///
/// ```
/// use liedwerk::text::SongIndex;
/// let songs = "=== Nelly Gray\nThere's a low green valley on the old Kentucky shore,\nThere I've whiled";
/// let index = SongIndex::from_bytes(&SongIndex::build(songs).to_bytes())?;
/// let text = "I know there's a low, green valley\non the old Kentucky shore!";
/// let [stretch] = index.find(text)[..] else { panic!("one stretch") };
/// // The last letter is not sure.
/// assert_eq!(&text[stretch.start..stretch.end], "there's a low, green valley\non the old Kentucky shor");
/// assert_eq!(stretch.characters, 51);
/// # Ok::<(), liedwerk::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SongIndex {
    /// Ascending, without duplicates.
    hashes: Vec<u32>,
}

/// A passage of a text that occurs in the songs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stretch {
    /// Byte offset of its start in the text; a letter or digit, as is its end.
    pub start: usize,
    /// Byte offset just past its end.
    pub end: usize,
    /// Number of letters, digits and single spaces that certainly occur in the songs; at least 34.
    pub characters: usize,
}

impl Stretch {
    /// Whether it may be longer than `characters`, counting what may be missing at both ends.
    pub fn may_exceed(&self, characters: usize) -> bool {
        self.characters + 2 * SongIndex::STRETCH_SLACK > characters
    }
}

impl SongIndex {
    /// Number of further characters that may belong to a passage at either end: up to four between two grams,
    /// and a space that is not reported at an end.
    pub const STRETCH_SLACK: usize = STEP;

    /// Builds the index of these songs; empty for texts shorter than 31 characters.
    pub fn build(songs: &str) -> Self {
        let mut hashes: Vec<u32> =
            Canonical::of(songs).characters.windows(GRAM).step_by(STEP).map(hash).collect();
        hashes.sort_unstable();
        hashes.dedup();
        Self { hashes }
    }

    /// Number of hashes.
    pub fn len(&self) -> usize {
        self.hashes.len()
    }

    /// Whether the index has no hashes and so finds nothing.
    pub fn is_empty(&self) -> bool {
        self.hashes.is_empty()
    }

    /// The content of an index file.
    ///
    /// # Panics
    /// With more than 2^32 - 1 hashes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let count = u32::try_from(self.hashes.len()).expect("fewer than 2^32 songs");
        let (width, code) = rice::encode(&self.hashes);
        let mut bytes = MAGIC.to_vec();
        bytes.extend([VERSION, GRAM as u8, STEP as u8, width]);
        bytes.extend(count.to_le_bytes());
        bytes.extend(code);
        bytes
    }

    /// Reads an index file.
    ///
    /// # Errors
    /// `bad-index` if it is not an index, has another version, or is truncated or damaged.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        let bad = |message: &str| Error::new(ErrorCode::BadIndex, format!("the index of songs {message}"));
        let Some((&[m0, m1, m2, m3, version, gram, step, width, c0, c1, c2, c3], code)) =
            bytes.split_first_chunk::<HEADER>()
        else {
            return Err(bad("is too short"));
        };
        if [m0, m1, m2, m3] != *MAGIC {
            return Err(bad("does not begin like one"));
        }
        if [version, gram, step] != [VERSION, GRAM as u8, STEP as u8] {
            return Err(bad("has another version; build it anew"));
        }
        let count = u32::from_le_bytes([c0, c1, c2, c3]) as usize;
        let hashes = rice::decode(width, count, code).ok_or_else(|| bad("is cut off or damaged"))?;
        Ok(Self { hashes })
    }

    /// Returns the passages of `text` that occur in the songs, in reading order.
    ///
    /// They do not overlap: where two would, the longer one keeps the shared part, and the rest of the other
    /// is returned only if it is long enough by itself.
    pub fn find(&self, text: &str) -> Vec<Stretch> {
        let Canonical { characters, offsets } = Canonical::of(text);
        let owners = self.owners(&characters);
        let mut found = Vec::new();
        let mut begin = 0;
        while begin < owners.len() {
            let owner = owners[begin];
            let same = owners[begin..].iter().take_while(|&&other| other == owner).count();
            if owner != NOBODY && same >= SURE {
                let first = begin + usize::from(characters[begin] == b' ');
                let last = begin + same - 1;
                let last = last - usize::from(characters[last] == b' ');
                let (start, end) = (offsets[first], offsets[last] + 1);
                found.push(Stretch { start, end, characters: last + 1 - first });
            }
            begin += same;
        }
        found
    }

    /// For each character, the longest run of hits that covers it, as (begin, end).
    fn owners(&self, characters: &[u8]) -> Vec<(usize, usize)> {
        let mut hits = Vec::with_capacity(characters.len());
        for gram in characters.windows(GRAM) {
            hits.push(self.hashes.binary_search(&hash(gram)).is_ok());
        }
        let mut owners = vec![NOBODY; characters.len()];
        for begin in 0..hits.len() {
            if !hits[begin] || begin >= STEP && hits[begin - STEP] {
                continue;
            }
            let mut last = begin;
            while hits.get(last + STEP) == Some(&true) {
                last += STEP;
            }
            let run = (begin, last + GRAM);
            if last > begin {
                for owner in &mut owners[run.0..run.1] {
                    if owner.1 - owner.0 < run.1 - run.0 {
                        *owner = run;
                    }
                }
            }
        }
        owners
    }
}

/// Marks a character that no run covers.
const NOBODY: (usize, usize) = (0, 0);

/// The upper half of a polynomial of the gram's bytes modulo 2^64 (with Knuth's multiplier), multiplied once
/// more: the lower bits of such a polynomial depend on its last bytes only.
#[inline(never)] // If unrolled into the search, it would add a kilobyte to the page.
fn hash(gram: &[u8]) -> u32 {
    const MULTIPLIER: u64 = 6_364_136_223_846_793_005;
    let sum = gram.iter().fold(0_u64, |sum, &byte| (sum ^ u64::from(byte)).wrapping_mul(MULTIPLIER));
    ((sum ^ (sum >> 32)).wrapping_mul(MULTIPLIER) >> 32) as u32
}
