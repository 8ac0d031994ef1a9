//! Scores lines.

use std::collections::{BTreeMap, BTreeSet};

use crate::text::is_stop_word;
use crate::text::rhyme::{Lexicon, Listed, Rhyme, last_word, words_of};

/// Weights of the parts of a line's score. Logarithms are natural; means are per token (for a character
/// model, per four characters).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Weights {
    /// Reward for a perfect rhyme where one is required; a near rhyme gets half of it.
    pub rhyme: f32,
    /// The same without a rhyme scheme, if the line rhymes with one that has no rhyme yet.
    pub free_rhyme: f32,
    /// Factor of the line's mean log-probability.
    pub likely: f32,
    /// Factor of its pointwise mutual information with the title and the lines so far.
    pub context: f32,
    /// Penalty for each sequence of three words that occurred before (also in this line), for each word that
    /// occurs twice in the line, and for starting with the same two words as an earlier line; 4 times as much
    /// for each earlier line that is the same, and 20 times for four words that occur a third time, which makes
    /// a song a chain.
    pub repeat: f32,
    /// Penalty for each content word, times the number of earlier lines with that word, less one.
    pub worn: f32,
    /// Penalty for each word that is in no word list.
    pub unlisted: f32,
    /// Penalty for each syllable too many or too few.
    pub syllable: f32,
    /// Penalty for a last word that already ended another line, or that hardly any word rhymes with although
    /// a rhyme must follow; and for a sentence or quotation left open at the end of a stanza.
    pub ending: f32,
    /// Penalty for each nat by which the last word is less likely than one in a thousand.
    pub strained: f32,
}

impl Default for Weights {
    fn default() -> Self {
        Self {
            rhyme: 8.0,
            free_rhyme: 6.0,
            likely: 2.0,
            context: 1.0,
            repeat: 2.0,
            worn: 0.4,
            unlisted: 2.5,
            syllable: 0.8,
            ending: 2.5,
            strained: 2.0,
        }
    }
}

/// Number of repetitions that a third occurrence of the same four words counts as.
const CHAIN: usize = 20;

/// The parts of a line's score; penalties are negative.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Scores {
    /// Rhyme.
    pub rhyme: f32,
    /// Likelihood under the model.
    pub likely: f32,
    /// Gain in likelihood from the title and the lines so far.
    pub context: f32,
    /// Repetitions.
    pub repeats: f32,
    /// Words that are in no list.
    pub words: f32,
    /// Length in syllables.
    pub length: f32,
    /// Last word and end of the line.
    pub ending: f32,
}

impl Scores {
    /// The sum of all parts.
    pub fn total(&self) -> f32 {
        self.parts().iter().map(|(_, value)| value).sum()
    }

    /// Each part with the name used in JavaScript and by `--json`.
    pub fn parts(&self) -> [(&'static str, f32); 7] {
        [
            ("rhyme", self.rhyme),
            ("likely", self.likely),
            ("context", self.context),
            ("repeats", self.repeats),
            ("words", self.words),
            ("length", self.length),
            ("ending", self.ending),
        ]
    }

    /// Name of the part in which this line falls furthest behind `best`.
    pub fn lost_by(&self, best: &Self) -> &'static str {
        let behind =
            self.parts().into_iter().zip(best.parts()).map(|((name, own), (_, best))| (name, best - own));
        let worst =
            behind.fold(("", f32::NEG_INFINITY), |worst, part| if part.1 > worst.1 { part } else { worst });
        worst.0
    }
}

/// Words that leave a line hanging if they end it.
const HANGING: [&str; 40] = [
    "a", "an", "the", "of", "and", "or", "but", "my", "your", "our", "their", "his", "its", "than", "as",
    "if", "from", "with", "to", "at", "i", "der", "den", "dem", "des", "ein", "eine", "einen", "einem",
    "einer", "und", "oder", "mein", "dein", "sein", "meine", "deine", "im", "am", "zum",
];

/// Whether a line should not end with this word.
pub(super) fn hangs(word: &str) -> bool {
    HANGING.contains(&word)
}

/// The lines so far, against which the next line is scored.
pub(super) struct SoFar {
    /// Words of the title; they are allowed even if no list has them.
    pub title: Vec<String>,
    /// The lines of the song.
    pub lines: Vec<String>,
    triples: BTreeSet<[String; 3]>,
    /// Number of occurrences of each sequence of four words.
    fours: BTreeMap<[String; 4], usize>,
    /// The words of each line.
    words: Vec<Vec<String>>,
    ends: Vec<String>,
}

/// Requirements for the next line.
pub(super) struct Asked<'a> {
    /// The last words it must rhyme with.
    pub rhymes: &'a [String],
    /// Whether the rhyme is optional (no scheme given).
    pub free: bool,
    /// Whether a later line must rhyme with this one.
    pub opens: bool,
    /// Whether it is the last line of its stanza.
    pub closes: bool,
    pub syllables: Option<(usize, usize)>,
}

impl SoFar {
    pub fn new(title: &str) -> Self {
        let title = words_of(title).collect();
        Self {
            title,
            lines: Vec::new(),
            triples: BTreeSet::new(),
            fours: BTreeMap::new(),
            words: Vec::new(),
            ends: Vec::new(),
        }
    }

    pub fn push(&mut self, line: &str) {
        self.triples.extend(runs(line));
        for four in runs(line) {
            *self.fours.entry(four).or_default() += 1;
        }
        self.words.push(words_of(line).collect());
        self.ends.extend(last_word(line));
        self.lines.push(line.to_owned());
    }

    /// The last words of all lines.
    pub fn ends(&self) -> &[String] {
        &self.ends
    }

    /// Without a scheme: the last word among the last `lines` lines (the current stanza) that would be good
    /// to rhyme with. This is the end of the line before last, as in ABAB, or else of the last line, as in
    /// AABB, unless that word already has a rhyme.
    pub fn unrhymed(&self, lexicon: &Lexicon, lines: usize) -> Option<String> {
        let ends: Vec<String> = self.lines[self.lines.len() - lines..]
            .iter()
            .map(|line| last_word(line).unwrap_or_default())
            .collect();
        let is_open = |at: &usize| !ends.iter().any(|other| lexicon.rhyme(&ends[*at], other).is_some());
        let at = [2, 1].into_iter().filter_map(|back| lines.checked_sub(back)).find(is_open)?;
        Some(ends[at].clone())
    }

    /// How the line rhymes with all the words it must rhyme with; `None` if it does not rhyme or repeats one
    /// of them.
    pub fn rhyme(&self, lexicon: &Lexicon, line: &str, asked: &Asked<'_>) -> Option<Rhyme> {
        let last = last_word(line)?;
        let mut grades = asked.rhymes.iter().map(|word| lexicon.rhyme(word, &last));
        let first = grades.next()??;
        grades.try_fold(first, |least, grade| Some(least.min(grade?)))
    }

    /// Computes all parts of the score that do not need the model.
    pub fn rate(&self, lexicon: &Lexicon, line: &str, asked: &Asked<'_>, weights: &Weights) -> Scores {
        let words: Vec<String> = words_of(line).collect();
        let content = |word: &&String| word.len() > 1 && !is_stop_word(word, lexicon.language());
        let perfect = if asked.free { weights.free_rhyme } else { weights.rhyme };
        let rhyme = match self.rhyme(lexicon, line, asked) {
            Some(Rhyme::Perfect) => perfect,
            Some(Rhyme::Near) => perfect * 0.5,
            None => 0.0,
        };
        let known = |word: &&String| lexicon.listed(word).is_none() && !self.title.contains(word);
        let unlisted = words.iter().filter(known).count();
        let mut within = BTreeSet::new();
        let again = runs::<3>(line)
            .filter(|triple| self.triples.contains(triple) || !within.insert(triple.clone()))
            .count();
        let twice =
            words.iter().enumerate().filter(|(at, word)| words[..*at].contains(word) && content(word));
        let earlier_with = |word| self.words.iter().filter(|earlier| earlier.contains(word)).count();
        let worn: usize = words.iter().filter(content).map(|word| earlier_with(word).saturating_sub(1)).sum();
        let same_line = self.lines.iter().filter(|other| *other == line).count();
        let begins = |earlier: &Vec<String>| earlier.iter().take(2).eq(words.iter().take(2));
        let begun = usize::from(words.len() > 1 && self.words.iter().any(begins));
        let repeats = again + twice.count() + begun + 4 * same_line + CHAIN * self.chains(line);
        let off = asked.syllables.map_or(0, |(least, most)| {
            let syllables = lexicon.syllables(line);
            least.saturating_sub(syllables) + syllables.saturating_sub(most)
        });
        Scores {
            rhyme,
            repeats: -weights.repeat * repeats as f32 - weights.worn * worn as f32,
            words: -weights.unlisted * unlisted as f32,
            length: -weights.syllable * off as f32,
            ending: -weights.ending * self.bad_endings(lexicon, line, asked),
            ..Scores::default()
        }
    }

    /// Whether the line is one of the earlier lines, or makes the song a chain.
    pub fn is_loop(&self, line: &str) -> bool {
        self.lines.iter().any(|other| other == line) || self.chains(line) > 0
    }

    /// Number of sequences of four words in the line that occurred twice before.
    fn chains(&self, line: &str) -> usize {
        runs(line).filter(|four| self.fours.get(four).is_some_and(|&times| times >= 2)).count()
    }

    /// Number of flaws in the end of a line.
    fn bad_endings(&self, lexicon: &Lexicon, line: &str, asked: &Asked<'_>) -> f32 {
        /// With fewer rhymes than this, a word is hard to rhyme with.
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

/// All sequences of `N` consecutive words.
fn runs<const N: usize>(line: &str) -> impl Iterator<Item = [String; N]> {
    let words: Vec<String> = words_of(line).collect();
    let runs: Vec<[String; N]> =
        words.windows(N).map(|run| std::array::from_fn(|at| run[at].clone())).collect();
    runs.into_iter()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Language;

    #[test]
    fn a_word_is_worn_from_the_third_line_on_and_alone_makes_no_chain() {
        let lexicon = Lexicon::build(Language::English, "", "");
        let asked = Asked { rhymes: &[], free: false, opens: false, closes: false, syllables: None };
        let weights = Weights { repeat: 0.0, ..Weights::default() };
        let mut song = SoFar::new("");
        for (line, worn) in [("a train", 0), ("his train", 0), ("her train", 1), ("our train", 2)] {
            let repeats = song.rate(&lexicon, line, &asked, &weights).repeats;
            assert_eq!(repeats, -weights.worn * worn as f32, "{line}");
            assert!(!song.is_loop(line));
            song.push(line);
        }
        assert!(song.is_loop("a train"));
        for line in ["the sea is the sea", "where the sea is the sea"] {
            song.push(line);
        }
        assert!(song.is_loop("O the sea is the sea"));
    }
}
