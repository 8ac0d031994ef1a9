//! Copied passages compared with a search in the plain songs, and malicious index files.

use liedwerk::rng::Rng;
use liedwerk::text::{MIN_STRETCH, Normalize, SongIndex, Stretch};
use liedwerk::{ErrorCode, Result};
use proptest::prelude::*;

/// The shortest passage that can be detected: two grams without a space at either end.
const SHORTEST: usize = 34;

/// Cleaned like songs, then reduced to letters, digits and single spaces; a trailing space stays.
fn canonical(text: &str) -> String {
    let mut out = String::new();
    for c in Normalize::Songs.normalize(text).text.chars() {
        if c.is_ascii_alphanumeric() {
            out.push(c.to_ascii_lowercase());
        } else if !out.is_empty() && !out.ends_with(' ') {
            out.push(' ');
        }
    }
    out
}

/// Words of random letters, so that no 26 characters occur twice.
fn words(rng: &mut Rng, count: usize) -> String {
    let word = |rng: &mut Rng| -> String {
        (0..1 + rng.below(8)).map(|_| char::from(b'a' + rng.below(26) as u8)).collect()
    };
    (0..count).map(|_| word(rng)).collect::<Vec<String>>().join(" ")
}

/// The same words in disguise: capitals, punctuation, line breaks, and characters not allowed in songs.
fn disguised(rng: &mut Rng, text: &str) -> String {
    const SPACES: [&str; 8] =
        [" ", " ", ", ", "\n", "!\n\n\n\n", " \u{2014} ", "\u{1f3b5} ", "\u{2026}'  (\""];
    // The last one is a mark that does not combine with the previous letter.
    const DROPPED: [&str; 3] = ["\u{e9}", "\u{1f469}\u{200d}\u{1f467}", "\u{335}"];
    let mut out = String::new();
    for c in text.chars() {
        match (c, rng.below(12)) {
            (' ', _) => out.push_str(SPACES[rng.below(SPACES.len())]),
            (c, 0) => out.push(c.to_ascii_uppercase()),
            (c, 1) => out.extend([c.to_string().as_str(), DROPPED[rng.below(DROPPED.len())]]),
            (c, _) => out.push(c),
        }
    }
    out
}

/// Begin and end of the longest match from each character of `text`, without matches inside others and
/// without spaces at the ends.
fn maximal_matches(text: &str, songs: &str) -> Vec<(usize, usize)> {
    let (text, songs) = (text.as_bytes(), songs.as_bytes());
    let mut found: Vec<(usize, usize)> = Vec::new();
    for begin in 0..text.len() {
        let common = |at: usize| text[begin..].iter().zip(&songs[at..]).take_while(|(a, b)| a == b).count();
        let end = begin + (0..songs.len()).map(common).max().unwrap_or(0);
        if found.last().is_none_or(|&(_, before)| end > before) {
            found.push((begin, end));
        }
    }
    let trimmed = |(begin, end): (usize, usize)| {
        let slice = &text[begin..end];
        (end - slice.trim_ascii_start().len(), begin + slice.trim_ascii_end().len())
    };
    found.into_iter().map(trimmed).filter(|(begin, end)| begin < end).collect()
}

/// Position of a passage in the canonical form of its text.
fn place(text: &str, stretch: &Stretch) -> (usize, usize) {
    let begin = canonical(&text[..stretch.start]).len();
    (begin, begin + stretch.characters)
}

proptest! {
    #[test]
    fn stretches_are_those_of_a_search_in_the_plain_songs(
        seed in any::<u64>(),
        pieces in prop::collection::vec((any::<bool>(), 0usize..90), 0..7),
    ) {
        let mut rng = Rng::new(seed);
        let plain = words(&mut rng, 250);
        let index = SongIndex::build(&disguised(&mut rng, &plain));
        let mut text = String::new();
        for (copied, length) in pieces {
            let begin = rng.below(plain.len() - length);
            let piece =
                if copied { plain[begin..begin + length].to_owned() } else { words(&mut rng, length / 8) };
            text += &disguised(&mut rng, &piece);
        }
        let found = index.find(&text);
        prop_assert!(found.windows(2).all(|pair| pair[0].end <= pair[1].start));
        for stretch in &found {
            let slice = canonical(&text[stretch.start..stretch.end]);
            prop_assert!(plain.contains(&slice), "{slice:?} stands in no song");
            prop_assert_eq!(slice.len(), stretch.characters);
            prop_assert!(stretch.characters >= SHORTEST && stretch.may_exceed(MIN_STRETCH));
        }
        let form = canonical(&text);
        let matches = maximal_matches(&form, &plain);
        let longest = matches.iter().map(|(begin, end)| end - begin).max().unwrap_or(0);
        if longest >= MIN_STRETCH {
            let seen = found.iter().map(|stretch| stretch.characters).max().unwrap_or(0);
            prop_assert!(seen + 2 * SongIndex::STRETCH_SLACK >= longest, "{seen} of {longest}");
        }
        for (i, &(begin, end)) in matches.iter().enumerate() {
            let overlap = |&(b, e): &(usize, usize)| e - b >= SHORTEST && b < end && begin < e;
            let alone = !matches.iter().enumerate().any(|(j, other)| i != j && overlap(other));
            if alone && end - begin >= MIN_STRETCH {
                let near = |stretch: &Stretch| {
                    let (b, e) = place(&text, stretch);
                    (begin..=begin + SongIndex::STRETCH_SLACK).contains(&b)
                        && (end - SongIndex::STRETCH_SLACK..=end).contains(&e)
                };
                prop_assert!(found.iter().any(near), "{:?} is missing", &form[begin..end]);
            }
        }
    }

    #[test]
    fn noise_is_no_index(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        prop_assert!(SongIndex::from_bytes(&bytes).is_err());
    }

    /// One byte of a valid file is changed or some are cut off: it is refused, or is a valid file of other
    /// hashes.
    #[test]
    fn damage_is_noticed_or_harmless(at in any::<prop::sample::Index>(), value in any::<u8>(), cut in 0usize..40) {
        let mut bytes = SongIndex::build(&words(&mut Rng::new(1), 200)).to_bytes();
        let at = at.index(bytes.len());
        bytes[at] = value;
        bytes.truncate(bytes.len() - cut);
        if let Ok(index) = SongIndex::from_bytes(&bytes) {
            index.find("a text");
            prop_assert_eq!(index.len(), u32::from_le_bytes(bytes[8..12].try_into().unwrap()) as usize);
        }
    }
}

#[test]
fn lying_headers_are_refused() {
    let good = SongIndex::build(&words(&mut Rng::new(1), 40)).to_bytes();
    let code = |result: Result<SongIndex>| result.unwrap_err().code();
    let with = |at: usize, value: u8| {
        let mut bytes = good.clone();
        bytes[at] = value;
        code(SongIndex::from_bytes(&bytes))
    };
    // Magic, version, gram, step, width of the code, and a count of billions.
    for (at, value) in [(0, 0), (4, 2), (5, 30), (6, 0), (7, 32), (7, 255), (11, 255)] {
        assert_eq!(with(at, value), ErrorCode::BadIndex, "byte {at}");
    }
    for bytes in [&[][..], &good[..11], &good[..good.len() - 1], &[&good[..], &[0]].concat()] {
        assert_eq!(code(SongIndex::from_bytes(bytes)), ErrorCode::BadIndex, "{} bytes", bytes.len());
    }
    assert_eq!(SongIndex::from_bytes(&good).unwrap().to_bytes(), good);
}

#[test]
fn short_texts_hold_nothing() {
    let songs = words(&mut Rng::new(2), 60);
    let index = SongIndex::build(&songs);
    for text in ["", "\n", "a", "=== a title", &songs[..30], &songs[..35]] {
        assert_eq!(index.find(text), [], "{text:?}");
    }
    for songs in ["", "too short", "=== A title that alone is longer than forty characters"] {
        let empty = SongIndex::from_bytes(&SongIndex::build(songs).to_bytes()).unwrap();
        assert!(empty.is_empty() && empty.find(&words(&mut Rng::new(2), 60)).is_empty());
    }
}

#[test]
fn of_two_that_overlap_the_longer_is_whole() {
    let [a, b, c] = [1, 2, 3].map(|seed| words(&mut Rng::new(seed), 12)[..45].trim_end().replace(' ', "x"));
    let shared = &b[..20];
    let index = SongIndex::build(&format!("{a}{a}{shared}. none of that {shared}{c}"));
    let found = index.find(&format!("{a}{a}{shared}{c}"));
    assert_eq!(found.len(), 2);
    assert!(found[0].characters >= 2 * a.len() + 20 - 5 && found[0].end <= found[1].start, "{found:?}");
    assert!(found[1].characters >= c.len() - 5, "{found:?}");
}

/// As many characters as the page's songs, and 200 other texts of 2,000 characters.
#[test]
fn a_corpus_fits_and_nothing_is_found_by_chance() {
    let mut rng = Rng::new(3);
    let songs = words(&mut rng, 1_020_000);
    let bytes = SongIndex::build(&songs).to_bytes();
    assert!(songs.len() > 5_600_000 && bytes.len() < 2_000_000, "{} bytes", bytes.len());
    let index = SongIndex::from_bytes(&bytes).unwrap();
    assert_eq!(index.find(&words(&mut rng, 73_000)), []);
    let copied = &songs[songs.len() - 60..];
    assert!(index.find(copied)[0].characters >= 50);
}
