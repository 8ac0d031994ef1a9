//! Which stretches of a text stand in the songs that a model learned from.
//!
//! Of the songs every fifth 31-gram is kept, as a hash; a text is asked at every character. A stretch that
//! stands in the songs then shows as hits five characters apart, and every stretch of 40 characters holds at
//! least two of them. (Winnowing, Schleimer, Wilkerson and Aiken 2003, has the same guarantee, but keeps twice
//! as many hashes for it: it also chooses among the grams of the text asked about, which here is short.)

use super::canonical::Canonical;
use super::rice;
use crate::error::{Error, ErrorCode, Result};

/// Every stretch of so many characters that stands in the songs is found.
pub const MIN_STRETCH: usize = 40;
/// Characters hashed together.
const GRAM: usize = 31;
/// Characters between two grams that are kept; of `GRAM + 2 * STEP - 1` characters, two whole grams are.
const STEP: usize = 5;
const _: () = assert!(GRAM + 2 * STEP - 1 == MIN_STRETCH);
/// The shortest stretch that is sure: two grams.
const SURE: usize = GRAM + STEP;

const MAGIC: &[u8; 4] = b"LWSI";
const VERSION: u8 = 1;
/// `MAGIC`, version, `GRAM`, `STEP`, width of the Rice code (a byte each), number of hashes (4 bytes, little
/// endian).
const HEADER: usize = 12;

/// Hashes of songs, to find what a text took from them word for word.
///
/// Texts are compared as lower-case letters, digits and single spaces, after the cleaning of
/// [`Normalize::Songs`](super::Normalize::Songs): neither a comma nor a line break nor a title tells a copy from
/// its original.
///
/// What is promised, for an index of `n` hashes (5.6 million characters of songs give 1.1 million, and with
/// about 13.4 bits each a file of 1.9 MB):
///
/// - Every stretch of at least [`MIN_STRETCH`] characters is found, up to [`STRETCH_SLACK`](Self::STRETCH_SLACK)
///   characters short at either end.
/// - Characters that stand in no song are reported only by chance. A single gram is taken for one of the songs
///   with probability `n / 2^32` (1 in 3,900), a whole stretch needs two: about 1 in 7,500 texts of 2,000
///   characters shows one that is not there, and 1 in 1,900 true stretches seems longer than it is.
/// - A stretch is read off hits that each share 26 characters with the next, not off places in the songs. Only
///   where two songs have such 26 characters in common can one that changes from one to the other there seem to
///   be one piece.
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
    /// Ascending, each once.
    hashes: Vec<u32>,
}

/// A part of a text that stands in the songs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stretch {
    /// Where it begins in the text, in bytes; a letter or digit, as at the end.
    pub start: usize,
    /// The byte after its end.
    pub end: usize,
    /// How many letters, digits and single spaces are sure to stand in the songs; at least 34.
    pub characters: usize,
}

impl Stretch {
    /// Whether it can be longer than so many characters: what is sure, and what may be missing at both ends.
    pub fn may_exceed(&self, characters: usize) -> bool {
        self.characters + 2 * SongIndex::STRETCH_SLACK > characters
    }
}

impl SongIndex {
    /// How many more characters may belong to a stretch at either end: up to four between two grams, and a
    /// space that is not reported at an end.
    pub const STRETCH_SLACK: usize = STEP;

    /// The index of these songs. Of songs with fewer than 31 characters it is empty.
    pub fn build(songs: &str) -> Self {
        let mut hashes: Vec<u32> =
            Canonical::of(songs).characters.windows(GRAM).step_by(STEP).map(hash).collect();
        hashes.sort_unstable();
        hashes.dedup();
        Self { hashes }
    }

    /// How many hashes it holds.
    pub fn len(&self) -> usize {
        self.hashes.len()
    }

    /// Whether it holds none, and hence finds nothing.
    pub fn is_empty(&self) -> bool {
        self.hashes.is_empty()
    }

    /// The content of an index file.
    ///
    /// # Panics
    /// With more than 2^32 - 1 hashes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let count = u32::try_from(self.hashes.len()).expect("there are not so many songs");
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
    /// `bad-index` when it is no index, one of another version, cut off or damaged.
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

    /// The stretches of `text` that stand in the songs, in reading order.
    ///
    /// None overlaps another: where two do, the longer one keeps what they share, and the rest of the other is
    /// given only if it is long enough by itself.
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

    /// For each character the longest run of hits that covers it, as begin and end.
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

/// The run of a character that no run covers.
const NOBODY: (usize, usize) = (0, 0);

/// The polynomial of the gram's bytes modulo 2^64 (Knuth's multiplier), and of that the upper half after one
/// more multiplication: the lower bits of such a polynomial depend on its last bytes only.
#[inline(never)] // Unrolled in the search, it would be a kilobyte of the page.
fn hash(gram: &[u8]) -> u32 {
    const MULTIPLIER: u64 = 6_364_136_223_846_793_005;
    let sum = gram.iter().fold(0_u64, |sum, &byte| (sum ^ u64::from(byte)).wrapping_mul(MULTIPLIER));
    ((sum ^ (sum >> 32)).wrapping_mul(MULTIPLIER) >> 32) as u32
}
