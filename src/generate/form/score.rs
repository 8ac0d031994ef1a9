//! What makes a line better than another.

use std::collections::{BTreeMap, BTreeSet};

use crate::text::is_stop_word;
use crate::text::rhyme::{Lexicon, Listed, Rhyme, last_word, words_of};

/// How much each part of a line's score counts. Logarithms are natural, means are over the line's tokens (of a model
/// of characters, over every four).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Weights {
    /// For a perfect rhyme where one is asked for; a near one gets half of it.
    pub rhyme: f32,
    /// The same where no scheme is asked for, and the line can rhyme with one that has no rhyme yet.
    pub free_rhyme: f32,
    /// Times the line's mean log-probability.
    pub likely: f32,
    /// Times its pointwise mutual information with the title.
    pub title: f32,
    /// The price of each sequence of three words that came before (in this line, too), three times as high where it came
    /// twice, and so on; of each word that comes twice in the line, and of beginning with two words that a line begins
    /// with already.
    pub repeat: f32,
    /// The price of each word that is in no word list.
    pub unlisted: f32,
    /// The price of each syllable too many or too few.
    pub syllable: f32,
    /// The price of a last word that another line ended with, or that hardly any word rhymes with where a rhyme
    /// is to come; and of a sentence or a quotation that is open at the end of a stanza.
    pub ending: f32,
    /// The price of each nat by which the last word is less likely than one in a thousand.
    pub strained: f32,
}

impl Default for Weights {
    fn default() -> Self {
        Self {
            rhyme: 3.0,
            free_rhyme: 2.0,
            likely: 0.6,
            title: 1.5,
            repeat: 0.6,
            unlisted: 1.5,
            syllable: 0.5,
            ending: 0.8,
            strained: 2.0,
        }
    }
}

/// A line's score, part by part: prices are negative.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Scores {
    /// For the rhyme.
    pub rhyme: f32,
    /// For how likely the model finds the line.
    pub likely: f32,
    /// For how much likelier its title makes it.
    pub title: f32,
    /// For repetitions.
    pub repeats: f32,
    /// For words that are in no list.
    pub words: f32,
    /// For its length.
    pub length: f32,
    /// For its last word.
    pub ending: f32,
}

impl Scores {
    /// The sum of all parts.
    pub fn total(&self) -> f32 {
        self.parts().iter().map(|(_, value)| value).sum()
    }

    /// Each part with its name, as JavaScript and `--json` see it.
    pub fn parts(&self) -> [(&'static str, f32); 7] {
        [
            ("rhyme", self.rhyme),
            ("likely", self.likely),
            ("title", self.title),
            ("repeats", self.repeats),
            ("words", self.words),
            ("length", self.length),
            ("ending", self.ending),
        ]
    }

    /// The part in which this line falls furthest behind `best`.
    pub fn lost_by(&self, best: &Self) -> &'static str {
        let behind =
            self.parts().into_iter().zip(best.parts()).map(|((name, own), (_, best))| (name, best - own));
        let worst =
            behind.fold(("", f32::NEG_INFINITY), |worst, part| if part.1 > worst.1 { part } else { worst });
        worst.0
    }
}

/// Words that leave a line hanging when they end it.
const HANGING: [&str; 40] = [
    "a", "an", "the", "of", "and", "or", "but", "my", "your", "our", "their", "his", "its", "than", "as",
    "if", "from", "with", "to", "at", "i", "der", "den", "dem", "des", "ein", "eine", "einen", "einem",
    "einer", "und", "oder", "mein", "dein", "sein", "meine", "deine", "im", "am", "zum",
];

/// Whether a line should not end with this word.
pub(super) fn hangs(word: &str) -> bool {
    HANGING.contains(&word)
}

/// What the next line is measured against.
pub(super) struct SoFar {
    /// Words of the title: they need no list.
    pub title: Vec<String>,
    /// Lines of the song.
    pub lines: Vec<String>,
    /// How often each came.
    triples: BTreeMap<[String; 3], usize>,
    ends: Vec<String>,
}

/// What is asked of the next line.
pub(super) struct Asked<'a> {
    /// The last words that it is to rhyme with.
    pub rhymes: &'a [String],
    /// Whether that is only welcome.
    pub free: bool,
    /// Whether a later line is to rhyme with it.
    pub opens: bool,
    /// Whether it is the last of its stanza.
    pub closes: bool,
    pub syllables: Option<(usize, usize)>,
}

impl SoFar {
    pub fn new(title: &str) -> Self {
        let title = words_of(title).collect();
        Self { title, lines: Vec::new(), triples: BTreeMap::new(), ends: Vec::new() }
    }

    pub fn push(&mut self, line: &str) {
        for triple in triples(line) {
            *self.triples.entry(triple).or_default() += 1;
        }
        self.ends.extend(last_word(line));
        self.lines.push(line.to_owned());
    }

    /// The last words of all lines.
    pub fn ends(&self) -> &[String] {
        &self.ends
    }

    /// The last word of one of the last `lines` lines, a stanza in the making, that a rhyme would suit where no scheme
    /// says so: of the line before the last, as in ABAB, or else of the last, as in AABB, unless it has one already.
    pub fn unrhymed(&self, lexicon: &Lexicon, lines: usize) -> Option<String> {
        let ends: Vec<String> = self.lines[self.lines.len() - lines..]
            .iter()
            .map(|line| last_word(line).unwrap_or_default())
            .collect();
        let is_open = |at: &usize| !ends.iter().any(|other| lexicon.rhyme(&ends[*at], other).is_some());
        let at = [2, 1].into_iter().filter_map(|back| lines.checked_sub(back)).find(is_open)?;
        Some(ends[at].clone())
    }

    /// How the line rhymes with all that it is to rhyme with; `None` if it does not, or ends like one of them.
    pub fn rhyme(&self, lexicon: &Lexicon, line: &str, asked: &Asked<'_>) -> Option<Rhyme> {
        let last = last_word(line)?;
        let mut grades = asked.rhymes.iter().map(|word| lexicon.rhyme(word, &last));
        let first = grades.next()??;
        grades.try_fold(first, |least, grade| Some(least.min(grade?)))
    }

    /// All parts of the score but those that need the model.
    pub fn rate(&self, lexicon: &Lexicon, line: &str, asked: &Asked<'_>, weights: &Weights) -> Scores {
        let words: Vec<String> = words_of(line).collect();
        let perfect = if asked.free { weights.free_rhyme } else { weights.rhyme };
        let rhyme = match self.rhyme(lexicon, line, asked) {
            Some(Rhyme::Perfect) => perfect,
            Some(Rhyme::Near) => perfect * 0.5,
            None => 0.0,
        };
        let known = |word: &&String| lexicon.listed(word).is_none() && !self.title.contains(word);
        let unlisted = words.iter().filter(known).count();
        let mut within = BTreeSet::new();
        let again: usize = triples(line)
            .map(|triple| {
                let times = self.triples.get(&triple).copied().unwrap_or_default();
                (times * (times + 1) / 2).max(usize::from(!within.insert(triple)))
            })
            .sum();
        let twice = words.iter().enumerate().filter(|(at, word)| {
            words[..*at].contains(word) && word.len() > 1 && !is_stop_word(word, lexicon.language())
        });
        let same_line = self.lines.iter().filter(|other| *other == line).count();
        let begins = |other: &String| words_of(other).take(2).eq(words.iter().take(2).cloned());
        let begun = usize::from(words.len() > 1 && self.lines.iter().any(begins));
        let repeats = again + twice.count() + begun + 4 * same_line;
        let off = asked.syllables.map_or(0, |(least, most)| {
            let syllables = lexicon.syllables(line);
            least.saturating_sub(syllables) + syllables.saturating_sub(most)
        });
        Scores {
            rhyme,
            repeats: -weights.repeat * repeats as f32,
            words: -weights.unlisted * unlisted as f32,
            length: -weights.syllable * off as f32,
            ending: -weights.ending * self.bad_endings(lexicon, line, asked),
            ..Scores::default()
        }
    }

    /// How many objections there are to the end of a line.
    fn bad_endings(&self, lexicon: &Lexicon, line: &str, asked: &Asked<'_>) -> f32 {
        /// Fewer rhymes than that are hard to go on with.
        const ENOUGH_RHYMES: usize = 8;
        let Some(last) = last_word(line) else { return 2.0 };
        let used = self.ends.contains(&last) || hangs(&last);
        let lonely = asked.opens && lexicon.perfect_rhymes(&last, Listed::Known) < ENOUGH_RHYMES;
        let open = asked.closes && !line.trim_end_matches(['"', '\'']).ends_with(['.', '!', '?']);
        let quotes =
            self.lines.iter().map(String::as_str).chain([line]).map(|line| line.matches('"').count());
        let unquoted = asked.closes && quotes.sum::<usize>() % 2 == 1;
        [used, lonely, open, unquoted].into_iter().map(|objection| f32::from(u8::from(objection))).sum()
    }
}

fn triples(line: &str) -> impl Iterator<Item = [String; 3]> {
    let words: Vec<String> = words_of(line).collect();
    let triples: Vec<[String; 3]> =
        words.windows(3).map(|three| [three[0].clone(), three[1].clone(), three[2].clone()]).collect();
    triples.into_iter()
}
