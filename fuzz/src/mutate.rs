//! Damage as it happens, and as somebody would make it.

use liedwerk::rng::Rng;

/// A file grows no longer than this, which is more than any seed has.
const LONGEST: usize = 1 << 17;
const MOST_CHANGES: usize = 6;
/// Bytes that mean something somewhere.
const BYTES: &[u8] = b"\0\x01\x7f\x80\xff\"\\{}[](),:;.-+0123456789 \t\r\n\x1aNQRbcehjtq=&%";
/// Numbers at the limits of what holds them, and what stands for numbers in texts.
const NUMBERS: [u64; 8] = [0, 1, 0x7fff_ffff, 0xffff_ffff, 1 << 32, 1 << 61, i64::MAX as u64, u64::MAX];
const WORDS: [&str; 12] = [
    "-1",
    "0",
    "1e999",
    "4294967296",
    "18446744073709551615",
    "null",
    "[]",
    "{}",
    "\"\"",
    "\\ud800",
    "\u{feff}",
    "ü\u{308}",
];

/// One of the seeds, changed in a few places.
pub fn file(seeds: &[Vec<u8>], rng: &mut Rng) -> Vec<u8> {
    let mut file = seeds[rng.below(seeds.len())].clone();
    for _ in 0..=rng.below(MOST_CHANGES) {
        change(&mut file, seeds, rng);
    }
    file.truncate(LONGEST);
    file
}

fn change(file: &mut Vec<u8>, seeds: &[Vec<u8>], rng: &mut Rng) {
    let at = rng.below(file.len() + 1);
    let end = (at + 1 + rng.below(16)).min(file.len());
    match rng.below(10) {
        0 if at < file.len() => file[at] ^= 1 << rng.below(8),
        1 if at < file.len() => file[at] = BYTES[rng.below(BYTES.len())],
        2 if at < file.len() => file[at] = rng.below(256) as u8,
        3 => insert(file, at, &[BYTES[rng.below(BYTES.len())]]),
        4 => drop(file.drain(at..end)),
        5 => {
            let part = file[at..end].to_vec();
            insert(file, at, &part.repeat(1 + rng.below(20)));
        }
        6 => {
            let number = NUMBERS[rng.below(NUMBERS.len())].to_le_bytes();
            let length = [1, 2, 4, 8][rng.below(4)].min(file.len() - at);
            file[at..at + length].copy_from_slice(&number[..length]);
        }
        7 => replace_number(file, at, WORDS[rng.below(WORDS.len())]),
        8 => {
            let other = &seeds[rng.below(seeds.len())];
            let from = rng.below(other.len() + 1);
            let to = (from + rng.below(64)).min(other.len());
            insert(file, at, &other[from..to]);
        }
        9 if rng.below(4) == 0 => file.truncate(at),
        _ => {}
    }
}

fn insert(file: &mut Vec<u8>, at: usize, bytes: &[u8]) {
    file.splice(at..at, bytes.iter().copied());
}

/// The next digits behind `at` become something else.
fn replace_number(file: &mut Vec<u8>, at: usize, word: &str) {
    let Some(begin) = file[at..].iter().position(u8::is_ascii_digit).map(|offset| at + offset) else {
        return;
    };
    let length = file[begin..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    file.splice(begin..begin + length, word.bytes());
}
