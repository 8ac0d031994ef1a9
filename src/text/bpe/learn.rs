//! Learns merges from text.
//!
//! Follows `BpeTrainer` of `tokenizers` 0.23 step by step, including its use of stale counts, so that both
//! learn the same merges from the same lines.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap, HashMap};

use super::added::{AddedToken, AddedTokens};
use super::{BpeTokenizer, Merge, Normalizer, begun, bytes, words};
use crate::text::END_OF_TEXT;

/// Settings of a tokenizer besides its merges.
struct Scheme {
    /// Names of the first ids.
    specials: &'static [&'static str],
    add_prefix_space: bool,
    normalizer: Normalizer,
}

type Pair = (u32, u32);

/// Learns a byte-level BPE with `<pad>`, `<start>`, `<end>`, the 256 bytes and enough merges for `vocab_size`
/// ids, fewer if the texts have no more pairs. Deterministic; the order of the texts does not matter.
///
/// The most frequent pair is merged first; ties go to the pair with the smaller ids. A merge that would spell
/// the name of a special token is skipped.
pub fn learn_bpe<'a>(
    texts: impl IntoIterator<Item = &'a str>,
    vocab_size: usize,
    normalizer: Normalizer,
) -> BpeTokenizer {
    learn_bpe_with(texts, vocab_size, normalizer, &["<pad>", "<start>", "<end>"])
}

/// [`learn_bpe`] with other special tokens.
pub(crate) fn learn_bpe_with<'a>(
    texts: impl IntoIterator<Item = &'a str>,
    vocab_size: usize,
    normalizer: Normalizer,
    specials: &'static [&'static str],
) -> BpeTokenizer {
    learn(texts, vocab_size, Scheme { specials, add_prefix_space: true, normalizer })
}

/// Learns a byte-level BPE like GPT-2's, for a language model: `<|endoftext|>` has id 0, nothing is
/// normalised, and no space is added before a text. Everything else is as in [`learn_bpe`].
///
/// ```
/// let tokenizer = liedwerk::text::learn_text_bpe(["so, so,\n so"], 260);
/// let ids = tokenizer.encode("so\n so 👍");
/// assert_eq!(tokenizer.decode(&ids), "so\n so 👍");
/// ```
pub fn learn_text_bpe<'a>(texts: impl IntoIterator<Item = &'a str>, vocab_size: usize) -> BpeTokenizer {
    learn(texts, vocab_size, Scheme { specials: &[END_OF_TEXT], ..Scheme::as_written() })
}

/// Learns a byte-level BPE for songs that follow each other without a special token in between: like
/// [`learn_text_bpe`], but without `<|endoftext|>`.
pub fn learn_song_bpe<'a>(texts: impl IntoIterator<Item = &'a str>, vocab_size: usize) -> BpeTokenizer {
    learn(texts, vocab_size, Scheme::as_written())
}

impl Scheme {
    /// Normalises and adds nothing, since a text may start in the middle of a line.
    fn as_written() -> Self {
        Self { specials: &[], add_prefix_space: false, normalizer: Normalizer::default() }
    }
}

fn learn<'a>(texts: impl IntoIterator<Item = &'a str>, vocab_size: usize, scheme: Scheme) -> BpeTokenizer {
    let mut counts: BTreeMap<String, i64> = BTreeMap::new();
    for text in texts {
        for word in words(&begun(scheme.add_prefix_space, scheme.normalizer.apply(text))) {
            match counts.get_mut(word) {
                Some(count) => *count += 1,
                None => _ = counts.insert(word.to_owned(), 1),
            }
        }
    }
    let mut tokens: Vec<String> = scheme.specials.iter().map(|&name| name.to_owned()).collect();
    tokens.extend(bytes::alphabet().iter().map(char::to_string));
    let mut learner = Learner::new(&counts, tokens);
    learner.learn(vocab_size, scheme.specials);
    learner.into_tokenizer(scheme)
}

/// A pair that may be merged, with the words it occurs in. The heap yields the largest count, then the
/// smallest pair.
type Candidate = (u64, Reverse<Pair>, Vec<usize>);

struct Learner {
    tokens: Vec<String>,
    ids: HashMap<String, u32>,
    /// The distinct words as ids, with their counts.
    words: Vec<(Vec<u32>, i64)>,
    pair_counts: HashMap<Pair, i64>,
    queue: BinaryHeap<Candidate>,
    /// Merges in the order learned, with the resulting ids.
    merges: Vec<(Pair, u32)>,
}

impl Learner {
    fn new(counts: &BTreeMap<String, i64>, tokens: Vec<String>) -> Self {
        let ids: HashMap<String, u32> = tokens.iter().cloned().zip(0..).collect();
        let id_of_byte = |byte: u8| ids[&bytes::to_char(byte).to_string()];
        let words: Vec<(Vec<u32>, i64)> =
            counts.iter().map(|(word, &count)| (word.bytes().map(id_of_byte).collect(), count)).collect();
        let mut learner = Self {
            tokens,
            ids,
            words,
            pair_counts: HashMap::new(),
            queue: BinaryHeap::new(),
            merges: Vec::new(),
        };
        let mut positions = BTreeMap::new();
        for (at, (word, count)) in learner.words.iter().enumerate() {
            for pair in word.windows(2) {
                let pair = (pair[0], pair[1]);
                *learner.pair_counts.entry(pair).or_default() += count;
                note(&mut positions, pair, at);
            }
        }
        learner.enqueue(positions);
        learner
    }

    fn learn(&mut self, vocab_size: usize, specials: &[&str]) {
        while self.tokens.len() < vocab_size {
            let Some((count, Reverse(pair), positions)) = self.queue.pop() else { break };
            // The library compares counts as u64, so a negative count comes first.
            let now = self.pair_counts[&pair] as u64;
            if count != now {
                self.queue.push((now, Reverse(pair), positions));
                continue;
            }
            if count == 0 {
                break;
            }
            let token = format!("{}{}", self.tokens[pair.0 as usize], self.tokens[pair.1 as usize]);
            if !specials.contains(&token.as_str()) {
                self.merge(pair, token, &positions);
            }
        }
    }

    /// Merges `pair` in the words at `positions`.
    fn merge(&mut self, pair: Pair, token: String, positions: &[usize]) {
        // Two merges may spell the same token: ab+c and a+bc.
        let id = *self.ids.entry(token).or_insert_with_key(|token| {
            self.tokens.push(token.clone());
            self.tokens.len() as u32 - 1
        });
        self.merges.push((pair, id));
        let mut formed = BTreeMap::new();
        for &at in positions {
            let (word, count) = &mut self.words[at];
            for (pair, change) in merge_in(word, pair, id) {
                *self.pair_counts.entry(pair).or_default() += change * *count;
                if change > 0 {
                    note(&mut formed, pair, at);
                }
            }
        }
        self.enqueue(formed);
    }

    fn enqueue(&mut self, positions: BTreeMap<Pair, Vec<usize>>) {
        for (pair, positions) in positions {
            let count = self.pair_counts[&pair];
            if count > 0 {
                self.queue.push((count as u64, Reverse(pair), positions));
            }
        }
    }

    fn into_tokenizer(self, scheme: Scheme) -> BpeTokenizer {
        // A pair learned twice keeps its later rank.
        let latest: BTreeMap<Pair, (usize, u32)> =
            self.merges.iter().enumerate().map(|(rank, &(pair, id))| (pair, (rank, id))).collect();
        let mut by_rank: Vec<(usize, Pair, u32)> =
            latest.iter().map(|(&pair, &(rank, id))| (rank, pair, id)).collect();
        by_rank.sort_unstable();
        let mut merges: Vec<Merge> =
            by_rank.iter().zip(0..).map(|(&(_, pair, id), rank)| Merge { pair, rank, id }).collect();
        merges.sort_unstable_by_key(|merge| merge.pair);
        let special = |(&name, id): (&&str, u32)| AddedToken::special(id, name);
        let added = scheme.specials.iter().zip(0..).map(special).collect();
        BpeTokenizer {
            added: Box::new(AddedTokens::new(added, &scheme.normalizer)),
            normalizer: scheme.normalizer,
            add_prefix_space: scheme.add_prefix_space,
            specials: (0..scheme.specials.len() as u32).collect(),
            byte_ids: (0..=u8::MAX).map(|byte| self.ids[&bytes::to_char(byte).to_string()]).collect(),
            tokens: self.tokens,
            merges,
        }
    }
}

/// Records that `pair` occurs in word `at`, once per word; words come in ascending order.
fn note(positions: &mut BTreeMap<Pair, Vec<usize>>, pair: Pair, at: usize) {
    let noted = positions.entry(pair).or_default();
    if noted.last() != Some(&at) {
        noted.push(at);
    }
}

/// Merges `pair` into `id` throughout one word and lists the changes in neighbouring pairs. Like the library,
/// it counts a pair that overlaps itself as if each occurrence stood alone.
fn merge_in(word: &mut Vec<u32>, pair: Pair, id: u32) -> Vec<(Pair, i64)> {
    let mut changes = Vec::new();
    let mut merged: Vec<u32> = Vec::with_capacity(word.len());
    let mut at = 0;
    while at < word.len() {
        if word[at] != pair.0 || word.get(at + 1) != Some(&pair.1) {
            merged.push(word[at]);
            at += 1;
            continue;
        }
        if let Some(&before) = merged.last() {
            changes.push(((before, pair.0), -1));
            changes.push(((before, id), 1));
        }
        merged.push(id);
        at += 2;
        if let Some(&after) = word.get(at) {
            changes.push(((pair.1, after), -1));
            changes.push(((id, after), 1));
        }
    }
    *word = merged;
    changes
}
