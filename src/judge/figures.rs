//! Counts and fractions that describe songs.

use super::phrases::{counts, is_chain, longest_repetition};
use super::songs::Song;
use crate::text::SongIndex;
use crate::text::rhyme::{Lexicon, Rhyme, words_of};

/// Passages longer than this many characters count as copied.
pub const VERBATIM: usize = 60;

/// A count out of a total.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Share {
    /// The count.
    pub part: usize,
    /// The total.
    pub all: usize,
}

/// Figures of one or several songs; they can be added up.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Figures {
    /// Number of songs.
    pub songs: usize,
    /// Number of stanzas, including repeated ones.
    pub stanzas: usize,
    /// Number of lines.
    pub lines: usize,
    /// Number of words.
    pub words: usize,
    /// Pairs of lines that rhyme, out of those that must rhyme by the scheme; near rhymes count.
    pub asked: Share,
    /// The same, counting perfect rhymes only.
    pub asked_perfect: Share,
    /// Stanzas of four lines that rhyme AABB, ABAB or XAXA; near rhymes count.
    pub quatrains: Share,
    /// The same, counting perfect rhymes only.
    pub quatrains_perfect: Share,
    /// Words listed in the lexicon.
    pub listed: Share,
    /// Distinct word trigrams, out of all trigrams of the song; a repeated stanza counts once.
    pub distinct: Share,
    /// The longest sequence of words repeated within a song, apart from repeated stanzas.
    pub longest: Vec<String>,
    /// Songs that are chains: see [`CHAIN_WORDS`](super::CHAIN_WORDS).
    pub chains: Share,
    /// Characters in passages of the training songs that may be longer than [`VERBATIM`].
    pub verbatim: Share,
    /// Words in no list, in order of appearance; only the first few of each added song.
    pub strange: Vec<String>,
}

impl Share {
    /// The fraction, from 0 to 1; 0 if the total is 0.
    pub fn value(self) -> f64 {
        self.part as f64 / self.all.max(1) as f64
    }

    fn count(&mut self, is: bool) {
        self.part += usize::from(is);
        self.all += 1;
    }

    fn add(&mut self, other: Self) {
        self.part += other.part;
        self.all += other.all;
    }
}

impl Figures {
    /// Computes the figures of one song. Words of its title need not be listed. Without an index nothing
    /// counts as copied.
    ///
    /// ```
    /// use liedwerk::judge::{Figures, songs};
    /// use liedwerk::text::{Language, rhyme::Lexicon};
    /// let lexicon = Lexicon::build(Language::German, "", "");
    /// let song = &songs("=== Lied | old | AABB\nIm Haus\nist's aus,\nbei Nacht\nerwacht.")[0];
    /// let figures = Figures::of(song, &lexicon, None);
    /// assert_eq!((figures.asked_perfect.part, figures.asked.all), (2, 2));
    /// assert_eq!(figures.quatrains.value(), 1.0);
    /// ```
    pub fn of(song: &Song, lexicon: &Lexicon, index: Option<&SongIndex>) -> Self {
        let mut figures = Self { songs: 1, stanzas: song.stanzas.len(), ..Self::default() };
        figures.lines = song.lines().count();
        for stanza in &song.stanzas {
            figures.rhymes(stanza, song.scheme(), lexicon);
        }
        let title: Vec<String> = words_of(&song.title).collect();
        for word in song.lines().flat_map(words_of) {
            let known = lexicon.listed(&word).is_some() || title.contains(&word);
            figures.listed.count(known);
            if !known && !figures.strange.contains(&word) {
                figures.strange.push(word);
            }
        }
        figures.words = figures.listed.all;
        let once = song.written_once();
        let lines = || once.iter().flat_map(|stanza| stanza.iter().map(String::as_str));
        let triples = counts(lines(), 3);
        figures.distinct = Share { part: triples.len(), all: triples.values().sum() };
        figures.longest = longest_repetition(lines());
        figures.chains.count(is_chain(lines()));
        if let Some(index) = index {
            let text = song.text();
            let copied = index.find(&text).into_iter().filter(|stretch| stretch.may_exceed(VERBATIM));
            let characters = |range: std::ops::Range<usize>| text[range].chars().count();
            figures.verbatim.part = copied.map(|stretch| characters(stretch.start..stretch.end)).sum();
            figures.verbatim.all = text.chars().count();
        }
        figures
    }

    fn rhymes(&mut self, stanza: &[String], scheme: Option<&str>, lexicon: &Lexicon) {
        let rhyme = |a: usize, b: usize| lexicon.lines_rhyme(&stanza[a], &stanza[b]);
        if let Some(scheme) = scheme {
            for (at, pair) in pairs(scheme, stanza.len()) {
                let grade = rhyme(at, pair);
                self.asked.count(grade.is_some());
                self.asked_perfect.count(grade == Some(Rhyme::Perfect));
            }
        }
        if stanza.len() == 4 {
            let all = |pairs: &[(usize, usize)], least: Rhyme| {
                pairs.iter().all(|&(a, b)| rhyme(a, b).is_some_and(|grade| grade >= least))
            };
            // ABAB is XAXA with one more rhyme.
            let rhymes = |least| all(&[(1, 3)], least) || all(&[(0, 1), (2, 3)], least);
            self.quatrains.count(rhymes(Rhyme::Near));
            self.quatrains_perfect.count(rhymes(Rhyme::Perfect));
        }
    }

    /// Adds another song's figures; of the longest repetitions the longer one is kept.
    pub fn add(&mut self, other: Self) {
        self.songs += other.songs;
        self.stanzas += other.stanzas;
        self.lines += other.lines;
        self.words += other.words;
        self.asked.add(other.asked);
        self.asked_perfect.add(other.asked_perfect);
        self.quatrains.add(other.quatrains);
        self.quatrains_perfect.add(other.quatrains_perfect);
        self.listed.add(other.listed);
        self.distinct.add(other.distinct);
        self.chains.add(other.chains);
        self.verbatim.add(other.verbatim);
        if other.longest.len() > self.longest.len() {
            self.longest = other.longest;
        }
        self.strange.extend(other.strange.into_iter().take(5));
    }
}

/// The lines of a stanza that must rhyme, each paired with the previous line that has the same letter.
fn pairs(scheme: &str, lines: usize) -> Vec<(usize, usize)> {
    let scheme = scheme.as_bytes();
    let letter = |at: usize| (at / scheme.len(), scheme[at % scheme.len()]);
    let partner = |at: usize| (0..at).rev().find(|&before| letter(before) == letter(at));
    let rhyming = (0..lines).filter(|&at| letter(at).1 != b'X');
    rhyming.filter_map(|at| Some((partner(at)?, at))).collect()
}
