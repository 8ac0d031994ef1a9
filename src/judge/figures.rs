//! What is counted in songs, and the shares that come of it.

use super::phrases::{counts, is_chain, longest_repetition};
use super::songs::Song;
use crate::text::SongIndex;
use crate::text::rhyme::{Lexicon, Rhyme, words_of};

/// Stretches over so many characters count as copied.
pub const VERBATIM: usize = 60;

/// So many of so many.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Share {
    /// Those that are meant.
    pub part: usize,
    /// All.
    pub all: usize,
}

/// What was counted in songs. Figures of several songs add up.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Figures {
    /// Songs.
    pub songs: usize,
    /// Stanzas, those that come back included.
    pub stanzas: usize,
    /// Lines.
    pub lines: usize,
    /// Words.
    pub words: usize,
    /// Pairs of lines that rhyme of those that are to rhyme by the scheme; near rhymes count.
    pub asked: Share,
    /// The same, only perfect rhymes.
    pub asked_perfect: Share,
    /// Stanzas of four lines that rhyme AABB, ABAB or XAXA; near rhymes count.
    pub quatrains: Share,
    /// The same, only perfect rhymes.
    pub quatrains_perfect: Share,
    /// Words that the lexicon lists.
    pub listed: Share,
    /// Sequences of three words, each once, of all in their song; of a stanza that comes back, once.
    pub distinct: Share,
    /// The most words that a song repeats in a row outside stanzas that come back.
    pub longest: Vec<String>,
    /// Songs that are chains: see [`CHAIN_WORDS`](super::CHAIN_WORDS).
    pub chains: Share,
    /// Characters in stretches that may be longer than [`VERBATIM`] and stand in the training songs.
    pub verbatim: Share,
    /// Words that are in no list, in the order they came; of each song the first few.
    pub strange: Vec<String>,
}

impl Share {
    /// From 0 to 1; 0 of nothing.
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
    /// The figures of one song. Words of its title need not be listed. Without an index nothing is copied.
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
            // ABAB is XAXA with one rhyme more.
            let rhymes = |least| all(&[(1, 3)], least) || all(&[(0, 1), (2, 3)], least);
            self.quatrains.count(rhymes(Rhyme::Near));
            self.quatrains_perfect.count(rhymes(Rhyme::Perfect));
        }
    }

    /// Adds another song's figures; of the longest repetitions the longer one stays.
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

/// Lines of a stanza that are to rhyme, each with the one before it that has its letter.
fn pairs(scheme: &str, lines: usize) -> Vec<(usize, usize)> {
    let scheme = scheme.as_bytes();
    let letter = |at: usize| (at / scheme.len(), scheme[at % scheme.len()]);
    let partner = |at: usize| (0..at).rev().find(|&before| letter(before) == letter(at));
    let rhyming = (0..lines).filter(|&at| letter(at).1 != b'X');
    rhyming.filter_map(|at| Some((partner(at)?, at))).collect()
}
